import Testing

@testable import TextAnalysis

/// The reports of some two thousand texts, byte for byte, as one number a language.
///
/// They hold the analysis to its results while it is made faster. Whoever means to change a result (a word of a lexicon, a
/// rule) takes over the numbers that the failing test prints.
@Suite("Golden reports")
struct GoldenTests {
    @Test(
        "short texts",
        arguments: zip(
            Corpus.all,
            [1_303_258_124_053_801_671, 3_677_124_289_692_100_806, 641_358_197_502_893_249, 270_094_236_416_798_211]
                as [UInt64]))
    func short(corpus: Corpus, expected: UInt64) {
        var maker = TextMaker(corpus, seed: 1)
        var reports = ReportDigest()
        for _ in 0..<500 { reports.add(maker.text(bytes: maker.length(from: 50, to: 2_000))) }
        #expect(reports.value == expected)
    }

    @Test(
        "long texts",
        arguments: zip(
            Corpus.all,
            [
                11_985_679_768_776_426_007, 15_667_261_553_435_185_824, 15_446_911_456_898_983_789,
                15_475_443_334_287_204_668,
            ] as [UInt64]))
    func long(corpus: Corpus, expected: UInt64) {
        var maker = TextMaker(corpus, seed: 2)
        var reports = ReportDigest()
        for _ in 0..<12 { reports.add(maker.text(bytes: maker.length(from: 2_000, to: 100_000))) }
        reports.add(maker.text(bytes: 100_000))
        #expect(reports.value == expected)
    }

    @Test("texts with bytes changed, lost and added anywhere")
    func damaged() {
        var reports = ReportDigest()
        for corpus in Corpus.all {
            var maker = TextMaker(corpus, seed: 3)
            for _ in 0..<150 {
                var text = maker.text(bytes: maker.length(from: 20, to: 600))
                maker.damage(&text)
                reports.add(text)
            }
        }
        #expect(reports.value == 13_534_423_139_408_130_202)
    }

    @Test("edge cases, alone and within a sentence")
    func edges() {
        var reports = ReportDigest()
        for edge in Corpus.edges {
            for text in [edge, "The end, \(edge) and so on.", "C'est \(edge)", "\(edge)\(edge)", "هذا \(edge) جميل"] {
                reports.add(Array(text.utf8))
                reports.add(Array(text.utf8.dropLast()))
            }
        }
        #expect(reports.value == 15_495_021_547_781_259_451)
    }
}

/// FNV-1a (64 bits) over the JSON of reports, all of them by one scratch.
private struct ReportDigest {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325
    private var scratch = TextScratch()

    mutating func add(_ text: [UInt8]) {
        var json: [UInt8] = []
        text.withUnsafeBytes { TextAnalyzer().analyze($0, scratch: &scratch) }.writeJSON(into: &json)
        for byte in json { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
}

/// The material of golden texts; fixed here, so that no other list can change them.
struct Corpus: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var words: [String]

    static let english = Corpus(
        testDescription: "english",
        words: split(Sample.english)
            + split(
                """
                the of and a to in is was it not never very extremely good great wonderful bad terrible awful problems John's \
                don't can't it's I'm Dr. Mr. e.g. no. 12 p. 5 3.5 1,250 2026 B2B state-of-the-art café naïve Zürich A I J. K. \
                information understanding counterproductive responsibilities engineering @anna_w #Summer2026 \
                https://example.org/a?b=c, www.example.com info@example.org www. snake_case UPPER iPhone studying handled
                """))
    static let french = Corpus(
        testDescription: "french",
        words: split(Sample.french)
            + split(
                """
                le la les de des du et à un une est pas très vraiment jamais bon excellent génial mauvais horrible problèmes \
                l'homme l’école d'accord qu'il qu’elle jusqu'à aujourd'hui quelqu'un n'aime j'aime M. Mme. p. 12 n° 3,5 \
                12\u{202F}345,67 12\u{A0}345 « » cœur ŒUVRE Été ÉCOLE naïf Noël été aiguë oublié bibliothèque musique \
                finissent aimèrent anticonstitutionnellement rendez-vous e\u{301}te\u{301} @julie_m #Été2026 \
                https://example.org/recettes www.example.fr/page contact@example.org
                """))
    static let arabic = Corpus(
        testDescription: "arabic",
        words: split(Sample.arabic)
            + split(
                """
                في من على إلى هذا هذه التي الذي ليس لا لم جدا جميل ممتاز رائع سيئ مشكلة المشاكل والكتاب بالمدرسة للناس \
                كتابها معلمون مدرسات يكتبون ذَهَبَ المَدْرَسَةِ كِتَابٌ شدّة آمن أحمد مؤمن بيئة ظرف ذهب ـــ كـتـاب ٤٢ ١٬٢٥٠ ٣٫٥ 2026 د. \
                ص. ٥ ، ؛ #كرة_القدم @omar https://example.org/صفحة ؤ ئ ى ة چگپ کتاب
                """))
    static let mixed = Corpus(
        testDescription: "mixed",
        words: english.words + french.words + arabic.words
            + split(
                """
                und nicht der el que perro não il gli 漢字 かな カタカナ ไทย Привет мир שלום Ελλάδα K Ångström İstanbul straße ﷺ ﻛ \
                👍 👨‍👩‍👧 €5 50% a\u{300} x\u{30A} \u{200B} \u{FEFF}
                """))

    static let all = [english, french, arabic, mixed]

    static let edges: [String] =
        [
            "", " ", "\n", "\n\n", "a", "I", "é", "É", "م", "K", "5K", "ß", "SS", "ÿ", "Ÿ", "×", "÷", "a×b", "a÷b", "œ",
            "l'", "l’a", "qu'", "lorsqu'on", "don’t", "''", "a'", "'a", "1.5", "1,5", "1.", ".1", "1..2", "1,,2", "...",
            "…", "a...b", "a…b", "a.b", "a.b.c.", "e.g.", "Dr. X", "no. 5", "no. A", "I. A", "J. A", "د. ا", "م. ا",
            "!?",
            "?!", "؟", "۔", "a!b", "(a.)", "a:b", "http:", "http://", "http://a", "https://a.b/(c)", "ftp://x", "www.",
            "www.a", "wwww.a", "@", "@a", "a@b", "a@b.c", "a@b.cd", "a.b+c@d-e.fg", "a@@b.cd", "x a@b.cd@e.fg", "#",
            "#1",
            "#a", "##a", "a#b", "#a_b", "_", "_a", "a_", "a_b", "a__b", "-", "--", "a-b", "a--b", "-a-", "\u{AD}",
            "a\u{AD}b",
            "\u{200D}", "a\u{200D}b", "a\u{301}", "e\u{301}", "E\u{301}", "\u{301}", "q\u{301}", "1\u{301}", "ـ", "كـ",
            "َ",
            "كَ", "ا\u{654}", "و\u{654}", "ي\u{654}", "ٱ", "ؤ", "٤٢", "٤٫٢", "1\u{A0}234", "1\u{A0}23", "1\u{202F}2345",
            "漢", "漢字", "か", "カナ", "a漢b", "ไทย", "👍", "👍🏽", "🇫🇷", "\u{0}", "\u{1}", "\t", "\"", "\\", "\u{7F}",
            "\u{2028}", "\u{2029}", "\u{3000}", "\u{FFFD}", "\u{10FFFF}", "Ⱥ", "ȺȺȺȺȺȺȺȺȺ", "İ", "ﷺ", "not good",
            "very good", "not very good", "pas bon", "j'aime pas", "ليس جيدا", "جميل جدا", "abcdefg", "abcdefgh",
            "abcdefghi",
            "abcdefghijklmno", "abcdefghijklmnop", "abcdefghijklmnopq", "abcdefgé", "abcdeféh", "ééééééééé",
            "aéaéaéaéaéaéaéaé", "ابجد", "ابجده", "ابجدهوزحطي", "abcابجد", "abc1", "1abc", "abc123def456", "a1b2c3",
        ] + [
            String(repeating: "a", count: 300), String(repeating: "é", count: 300), String(repeating: "و", count: 300),
            String(repeating: "mot ", count: 300), String(repeating: "1", count: 300),
            String(repeating: "a.", count: 100),
            String(repeating: "le chat noir. ", count: 50), String(repeating: "\u{301}", count: 100),
        ]

    private static func split(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }
}

/// Puts words of a corpus together with all kinds of separators: the same seed, the same texts.
private struct TextMaker {
    private let words: [[UInt8]]
    private var state: UInt64

    private static let separators = [
        ", ", ". ", ". ", "! ", "? ", "; ", ": ", " — ", "-", "\n", "\n\n", "... ", "… ", "\u{A0}", "\u{202F}", " (",
        ") ",
        " « ", " » ", "\"", " \"", "’", "'", ".", ",", "/", "  ", "\t", "، ", "؟ ", "؛ ", "!", "?!",
    ].map { Array($0.utf8) }

    init(_ corpus: Corpus, seed: UInt64) {
        words = corpus.words.map { Array($0.utf8) }
        state = seed
    }

    /// The next number below `bound`.
    private mutating func draw(below bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(truncatingIfNeeded: ((state >> 33) ^ (state >> 47)) % UInt64(bound))
    }

    /// A length between two bounds, each doubling as likely as the next.
    mutating func length(from least: Int, to most: Int) -> Int {
        var doublings = 0
        while least << (doublings + 1) <= most { doublings += 1 }
        let low = least << draw(below: doublings + 1)
        return min(most, low + draw(below: low))
    }

    mutating func text(bytes count: Int) -> [UInt8] {
        var text: [UInt8] = []
        while text.count < count {
            text += words[draw(below: words.count)]
            text += draw(below: 4) == 0 ? Self.separators[draw(below: Self.separators.count)] : [0x20]
        }
        return text
    }

    mutating func damage(_ text: inout [UInt8]) {
        for _ in 0..<(1 + draw(below: 6)) {
            let place = draw(below: text.count)
            switch draw(below: 3) {
            case 0: text[place] = UInt8(draw(below: 256))
            case 1: text.removeSubrange(place..<min(text.count, place + 1 + draw(below: 3)))
            default: text.insert(UInt8(draw(below: 256)), at: place)
            }
            if text.isEmpty { text = [0x61] }
        }
    }
}
