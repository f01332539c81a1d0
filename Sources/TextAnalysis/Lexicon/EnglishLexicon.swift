/// English function words and sentiment words: our own selection.
enum EnglishLexicon {
    static let words = LexiconWords(
        language: .english,
        lists: [
            (.stopWord, functionWords), (.negator, negators), (.booster, boosters), (.known, common),
            (.polarity(3), strongPositive), (.polarity(2), positive), (.polarity(1), mildPositive),
            (.polarity(-3), strongNegative), (.polarity(-2), negative), (.polarity(-1), mildNegative),
        ])

    private static let functionWords = """
        a about above across after again against all almost along already also although always am among an and another any
        anybody anyone anything are around as at away be became because been before behind being below between both but by
        came can could did do does doing done down during each either else enough even ever every everybody everyone
        everything few first for from further gave get gets getting give given go goes going gone got had has have having he
        he'd he'll he's her here hers herself him himself his how however i i'd i'll i'm i've if in indeed instead into is it
        it'd it'll it's its itself just keep kept last least less let let's like made make makes making many may maybe me
        might mine more most much must my myself near need nearly next now of off often on once one only onto or other others
        ought our ours ourselves out over own per perhaps put rather same say says said seem seems seen several shall she
        she'd she'll she's should since so some somebody someone something sometimes somewhere soon still such take takes
        taken than that that's the their theirs them themselves then there there's these they they'd they'll they're they've
        thing things this those though through thus till to today together too took toward towards under until up upon us use
        used uses using very via was we we'd we'll we're we've well went were what what's when where whether which while who
        who's whole whom whose why will with within would yes yet you you'd you'll you're you've your yours yourself
        yourselves two three second new way
        """

    private static let negators = """
        no not never none nobody nothing nowhere neither nor without cannot can't couldn't didn't doesn't don't hadn't hasn't
        haven't isn't aren't wasn't weren't won't wouldn't shouldn't mustn't needn't mightn't ain't hardly barely scarcely
        rarely seldom lack lacks lacking dont didnt doesnt isnt wasnt cant wont
        """

    private static let boosters = """
        absolutely amazingly completely considerably deeply enormously entirely especially exceptionally extremely fully
        greatly highly hugely incredibly intensely particularly purely quite really remarkably so strongly substantially
        thoroughly totally tremendously truly unbelievably utterly very
        """

    private static let common = """
        people time year years day days week month morning evening night work world life man woman children child family
        friend friends house home city street school book books story question answer water money market company service
        team project report meeting message customer customers user users order orders product products price system data
        news government country state group number part place point week hand head room door window car road train station
        food coffee garden river mountain sea sun rain light think know see look find come want tell ask feel leave call
        write read learn change play run move live believe hold bring happen provide hello thanks please dear sorry welcome
        small large long short high low old young early late right left open closed public local own different important
        """

    private static let strongPositive = """
        amazing awesome best brilliant delighted ecstatic excellent exceptional extraordinary fabulous fantastic flawless
        gorgeous incredible love loved loves magnificent marvellous marvelous masterpiece outstanding perfect perfectly
        phenomenal remarkable spectacular splendid stunning sublime superb superior terrific thrilled wonderful wonderfully
        """

    private static let positive = """
        admire admired advantage affordable appreciate appreciated attractive beautiful beautifully beloved beneficial
        benefit better blessed blessing bliss bravo calm celebrate celebrated charm charming cheerful clean clear clever
        comfort comfortable compassion confident congratulations convenient cool courage courageous courteous creative cute
        dazzling delicious delight delightful dependable eager efficient effortless elegant encourage encouraged encouraging
        energetic enjoy enjoyable enjoyed enjoying enjoys enthusiastic excited excitement exciting fair faithful fascinating
        favorite favourite fine fortunate freedom fresh friendly fun funny gain generous gentle genuine gift glad glorious
        good grace graceful grateful great happier happily happiness happy harmony healthy heartwarming helpful hero honest
        honor honour hope hopeful humor humour impressed impressive improve improved improvement improves innovative
        inspiring intelligent interesting intuitive joy joyful kind kindly kindness laugh laughed laughter lovely loyal lucky
        merry miracle motivated nice nicely optimistic paradise passion passionate peace peaceful pleasant pleased pleasure
        positive powerful praise praised precious pretty profit progress promising proud quality recommend recommended
        refreshing relaxed relaxing reliable relief respect respected reward rewarding rich safe satisfied satisfying secure
        sincere skilled smart smile smiled smiling smooth smoothly solved strong success successful successfully sunny
        support supportive sweet talented tasty thank thankful thanks thoughtful treasure triumph trust trusted useful
        valuable victory vibrant warm wealth welcome win winner winning wins wisdom wise won worth worthy
        """

    private static let mildPositive = """
        able accept accepted achieve achieved active adequate agree agreed agreement available balanced bright careful easy
        easily effective fast fix fixed free growing growth help helped helps light likes liked modern neat ok okay ready
        restored simple solution stable steady sure working works quick quickly
        """

    private static let strongNegative = """
        abuse abused abysmal agony appalling atrocious awful brutal catastrophe catastrophic crime cruel dead deadly death
        despair despise destroyed devastated devastating disaster disastrous disgust disgusting dreadful evil fraud furious
        ghastly hate hated hates hatred heartbreaking hell hideous horrendous horrible horribly horrific horror horrified
        kill killed killing miserable murder nightmare outrage outrageous panic pathetic rage revolting rubbish shame
        shocking sickening terrible terribly terrifying terror torture toxic tragedy tragic unacceptable unbearable vile
        violence violent war worst worthless
        """

    private static let negative = """
        abandon abandoned accident accuse accused afraid aggressive alarm alone anger angry annoy annoyed annoying anxiety
        anxious argue argument arrogant ashamed attack attacked awkward bad badly betray betrayed bitter blame blamed bleak
        bored boring bother broke broken bug bugs burden chaos cheap cheat cheated clumsy cold collapse collapsed complain
        complained complaint complaints complicated concern concerned confused confusing corrupt corruption coward crash
        crashed crashes crazy crisis critical criticism cry crying damage damaged danger dangerous dark defeat defeated defect
        defective deny depressed depressing desperate difficult dirty disagree disappoint disappointed disappointing
        disappointment discouraged dishonest dislike disliked dismal distress disturbing doubt dull embarrassed embarrassing
        enemy error errors exhausted expensive fail failed failing fails failure fake fault faulty fear feared filthy flaw
        flawed foolish fragile frightened frightening frustrated frustrating frustration gloomy greed greedy grief grim
        guilty harm harmed harmful harsh helpless hopeless hostile hurt hurts ignorant ignored ill illness impatient
        impossible inadequate incompetent inconvenient inferior insecure insult insulted irritated irritating jealous lazy
        liar lie lied lies lonely loser lost mad mean mess messy misleading mistake mistakes mourn nasty nervous neglected
        noisy offended offensive pain painful poor poorly problem problems refuse refused regret regrets reject rejected
        resent ridiculous risk risky rotten rude ruin ruined sad sadly sadness scandal scared scary severe sick slow sorry
        stolen stress stressed stressful struggle stuck stupid suffer suffered suffering suspicious tears tense threat
        threatened threatening tired tiring trouble troubled ugly unable uncomfortable unfair unfortunate unfortunately
        unfriendly unhappy unhealthy unlucky unpleasant unreliable unsafe unstable upset useless victim warning waste wasted
        weak weakness weird worried worries worry worrying worse wrong
        """

    private static let mildNegative = """
        absent busy cancelled canceled closed cut debt decline declined decrease delay delayed delays heavy late loud
        missed missing odd pending pressure quit reduce reduced retry shortage small strange strike stop stopped unclear
        unexpected unknown unusual
        """
}
