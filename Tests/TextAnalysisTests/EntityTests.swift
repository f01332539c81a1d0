import Testing

@testable import TextAnalysis

@Suite("Entities")
struct EntityTests {
    @Test("e-mail addresses")
    func emails() {
        let report = analyze(
            "Mail jean-paul.d+news@mail.example.org, a_b%c@x.io; not @, a@b, x@y., or two@@example.org!")
        #expect(report.entities(.email) == ["jean-paul.d+news@mail.example.org", "a_b%c@x.io"])
        #expect(report.entityCount(.email) == 2)
        // The address stands for no word.
        #expect(keys("write jean-paul@example.org now") == ["write", "now"])
    }

    @Test("web addresses end before the punctuation of the sentence")
    func urls() {
        let text =
            "See https://example.org/a?b=c&d=e#f, (http://x.org/y_(z)), www.example.com. ftp://f.org! HTTP://UP.ORG"
        let report = analyze(text)
        #expect(report.entityCount(.url) == 5)
        #expect(
            report.entities(.url) == ["https://example.org/a?b=c&d=e#f", "http://x.org/y_(z)", "www.example.com"])
        #expect(keys("go https://example.org/path there") == ["go", "there"])
        #expect(
            analyze("«https://example.org/é» https:// http:/x mailto:x").entities(.url) == ["https://example.org/é"])
        #expect(analyze("انظر https://example.org/صفحة؟").entities(.url) == ["https://example.org/صفحة"])
    }

    @Test("numbers")
    func numbers() {
        let report = analyze("In 2026 about 1,250 people paid 12\u{202F}345,67 € or 3.5 % — B2B, ٤٢")
        #expect(report.entityCount(.number) == 5)
        #expect(report.entities(.number) == ["2026", "1,250", "12\u{202F}345,67"])
    }

    @Test("hashtags are words too, and hold at least one letter")
    func hashtags() {
        let report = analyze("#Été2026 #كرة_القدم #1 # a#b ##double #snake_case")
        #expect(report.entityCount(.hashtag) == 4)
        #expect(report.entities(.hashtag) == ["#Été2026", "#كرة_القدم", "#double"])
        #expect(keys("#Bravo") == ["bravo"])
    }

    @Test("mentions")
    func mentions() {
        let report = analyze("@bob and .@ann_w, (@leo92) @ not@this @@x شكرا @omar")
        #expect(report.entities(.mention) == ["@bob", "@ann_w", "@leo92"])
        #expect(report.entityCount(.mention) == 5)
    }

    @Test("only the first three values of a kind are kept, and long ones are cut between characters")
    func bounds() {
        let report = analyze((0..<10).map { "a\($0)@example.org" }.joined(separator: " "))
        #expect(report.entityCount(.email) == 10 && report.entities(.email).count == 3)
        let long = analyze("https://example.org/" + String(repeating: "é", count: 500)).entities(.url)[0]
        #expect(long.utf8.count == 120 && long.hasSuffix("é"))
    }
}
