import Testing

@testable import TextAnalysis

@Suite("Sentences")
struct SentenceTests {
    @Test(
        "sentences are counted as a reader counts them",
        arguments: [
            ("", 0), ("   \n\n  ", 0), ("!!! ... ?", 0), ("Hello", 1), ("Hello.", 1), ("Hello. World.", 2),
            ("Really?! Yes!!! No...", 3), ("He came. She left", 2),
            // Decimals, initials, titles, abbreviations.
            ("It costs 3.14 dollars. Fine.", 2), ("J. K. Rowling wrote it. I read it.", 2),
            ("Mr. Smith met Dr. Jones. They spoke.", 2), ("Bring food, e.g. Bread and milk.", 1),
            ("See no. 5 and fig. 3. Done.", 2), ("No. That is wrong.", 2), ("I saw the U.S. army.", 1),
            ("Apples, pears, etc. and more.", 1), ("Apples, pears, etc. Then more.", 2), ("You and I. We won.", 2),
            ("The end.Start of it.", 1), ("Use .5 litres.", 1), ("M. Dupont et Mme. Martin sont là.", 1),
            // Ellipsis: goes on before a small letter.
            ("Wait... what? Wait... What?", 3), ("Bon… alors. Bon… Alors.", 3),
            // A comma behind the stop continues the sentence.
            ("\"Stop!\", he said.", 1), ("M. le maire, etc., viendra.", 1),
            // Quotes and brackets between.
            ("(He left.) She stayed.", 2), ("« Vraiment ? » Oui.", 2), ("He said \"No.\" Then he left.", 2),
            // Numbered lists and paragraphs.
            ("1. First thing\n\n2. Second thing", 2), ("A title\n\nA text without stop", 2),
            ("one line\nthe same sentence", 1), ("a\u{2029}b", 2),
            // Arabic.
            ("هل قرأت الكتاب؟ نعم. شكرا!", 3), ("جملة أولى۔ جملة ثانية۔", 2), ("قال د. سمير كلمة.", 1),
            ("أولا، ثانيا؛ ثالثا.", 1), ("وصل عام 1445 هـ. ثم عاد.", 2),
            // Entities.
            ("Look: https://example.org/a.b. It works.", 2), ("Write to a.b@example.org. Thanks.", 2),
            ("Merci. @jean est là.", 2), ("Fin. #Bravo", 2),
        ])
    func counts(text: String, expected: Int) {
        #expect(analyze(text).sentences == expected)
    }

    @Test("the order of sentences does not change the counts")
    func permutation() {
        let sentences = [
            "The cat sat on the mat.", "Did it rain in 3.5 hours?", "Le chien n'aime pas l'eau !", "هل عاد القطار؟",
            "Write to me@example.org or see https://example.org/x.", "Thanks to @bob for #tea!",
        ]
        let forward = analyze(sentences.joined(separator: " "))
        for rotation in 1..<sentences.count {
            let rotated = sentences[rotation...] + sentences[..<rotation]
            let report = analyze(rotated.joined(separator: " "))
            #expect(report.sentences == 6)
            #expect(report.words == forward.words && report.uniqueWords == forward.uniqueWords)
            #expect(report.letters == forward.letters)
            for kind in EntityKind.allCases { #expect(report.entityCount(kind) == forward.entityCount(kind)) }
            #expect(abs(report.sentimentScore - forward.sentimentScore) < 1e-9)
        }
    }

    @Test("paragraphs add up")
    func additivity() {
        for text in Sample.all {
            let one = analyze(text)
            let three = analyze([text, text, text].joined(separator: "\n\n"))
            #expect(three.words == 3 * one.words && three.sentences == 3 * one.sentences)
            #expect(three.uniqueWords == one.uniqueWords && three.syllables == 3 * one.syllables)
            #expect(three.readingEase.map { abs($0 - (one.readingEase ?? 0)) < 1e-9 } == true)
            #expect(three.language == one.language)
        }
    }
}
