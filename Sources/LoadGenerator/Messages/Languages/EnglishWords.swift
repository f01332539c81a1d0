/// English words by class, the more frequent first, and sentences made of them: our own selection.
enum EnglishWords {
    static let language = LanguageSource(
        grammar: .english,
        classes: [
            "n": nouns, "p": plurals, "v": pastVerbs, "i": infinitives, "a": adjectives, "d": adverbs, "f": firstNames,
            "s": surnames, "c": cities, "t": times, "g": tags,
        ],
        sentences: sentences, asides: asides)

    private static let nouns = """
        time day world life way house man year work part place week case point government company number group problem fact
        hand room city night water story family school state country area lot book eye job word business issue side kind
        head service friend father power hour game line end member law car community name president team minute idea kid
        body information back parent face level office door health person art war history party result change morning
        reason research girl guy moment air teacher force education foot boy age policy music market sense nation plan
        college interest death experience effect class control field development role effort rate heart drug show leader
        light voice wife police mind price report decision son view relationship town road arm difference value building
        action season society tax director position player record paper space ground form event official matter center
        couple site project activity star table need court oil situation cost industry figure street image phone data
        picture practice piece land product doctor wall patient worker news test movie north love support technology step
        baby computer type attention film tree source organization hair window culture chance brother energy period course
        summer plant opportunity term letter condition choice rule daughter south husband floor campaign material
        population economy hospital church risk fire future bank garden river bridge kitchen station village valley island
        library museum bakery theatre stadium harbour factory farm forest meadow mountain lake beach storm winter spring
        autumn breakfast dinner coffee bread cheese apple lemon recipe spoon basket bottle candle mirror carpet blanket
        pillow jacket umbrella suitcase ticket journey holiday neighbour stranger colleague customer manager engineer
        lawyer nurse farmer painter writer singer captain sailor soldier queen castle kingdom secret mystery adventure
        lesson exam pupil language sentence dictionary grammar accent chapter magazine newspaper headline reporter camera
        screen keyboard printer battery engine bicycle train airport platform passenger delay schedule timetable message
        queue server network backup update release feature bug ticket dashboard invoice budget contract delivery order
        refund warranty review rating comment feedback request answer promise mistake accident injury medicine recovery
        """

    private static let plurals = """
        people years things children days women men friends students words problems questions families hours months
        parents ideas members weeks cars books numbers workers customers teachers players doctors houses trees streets
        windows letters stories minutes results changes rules plans prices reports services companies schools cities
        countries neighbours colleagues visitors residents farmers writers artists engineers machines computers messages
        orders products deliveries meetings decisions mistakes delays trains buses roads bridges gardens flowers birds
        dogs horses clouds mountains rivers islands songs films photos pictures tickets prizes lessons recipes apples
        tomatoes bottles shoes clothes memories dreams promises rumours secrets numbers servers queues requests errors
        """

    private static let pastVerbs = """
        said made took saw found gave told asked left called tried kept began showed heard brought wrote met paid set
        learned changed led understood watched followed created spent grew opened won offered remembered considered bought
        served sent built stayed fell reached remained suggested raised passed sold required reported decided pulled
        explained hoped developed carried broke received agreed supported hit produced ate covered caught drew chose
        planned moved finished started closed answered visited repaired delivered improved ignored noticed discovered
        described mentioned admired loved hated enjoyed missed forgot painted cleaned cooked carried counted measured
        tested launched cancelled postponed approved rejected reviewed praised criticised thanked promised refused
        celebrated protected shared saved lost stole fixed replaced upgraded restarted analysed published
        """

    private static let infinitives = """
        be make go take come see know get give find think tell become show leave feel put bring begin keep hold write
        stand hear let mean set meet run pay sit speak lie lead read grow lose fall send build understand draw break spend
        cut rise drive buy wear choose visit open close answer help learn change follow stop create save improve repair
        deliver celebrate protect share finish start check test compare measure explain discuss describe remember forget
        recommend return cancel wait travel walk swim sing dance cook paint rest sleep dream celebrate
        """

    private static let adjectives = """
        new good old great small large young long little important big different early right high short local public
        social possible better bad real best whole free true full special clear recent strong simple certain open red
        difficult available likely single personal current beautiful wrong hot dark happy serious ready left easy general
        cold white entire close final main green nice huge popular traditional cultural wonderful quiet warm bright fresh
        modern ancient famous broken slow fast cheap expensive reliable useful terrible awful excellent amazing perfect
        poor rich heavy light empty busy lonely friendly angry sad proud tired nervous brave gentle honest lazy clever
        curious strange funny boring lovely charming elegant pleasant ugly dirty clean safe dangerous healthy sick sweet
        bitter delicious fragile solid soft hard smooth rough sharp round narrow wide deep shallow distant nearby northern
        southern rural urban royal secret silent loud noisy calm stormy sunny rainy golden silver wooden digital annual
        """

    private static let adverbs = """
        really always never often quickly slowly carefully suddenly finally usually probably certainly clearly simply
        recently nearly quietly easily already soon almost together again perhaps rarely hardly happily gently badly
        proudly honestly politely eagerly calmly patiently barely exactly completely partly mostly
        """

    private static let firstNames = """
        Anna James Mary Robert Emma William Olivia David Sarah Michael Laura Thomas Alice Daniel Grace Peter Sophie Henry
        Lucy George Nora Samuel Ella Martin Clara Oliver Ruth Simon Hannah Edward Julia Patrick Rose Arthur Helen
        """

    private static let surnames = """
        Smith Jones Taylor Brown Wilson Evans Walker White Roberts Green Hall Wood Harris Martin Clarke Turner Hill Moore
        Cooper Ward Baker Whitfield Hughes Bennett Carter Fletcher Palmer Shepherd Marlowe Ashdown
        """

    private static let cities = """
        London Manchester Edinburgh Bristol Leeds Oxford Cambridge Liverpool Glasgow York Cardiff Brighton Dublin Boston
        Chicago Toronto Sydney Melbourne Auckland Portland Denver Seattle Bath Norwich Exeter
        """

    private static let times = """
        yesterday|today|this morning|last week|last night|on Monday|in the evening|a year ago|before lunch|after the
        meeting|at noon|in June|this summer|two days later|on Friday|at the weekend|during the winter
        """

    private static let tags = """
        news weather music travel summer sport football cooking books science family weekend monday art photography
        health history nature city startup market election climate festival recipe
        """

    private static let sentences = """
        the {a} {n} {v} the {n} {t}.
        I think that the {n} was {d} {a}, but the {n} is still {a}.
        {f} {s} {v} a {a} {n} in {c} {t}.
        we {v} the {n} and {v} all of the {p}.
        it is not {a} to {i} a {n} without the {n}.
        there were {num} {p} in the {n}, and most of them were {a}.
        my {n} {d} {v} the {p} from {c}.
        why did {f} {i} the {a} {n}?
        this is a very {a} {n}, and I would {d} recommend it to my {p}.
        the {p} of {c} want to {i} a {a} {n} for their {p}.
        according to the {n}, about {num} per cent of the {p} {v} the {n}.
        when the {n} was {a}, {f} {v} the {n} with a {n}.
        what a {a} {n}!
        "we have to {i} the {n}," said {f}, "because the {p} are {a}."
        if you {i} the {n} now, you will {i} a {a} {n} {t}.
        Dr. {s} {v} that the {n} would be {a} for the {p}.
        nobody {v} the {n}, although it was {a} and {a}.
        our {n} {v} {num} {p} in {num} hours; that was {d} {a}.
        the {n} of the {n} is more {a} than the {n} of the {n}.
        {d}, the {a} {p} {v} a {n} near the {n}.
        I don't like the {n}: it's {a} and the {p} are never {a}.
        she {v} to {c} with her {n} and a {a} {n}.
        they couldn't {i} the {n}, so they {v} the {a} {p} instead.
        did you ever {i} such a {a} {n} in {c}?
        on the {a} {n} there is a {n} that {v} the {p} of {f}.
        as soon as the {n} {v} the {n}, the {p} were {d} {a}.
        he is the {a} {n} who {v} us the {n} {t}.
        between the {n} and the {n} you can {i} some {a} {p}.
        the {n} costs {num} pounds, which is {d} too {a} for a {n}.
        thank you for the {a} {n}; it was {d} {a} to {i} you.
        """

    private static let asides = """
        you can {i} the {n} at {url} or write to {email}.
        {mention} {v} the {n} in {c}, see {url}.
        what a {a} {n} {t}! {hashtag} {hashtag}
        please send the {n} to {email} before {t}.
        more about the {a} {n} of {c}: {url}
        thanks to {mention} and {mention} for the {a} {n}! {hashtag}
        """
}
