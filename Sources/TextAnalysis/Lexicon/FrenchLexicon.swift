/// French function words and sentiment words: our own selection.
enum FrenchLexicon {
    static let words = LexiconWords(
        language: .french,
        lists: [
            (.stopWord, functionWords), (.negator, negators), (.booster, boosters), (.known, common),
            (.polarity(3), strongPositive), (.polarity(2), positive), (.polarity(1), mildPositive),
            (.polarity(-3), strongNegative), (.polarity(-2), negative), (.polarity(-1), mildNegative),
        ])

    private static let functionWords = """
        l' d' j' m' t' s' c' qu' jusqu' lorsqu' puisqu' quoiqu' a à afin ai ainsi ait alors après as assez au aujourd'hui
        auprès auquel aura aurait auront aussi autour autre autres aux avaient avais avait avant avec avez avoir avons ayant
        beaucoup bien car ce ceci cela celle celles celui cependant certain certaine certaines certains ces cet cette ceux
        chacun chaque chez ci combien comme comment contre d'abord d'accord dans de dedans dehors déjà demain depuis derrière
        des dès désormais dessous dessus deux devant devoir devra devrait doit doivent donc dont du durant elle elles en
        encore enfin ensuite entre envers es est et étaient étais était étant été êtes être eu eux fait faire fais faisait
        faut fera fois font furent fut hier hors ici il ils je jusque la là laquelle le lequel les lesquelles lesquels leur
        leurs lors lorsque lui ma maintenant mais malgré me même mêmes mes mien mieux moi moins mon nos notre nous on ont or
        où ou ouais oui par parce parfois parmi pendant peu peut peuvent peux plus plusieurs plutôt pour pourquoi pourra
        pourrait pouvait pouvoir près presque puis puisque quand quant quatre que quel quelle quelles quelqu'un quelque
        quelques quels qui quoi quoique sa sait savoir se selon sera serait seront ses seul seule seulement si sien sinon soi
        soient sois soit sommes son sont souvent sous suis suivant sur ta tandis tant te tel telle telles tels tes toi ton
        toujours tous tout toute toutefois toutes trois trop tu un une va vais vers veut veux voici voilà voir vont vos votre
        vous vu y étions eût fût celui-ci lorsque tandis
        """

    private static let negators = """
        n' ne non pas jamais rien aucun aucune ni sans guère nullement
        """

    private static let boosters = """
        absolument complètement énormément entièrement extrêmement fortement franchement hautement incroyablement
        infiniment particulièrement profondément réellement remarquablement sincèrement tellement terriblement totalement
        très vachement vraiment
        """

    private static let common = """
        gens temps an ans année années jour jours semaine mois matin soir nuit travail monde vie homme femme enfants enfant
        famille ami amis maison ville rue école livre livres histoire question réponse eau argent marché entreprise service
        équipe projet rapport réunion message client clients utilisateur commande commandes produit produits prix système
        données nouvelles gouvernement pays état groupe nombre partie endroit main tête chambre porte fenêtre voiture route
        train gare repas café jardin rivière montagne mer soleil pluie lumière penser dire voir aller venir prendre mettre
        trouver donner parler passer regarder comprendre rester tenir porter demander croire laisser rendre bonjour bonsoir
        merci madame monsieur salut petit petite grand grande long longue haut bas vieux jeune tôt tard droite gauche public
        local différent important nouveau nouvelle premier première dernier dernière chose choses
        """

    private static let strongPositive = """
        adorable adore adorent adoré adorer brillant brillante chef-d'œuvre éblouissant éblouissante époustouflant excellence
        excellent excellente excellents exceptionnel exceptionnelle extraordinaire fabuleux fabuleuse fantastique formidable
        génial géniale impeccable incroyable magnifique magnifiques merveille merveilleux merveilleuse parfait parfaite
        parfaitement parfaits phénoménal prodigieux ravi ravie remarquable somptueux splendide sublime super superbe superbes
        """

    private static let positive = """
        abordable accueillant accueillante admirable admire admirer affection agréable agréables aimable aime aimé aiment
        aimer aimons amélioration améliore amélioré améliorer amitié amour amoureux amusant amusante apaisant appréciable
        apprécie apprécié apprécier attachant attentif attentionné attirant attrayant avantage bénéfice bénéfique beau beauté
        bel belle belles beaux bienveillant bienveillance bon bonheur bonne bonnes bons bravo calme chaleureux chaleureuse
        chance charmant charmante charme clair claire compétent compétente confiance confort confortable content
        contente contents convivial courage courageux créatif délice délicieux délicieuse délicat détendu détente digne
        doux douce douceur drôle dynamique efficace efficaces élégant élégante encourage encourageant
        enchanté enchantée enthousiasme enthousiaste espoir fascinant favorable félicitations festif fiable fiables fidèle
        fier fière fierté fluide fraîcheur gagnant gagne gagné gagner généreux généreuse gentil gentille gentillesse gloire
        grâce gracieux gratitude harmonie héros heureux heureuse heureusement honnête humour idéal idéale impressionnant
        impressionnante ingénieux innovant inoubliable inspirant intelligent intelligente intéressant intéressante intuitif
        joie joli jolie joyeux joyeuse juste liberté loyal lumineux lumineuse magique meilleur meilleure meilleurs mignon
        motivé motivant optimiste paisible paix passion passionnant passionnante passionné plaisant plaisir positif positive
        précieux précieuse progrès propre prospère qualité ravissant réconfortant recommande recommandé recommander
        reconnaissant réjouissant remercie remercier réussi réussie réussir réussite respect respectueux rêve riche rire
        robuste sage satisfait satisfaite satisfaction savoureux sécurisé sincère solide soulagement sourire souriant
        souriante soutien splendeur succès sûr sympa sympathique talent talentueux tendre tendresse triomphe utile utiles
        valeureux vainqueur victoire vivant
        """

    private static let mildPositive = """
        accepte accepté accord actif active adéquat adapté aide aidé aider avantageux correct disponible équilibré facile
        facilement fonctionne gratuit libre moderne pratique précis prêt rapide rapidement résolu simple simplement solution
        stable
        """

    private static let strongNegative = """
        abject abominable affreux affreuse agonie angoissant atroce atrocité barbare calamité catastrophe catastrophique
        cauchemar crime criminel cruel cruelle dégoût dégoûtant dégueulasse déplorable désastre désastreux désastreuse
        désespoir détestable déteste détesté détester détruit dévasté effroyable enfer épouvantable exécrable fléau fraude
        furieux furieuse haine haïr honte honteux horreur horrible horribles ignoble immonde inacceptable infâme infect
        infernal inhumain insupportable lamentable meurtre misérable monstrueux mort mortel nul nulle odieux pire pires
        pitoyable rage répugnant scandale scandaleux terreur terrifiant toxique torture tragédie tragique tuer violence
        violent
        """

    private static let negative = """
        abandon abandonné abîmé absurde accident accuse accusé agacé agaçant agressif agressive alarmant amer angoisse anxieux
        arnaque arrogant attaque avare blessé blessure bloqué bogue boue bruyant brutal bug cassé cassée casse chagrin chaos
        colère compliqué compliquée confus conflit conteste corrompu corruption coupable craint crainte crise
        critique critiqué danger dangereux dangereuse débile déception décevant décevante déçu déçue défaillance défaut
        défectueux défaite dégradé dépressif déprimant déprimé déranger dérangeant désagréable désespéré désolé désolée
        désordre dette difficile difficiles difficulté dommage douleur douloureux douloureuse doute dur dure échec échoue
        échoué échouer effrayant effrayé égoïste embarrassant embêtant énerve énervé énervant ennemi ennui ennuyeux ennuyeuse
        épuisé épuisant erreur erreurs escroquerie exaspérant fâché fâcheux faible faiblesse fatal fatigant fatigué fatiguée
        faute faux fausse fragile froid frustrant frustration frustré gâché gâchis gaspillage gaspillé gêne gênant grave
        guerre hostile hurle ignorant imbécile impoli impossible impuissant inadmissible incapable incident incompétent
        inconfortable indigne inefficace inférieur injuste injustice inquiet inquiète inquiétant inquiétude insatisfait insulte
        inutile inutiles irritant jaloux laid laide lâche larmes lent lente lenteur lourd malade maladie maladroit malheur
        malheureux malheureuse malheureusement malhonnête mal mauvais mauvaise mauvaises méchant méchante méfiant mécontent
        médiocre menace menacé mensonge menteur mépris moche morose négatif négative négligé nerveux nuisible obscur offensant
        panique panne pannes pauvre peine pénible perdant perdre perdu perdue perte pessimiste peur plaindre plainte pleurer
        pleure problème problèmes raté refus refusé regret regrette regretter rejet rejeté retard retards ridicule risque
        risqué ruine ruiné sale sévère sinistre solitude sombre souci souffre souffrance souffrir soupçon stress stressé
        stressant stupide suspect tendu tension triste tristes tristesse tromper trompé trouble vaincu victime vilain voleur
        volé vulgaire
        """

    private static let mildNegative = """
        absent annulé attente baisse bizarre complexe coupé étrange fermé grève imprévu inattendu inconnu manque manqué occupé
        oublié pression réduit trop tard
        """
}
