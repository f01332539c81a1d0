import Testing

@testable import TextAnalysis

@Suite("Language")
struct LanguageTests {
    @Test("the three languages are known")
    func known() {
        #expect(analyze(Sample.english).language == .english)
        #expect(analyze(Sample.french).language == .french)
        #expect(analyze(Sample.arabic).language == .arabic)
        for text in Sample.all { #expect(analyze(text).languageConfidence > 0.8) }
    }

    @Test(
        "others are not taken for them",
        arguments: [
            "El perro come la comida de su hermano y no quiere salir a la calle con los otros perros.",
            "Der Hund frisst das Futter und will nicht auf die Straße gehen, weil es sehr kalt ist.",
            "Il cane mangia il cibo di suo fratello e non vuole uscire per la strada con gli altri cani.",
            "O cão come a comida do seu irmão e não quer sair para a rua com os outros cães.",
            "این کتاب را که در خانه بود خواندم و برای شما آوردم، می‌گویند چیز خوبی است",
            "Собака ест еду своего брата и не хочет выходить на улицу.", "12345 67890", "", "👍👍👍",
        ])
    func unknown(text: String) {
        let report = analyze(text)
        #expect(report.language == nil)
        #expect(report.readingEase == nil && report.syllables == 0)
    }

    @Test("one word of evidence is no certainty")
    func doubt() {
        let report = analyze("Bonjour")
        #expect(report.language == .french && report.languageConfidence < 0.5)
        #expect(analyze("Zyx qwv").language == nil)
    }

    @Test("of a mixed text the greater part counts, with less confidence")
    func mixed() {
        let mixed = analyze(Sample.french + " " + Sample.french + " " + Sample.arabic)
        #expect(mixed.language == .french)
        #expect(mixed.languageConfidence < analyze(Sample.french).languageConfidence)
    }

    @Test(
        "English syllables",
        arguments: [
            ("the", 1), ("table", 2), ("make", 1), ("makes", 1), ("boxes", 2), ("walked", 1), ("wanted", 2),
            ("handled", 2), ("people", 2), ("being", 2), ("studying", 3), ("media", 3), ("nation", 2), ("special", 2),
            ("piano", 3), ("don't", 1), ("didn't", 2), ("can't", 1), ("yes", 1), ("beautiful", 3), ("café", 2),
            ("naïve", 2), ("façade", 2), ("rhythm", 1), ("a", 1), ("b", 1), ("hmm", 1), ("university", 5),
        ])
    func englishSyllables(word: String, expected: Int) {
        #expect(Array(word.utf8).withUnsafeBufferPointer(Syllables.english) == expected)
    }

    @Test(
        "French syllables",
        arguments: [
            ("le", 1), ("l'", 0), ("table", 1), ("maison", 2), ("école", 2), ("théâtre", 2), ("créé", 2), ("née", 1),
            ("idées", 2), ("noël", 2), ("maïs", 2), ("poème", 2), ("musique", 2), ("que", 1), ("rue", 1), ("vie", 1),
            ("journée", 2), ("voyage", 2), ("royal", 2), ("nation", 2), ("oui", 1), ("aimaient", 2), ("aimèrent", 2),
            ("finissent", 2), ("beauté", 2), ("œuvre", 1), ("août", 1), ("chaîne", 1), ("y", 1), ("bibliothèque", 4),
            ("client", 2), ("oublie", 2),
        ])
    func frenchSyllables(word: String, expected: Int) {
        #expect(Array(word.utf8).withUnsafeBufferPointer(Syllables.french) == expected)
    }

    @Test("Flesch's formula, by hand")
    func flesch() throws {
        // 6 words, 1 sentence, syllables 1+1+1+1+1+1.
        let cat = try #require(analyze("The cat sat on the mat.").readingEase)
        let expectedCat: Double = 206.835 - 1.015 * 6 - 84.6
        #expect(abs(cat - expectedCat) < 1e-9)
        // 7 words, 2 sentences, syllables wa-ter 2, the 1, is 1, cold 1, I 1, wan-ted 2, more 1.
        let water = analyze("The water is cold. I wanted more.")
        #expect(water.syllables == 9)
        let expected: Double = 206.835 - 1.015 * 3.5 - 84.6 * 9 / 7
        #expect(abs(try #require(water.readingEase) - expected) < 1e-9)
    }

    @Test("Kandel and Moles' formula, by hand")
    func kandelMoles() throws {
        // 7 words: l' 0, é-cole 2, est 1, très 1, gran-de 1 … et 1, bel-le 1.
        let report = analyze("L'école est très grande et belle.")
        #expect(report.language == .french && report.words == 7 && report.syllables == 7)
        let expected: Double = 207 - 1.015 * 7 - 73.6
        #expect(abs(try #require(report.readingEase) - expected) < 1e-9)
    }

    @Test("OSMAN with written vowel marks, by hand")
    func osmanWithMarks() throws {
        // ذَهَبَ: three short. إِلَى: i short, a short (ى is no long vowel's letter here). المَدْرَسَةِ: a, a, a, i. 9 in all.
        let report = analyze("ذَهَبَ إِلَى المَدْرَسَةِ.")
        #expect(report.language == .arabic && report.words == 3 && report.syllables == 9)
        // Long words (more than five letters): المدرسة. Complex ones (more than four syllables): none.
        let expected: Double = 200.791 - 1.015 * 3 - 24.181 * 10 / 3
        #expect(abs(try #require(report.readingEase) - expected) < 1e-9)
    }

    @Test("OSMAN weighs long vowels, shadda and tanwin double, and finds faseeh words")
    func osmanDetails() throws {
        // كِتَابٌ: i short 1, a before alef long 2, tanwin 2.
        #expect(analyze("هذا كِتَابٌ").syllables == 5 + Syllables.arabic(Array("هذا".utf8)))
        // يُؤَذِّنُونَ: 1+1+2+1+2 (long u)+1 = 8, more than four, with ؤ and ذ: complex and faseeh; 6 letters: long too.
        let report = analyze("هو يُؤَذِّنُونَ")
        let he = Syllables.arabic(Array("هو".utf8))
        #expect(report.syllables == 8 + he)
        let sum = Double(1 + 8 + he + 1 + 1)
        let expected: Double = 200.791 - 1.015 * 2 - 24.181 * sum / 2
        #expect(abs(try #require(report.readingEase) - expected) < 1e-9)
    }

    @Test("Arabic syllables without marks are estimated from the letters")
    func arabicEstimate() {
        // كتاب: ا long 2; ت carries it, ك and ب are left: two thirds of 2, rounded up.
        #expect(Syllables.arabic(Array("كتاب".utf8)) == 4)
        #expect(Syllables.arabic(Array("من".utf8)) == 2)
        #expect(Syllables.arabic(Array("و".utf8)) == 1)
    }
}

extension Syllables {
    fileprivate static func arabic(_ key: [UInt8]) -> Int {
        key.withUnsafeBufferPointer { arabic($0, markWeight: 0) }
    }
}
