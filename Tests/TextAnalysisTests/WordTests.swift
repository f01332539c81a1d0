import Testing

@testable import TextAnalysis

@Suite("Words")
struct WordTests {
    @Test("English words, contractions and possessives are one word each")
    func english() {
        #expect(keys("The dog's owner didn't bark.") == ["the", "dog's", "owner", "didn't", "bark"])
        #expect(keys("It’s O'Brien’s") == ["it's", "o'brien's"])
        #expect(keys("'tis 'quoted' words'") == ["tis", "quoted", "words"])
    }

    @Test("elided clitics of French are words of their own before a vowel or h, and only they")
    func elision() {
        #expect(keys("L'homme qu’il n'a") == ["l'", "homme", "qu'", "il", "n'", "a"])
        #expect(keys("jusqu'à lorsqu'elle") == ["jusqu'", "à", "lorsqu'", "elle"])
        #expect(keys("aujourd'hui quelqu'un presqu'île") == ["aujourd'hui", "quelqu'un", "presqu'île"])
        #expect(keys("d'Été l'œuvre") == ["d'", "été", "l'", "œuvre"])
        #expect(keys("C'mon d'you") == ["c'mon", "d'", "you"])
    }

    @Test("hyphens part words, underscores and full stops between letters join them")
    func joiners() {
        #expect(keys("arc-en-ciel") == ["arc", "en", "ciel"])
        #expect(keys("snake_case _x") == ["snake_case", "x"])
        #expect(keys("U.S.A. e.g. end.Start") == ["u.s.a", "e.g", "end.start"])
    }

    @Test("numbers keep their decimal and grouping signs")
    func numbers() {
        #expect(keys("3.14 1,250 2,5 10. 7,") == ["3.14", "1,250", "2,5", "10", "7"])
        #expect(keys("12\u{202F}345,67 1\u{A0}000\u{A0}000") == ["12_345,67", "1_000_000"])
        // A no-break space joins groups of three only.
        #expect(keys("12\u{A0}34") == ["12", "34"])
        #expect(keys("B2B x86 3D") == ["b2b", "x86", "3d"])
    }

    @Test("Arabic digits are digits")
    func arabicDigits() {
        #expect(keys("٤٢ ۴۲ ٣٫١٤") == ["42", "42", "3_14"])
        #expect(analyze("٤٢ و ٣٫١٤").entityCount(.number) == 2)
    }

    @Test("Arabic words are compared without marks, tatweel and hamza seats")
    func arabic() {
        #expect(keys("كِتَابٌ كتاب كـــتاب") == ["كتاب", "كتاب", "كتاب"])
        #expect(keys("أحمد إحمد آحمد ٱحمد") == Array(repeating: "احمد", count: 4))
        #expect(keys("مدرسة مستشفى مسؤول بيئة") == ["مدرسه", "مستشفي", "مسوول", "بييه"])
        #expect(analyze("كِتَابٌ كتاب كـــتاب").uniqueWords == 1)
    }

    @Test("composed and decomposed letters are the same word")
    func normalisation() {
        #expect(keys("e\u{301}te\u{301} E\u{301}TE\u{301}") == ["été", "été"])
        #expect(keys("c\u{327}a noe\u{308}l A\u{30A}") == ["ça", "noël", "å"])
        #expect(analyze("été e\u{301}te\u{301} ÉTÉ").uniqueWords == 1)
        // Decomposed Arabic: alef and hamza above, waw and hamza above.
        #expect(keys("ا\u{654}حمد مسو\u{654}ول") == keys("أحمد مسؤول"))
    }

    @Test("a mark that composes with nothing stays in the word")
    func otherMarks() {
        #expect(keys("q\u{301} b") == ["q\u{301}", "b"])
        #expect(keys("x\u{301}\u{301}").count == 1)
    }

    @Test("invisible format characters leave no trace in words")
    func formatCharacters() {
        #expect(keys("\u{200F}سلام\u{200F} \u{202B}عالم\u{202C}") == ["سلام", "عالم"])
        #expect(keys("co\u{AD}operate zero\u{200B}width \u{FEFF}bom") == ["cooperate", "zerowidth", "bom"])
        #expect(analyze("سلام سلا\u{200D}م").uniqueWords == 1)
    }

    @Test("letters of any script, emoji and ideographs")
    func otherScripts() {
        #expect(keys("Привет мир") == ["привет", "мир"])
        #expect(keys("ΑΒΓ Ünïted ŒUVRE") == ["αβγ", "ünïted", "œuvre"])
        #expect(keys("日本 語") == ["日", "本", "語"])
        #expect(keys("good👍🏽job 👩‍👩‍👧 ❤️") == ["good", "job"])
        #expect(keys("नमस्ते दुनिया").count == 2)
    }

    @Test("keys of lower case that is longer than upper case fit")
    func growingLowerCase() {
        // Ⱥ has two bytes, ⱥ three.
        #expect(keys(String(repeating: "Ⱥ", count: 500)) == [String(repeating: "ⱥ", count: 500)])
        #expect(keys("İstanbul ẞ") == ["İstanbul", "ß"])
    }

    @Test("counts of a sentence, by hand")
    func counts() {
        // 9 words; the, fox, dog twice … the 7 distinct ones have 3+5+5+3+5+4+4 letters.
        let report = analyze("The quick brown fox jumps over the lazy fox.")
        #expect(report.words == 9 && report.uniqueWords == 7 && report.sentences == 1)
        #expect(report.letters == 35 && report.characters == 44 && report.bytes == 44)
        #expect(report.typeTokenRatio == 7.0 / 9)
        #expect(report.averageWordLength == 35.0 / 9)
        #expect(report.averageSentenceLength == 9)
    }

    @Test("letters are counted without marks")
    func letters() {
        #expect(analyze("كِتَابٌ").letters == 4)
        #expect(analyze("e\u{301}te\u{301}").letters == 3)
        #expect(analyze("été").characters == 3)
        #expect(analyze("e\u{301}te\u{301}").characters == 5)
    }

    @Test("words of more than eight and of exactly eight bytes have keys of their own")
    func longWords() {
        let words =
            (1...40).map { String(repeating: "ab", count: $0) } + (1...40).map { String(repeating: "سل", count: $0) }
        #expect(keys(words.joined(separator: " ")) == words)
        #expect(analyze((words + words).joined(separator: " ")).uniqueWords == words.count)
        // The hash does not depend on how the bytes came: letters at the text's end are read one by one.
        for word in words { #expect(analyze(word + " and some more " + word).uniqueWords == 4) }
    }
}
