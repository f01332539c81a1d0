/// French words by class and gender, the more frequent first, and sentences made of them: our own selection.
///
/// Articles and prepositions elide and contract where the sentence is put together (le + ami → l'ami, du + arbre → de l'arbre).
enum FrenchWords {
    static let language = LanguageSource(
        grammar: .french,
        classes: [
            "m": masculineNouns, "w": feminineNouns, "p": pluralNouns, "v": pastVerbs, "k": participles,
            "i": infinitives, "a": masculineAdjectives, "b": feminineAdjectives, "e": pluralAdjectives, "d": adverbs,
            "f": firstNames, "s": surnames, "c": cities, "t": times, "g": tags,
        ],
        sentences: sentences, asides: asides)

    private static let masculineNouns = """
        temps jour monde homme pays moment travail an problème point groupe matin soir lieu père ami enfant livre mot nom
        droit projet service gouvernement côté cas peuple esprit corps bruit bureau marché prix train village pont jardin
        chemin voyage repas pain fromage café vin verre couteau feu bois mur toit lit sol ciel soleil vent nuage arbre
        oiseau chien chat cheval poisson animal champ mont lac fleuve quartier magasin musée théâtre cinéma film
        spectacle journal article titre roman auteur peintre chanteur musicien médecin professeur élève étudiant avocat
        ingénieur voisin client patron collègue directeur ministre président maire député juge soldat roi château secret
        rêve souvenir sourire regard geste visage bras pied cœur sang genou dos doigt médicament traitement hôpital accident
        incident retard horaire billet quai avion bateau vélo camion moteur écran clavier ordinateur téléphone serveur
        réseau message courriel fichier dossier rapport budget contrat devis paiement compte impôt salaire emploi métier
        chantier atelier outil produit colis emballage avis commentaire conseil choix succès échec résultat examen cours
        exercice chapitre dictionnaire accent silence orage hiver été automne printemps dimanche lundi mardi anniversaire
        cadeau bonheur malheur courage espoir doute danger risque conflit accord débat vote programme événement festival
        concert match joueur entraîneur stade but record défi avenir passé présent siècle empire territoire climat
        """

    private static let feminineNouns = """
        vie fois chose femme maison année heure main ville part question tête porte nuit rue famille guerre voix histoire
        école mère fille place terre eau mort idée raison force route table lettre chambre voiture fenêtre lumière mer
        semaine musique langue loi société entreprise équipe partie page image photo chanson fête cuisine soupe pomme
        salade viande sauce recette bouteille assiette tasse cuillère chaise armoire lampe clé montre robe veste chemise
        chaussure valise gare voie plage montagne vallée rivière forêt fleur feuille herbe pierre neige pluie tempête
        saison journée soirée matinée minute seconde décision réponse réunion proposition solution situation relation
        information communication population nation région commune mairie banque boutique librairie bibliothèque
        boulangerie pharmacie usine ferme église cathédrale tour statue peinture exposition collection culture science
        recherche étude leçon faute note classe université formation expérience carrière mission responsabilité confiance
        colère peur joie tristesse surprise honte fierté patience douceur beauté santé maladie douleur blessure opération
        infirmière voisine cliente amie sœur tante cousine reine princesse actrice directrice ministre candidate victoire
        défaite compétition course balle règle promesse erreur panne attente livraison commande facture offre garantie
        qualité quantité vitesse distance température énergie machine application mise version donnée requête connexion
        """

    private static let pluralNouns = """
        gens enfants amis parents femmes hommes jours mois ans mots livres voisins clients élèves étudiants habitants
        touristes collègues ingénieurs médecins artistes joueurs arbres fleurs oiseaux chiens chevaux nuages maisons rues
        routes villes villages écoles bureaux magasins restaurants musées trains avions voitures vélos billets voyages
        vacances photos images films chansons lettres messages réponses questions idées projets résultats problèmes erreurs
        retards commandes produits services prix salaires impôts contrats rapports réunions décisions règles lois élections
        souvenirs rêves secrets cadeaux recettes légumes tomates pommes fromages bouteilles chaussures vêtements serveurs
        données applications machines outils travaux quartiers champs montagnes rivières îles étoiles saisons
        """

    private static let pastVerbs = """
        voit prend donne trouve demande cherche regarde montre raconte écrit achète vend ouvre ferme quitte visite prépare
        accepte refuse propose explique annonce présente apporte attend perd gagne oublie garde cache découvre aime déteste
        admire critique traverse construit répare nettoie mange boit dessine peint chante étudie enseigne apprend comprend
        connaît suit mène dirige organise finance soutient protège défend attaque menace détruit change améliore remplace
        transforme mesure compte calcule vérifie teste lance annule reporte approuve rejette publie partage livre reçoit
        envoie renvoie commande recommande félicite remercie salue rencontre accueille invite appelle écoute entend
        """

    private static let participles = """
        vu pris donné trouvé demandé cherché regardé montré raconté écrit acheté vendu ouvert fermé quitté visité préparé
        accepté refusé proposé expliqué annoncé présenté apporté attendu perdu gagné oublié gardé caché découvert aimé
        détesté admiré critiqué traversé construit réparé nettoyé mangé bu dessiné peint étudié appris compris connu suivi
        mené dirigé organisé soutenu protégé défendu menacé détruit changé amélioré remplacé transformé mesuré compté
        vérifié testé lancé annulé reporté approuvé rejeté publié partagé livré reçu envoyé renvoyé commandé recommandé
        félicité remercié salué rencontré accueilli invité appelé écouté entendu
        """

    private static let infinitives = """
        être avoir faire dire voir prendre donner trouver parler mettre passer rester partir comprendre rendre tenir
        attendre connaître penser chercher écrire lire ouvrir fermer choisir finir commencer continuer arrêter changer
        améliorer construire réparer acheter vendre payer gagner perdre aider apprendre enseigner visiter découvrir
        protéger partager organiser préparer manger boire dormir marcher courir nager chanter danser peindre voyager
        rentrer répondre expliquer discuter décider essayer oublier remercier recommander annuler livrer tester vérifier
        """

    private static let masculineAdjectives = """
        grand petit bon nouveau vieux beau jeune premier seul long haut certain simple public national important possible
        politique social français étranger libre général difficile heureux noir blanc rouge vert clair chaud froid calme
        triste content gentil sympathique agréable formidable magnifique superbe excellent parfait mauvais terrible
        affreux nul lent rapide cher efficace utile inutile fiable fragile solide lourd léger vide plein propre sale
        tranquille bruyant dangereux sûr malade fatigué inquiet fier courageux honnête curieux drôle étrange célèbre
        inconnu ancien moderne récent local rural urbain régional européen culturel historique naturel économique
        numérique annuel quotidien essentiel exceptionnel délicieux amer doux dur profond large étroit lointain voisin
        """

    private static let feminineAdjectives = """
        grande petite bonne nouvelle vieille belle jeune première seule longue haute certaine simple publique nationale
        importante possible politique sociale française étrangère libre générale difficile heureuse noire blanche rouge
        verte claire chaude froide calme triste contente gentille sympathique agréable formidable magnifique superbe
        excellente parfaite mauvaise terrible affreuse nulle lente rapide chère efficace utile inutile fiable fragile
        solide lourde légère vide pleine propre sale tranquille bruyante dangereuse sûre malade fatiguée inquiète fière
        courageuse honnête curieuse drôle étrange célèbre inconnue ancienne moderne récente locale rurale urbaine
        régionale européenne culturelle historique naturelle économique numérique annuelle quotidienne essentielle
        """

    private static let pluralAdjectives = """
        jeunes simples libres difficiles rouges calmes tristes sympathiques agréables formidables magnifiques superbes
        terribles rapides efficaces utiles inutiles fiables fragiles solides vides propres sales tranquilles malades
        honnêtes drôles étranges célèbres modernes historiques économiques numériques rares pauvres riches sages timides
        """

    private static let adverbs = """
        vraiment toujours souvent encore déjà parfois lentement rapidement simplement surtout seulement finalement
        heureusement malheureusement probablement certainement facilement doucement franchement récemment presque
        immédiatement régulièrement longtemps soudain ensemble beaucoup
        """

    private static let firstNames = """
        Marie Jean Pierre Hélène Jacques Sophie Paul Claire Michel Camille Louis Julie Nicolas Léa Antoine Chloé François
        Élise Thomas Manon Julien Céline Mathieu Inès Philippe Aurélie Hugo Nathalie Rémi Zoé Gérard Amélie Benoît Noémie
        """

    private static let surnames = """
        Martin Bernard Dubois Durand Moreau Laurent Simon Michel Lefebvre Leroy Roux Girard Bonnet Dupont Lambert Fontaine
        Rousseau Vincent Muller Faure Mercier Blanc Garnier Chevalier Renard Delacroix Gauthier Perrin Marchand Besnard
        """

    private static let cities = """
        Paris Lyon Marseille Toulouse Nantes Strasbourg Bordeaux Lille Rennes Grenoble Dijon Nancy Tours Brest Nice
        Montpellier Bruxelles Genève Lausanne Montréal Québec Dakar Tunis Liège Perpignan
        """

    private static let times = """
        hier|aujourd'hui|ce matin|la semaine dernière|lundi soir|depuis longtemps|en juin|cet été|il y a deux ans|avant midi
        |après la réunion|pendant les vacances|vendredi|au printemps|deux jours plus tard|ce week-end|dans la soirée
        """

    private static let tags = """
        actualité météo musique voyage été sport football cuisine lecture science famille weekend lundi art photo santé
        histoire nature ville économie élection climat festival recette cinéma
        """

    private static let sentences = """
        le {m} {a} {v} la {w} de {f} {t}.
        je pense que la {w} était {d} {b}, mais le {m} reste {a}.
        {f} {s} a {k} un {m} {a} à {c} {t}.
        nous avons {k} la {w} et tous les {p}.
        il n'est pas facile de {i} un {m} sans la {w}.
        il y avait {num} {p} dans la {w}, et la plupart étaient {e}.
        mon {m} {v} {d} les {p} de {c}.
        pourquoi est-ce que {f} a {k} cette {w} ?
        c'est une {w} très {b} et je la recommande à tous mes {p}.
        les {p} de {c} veulent {i} un {m} plus {a} pour leurs {p}.
        selon le {m}, environ {num} % des {p} ont {k} la {w}.
        quand la {w} est {b}, {f} {v} le {m} avec une {w}.
        quelle {w} {b} !
        « il faut {i} le {m} », a dit {f}, « parce que les {p} sont {e} ».
        si vous voulez {i} la {w}, vous devez {i} le {m} {t}.
        M. {s} a {k} que le {m} serait {a} pour les {p}.
        personne n'a {k} la {w}, bien qu'elle soit {b} et {b}.
        notre {m} {v} {num} {p} en {num} heures ; ce n'était pas {a}.
        le {m} de la {w} est plus {a} que le {m} du {m}.
        {d}, les {p} {e} ont {k} un {m} près de la {w}.
        je n'aime pas le {m} : il est {a} et les {p} ne sont jamais {e}.
        elle a {k} le {m} de {c} avec sa {w} et une {w} {b}.
        ils n'ont pas pu {i} la {w}, alors ils ont {k} les {p} {e}.
        avez-vous déjà {k} une {w} aussi {b} à {c} ?
        sur la {w} {b}, il y a un {m} qui {v} les {p} de {f}.
        dès que le {m} a {k} la {w}, les {p} étaient {d} {e}.
        c'est le {m} qui nous a {k} la {w} {t}.
        entre le {m} et la {w}, on peut {i} quelques {p} {e}.
        le {m} coûte {num} euros, ce qui est {d} trop {a} pour une {w}.
        merci pour ce {m} {a} ; c'était {d} agréable de vous {i}.
        on dit que l'avenir du {m} dépend de la {w} et qu'il sera {a}.
        """

    private static let asides = """
        vous pouvez {i} le {m} sur {url} ou écrire à {email}.
        {mention} a {k} la {w} de {c}, voir {url}.
        quel {m} {a} {t} ! {hashtag} {hashtag}
        merci d'envoyer la {w} à {email} avant {t}.
        plus d'informations sur le {m} {a} de {c} : {url}
        merci à {mention} et à {mention} pour cette {w} {b} ! {hashtag}
        """
}
