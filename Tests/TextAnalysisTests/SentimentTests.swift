import Testing

@testable import TextAnalysis

@Suite("Sentiment")
struct SentimentTests {
    /// VADER's normalisation of a sum.
    private func score(_ sum: Double) -> Double { sum / (sum * sum + 15).squareRoot() }

    @Test(
        "sums by hand: polarity, intensifier ± 0.293, negation × −0.74",
        arguments: [
            ("The service was good.", 2.0), ("The service was excellent.", 3), ("It is easy.", 1),
            ("The service was very good.", 2.293), ("The service was not good.", -1.48),
            ("It wasn't very good at all.", -2.293 * 0.74), ("It was terrible and we were sad.", -5),
            ("We had no problems.", 1.48), ("They never had any problem.", 1.48),
            // The negator is four words away, then in another clause.
            ("Not that this is anything good.", 2), ("Not now, good man.", 2),
            ("Le service est bon.", 2), ("Le service est très bon.", 2.293), ("Le service n'est pas bon.", -1.48),
            ("C'est excellent mais un peu lent.", 1), ("J'aime pas ce film.", -1.48), ("Il est sans défaut.", 1.48),
            ("هذا الكتاب رائع.", 3), ("هذا الكتاب رائع جدا.", 3.293), ("هذا الكتاب ليس جيدا.", -1.48),
            ("الخدمة سيئة وبطيئة.", -4), ("لم تكن هذه مشكلة.", 1.48),
        ])
    func sums(text: String, sum: Double) {
        let report = analyze(text)
        #expect(abs(report.sentimentScore - score(sum)) < 1e-9)
        #expect(report.sentiment == (sum > 0 ? .positive : .negative))
    }

    @Test("words without polarity are neutral, and so are languages without a lexicon")
    func neutral() {
        #expect(analyze("The train leaves at nine.").sentiment == .neutral)
        #expect(analyze("Der gute Hund ist nicht auf der Straße und das ist schlecht.").sentimentScore == 0)
    }

    @Test("positive and negative words are counted after negation")
    func counts() {
        let report = analyze("It was good and nice, not bad, but the end was not happy, and it was sad.")
        #expect(report.positiveWords == 3 && report.negativeWords == 2)
    }

    @Test("no word has two polarities, and each list is of its language only once")
    func lexicon() {
        for list in [EnglishLexicon.words, FrenchLexicon.words, ArabicLexicon.words] {
            var seen: [[UInt8]: Int] = [:]
            for (property, words) in list.lists {
                guard case .polarity(let value) = property else { continue }
                for word in words.split(whereSeparator: \.isWhitespace) {
                    let key = Lexicon.key(of: word)
                    #expect(seen[key] == nil || seen[key] == value, "\(word)")
                    seen[key] = value
                }
            }
            #expect(seen.count > 300)
        }
    }

    @Test("what the lexicon is told it knows")
    func facts() {
        func facts(_ word: String) -> WordFacts { Lexicon.shared.facts(hash: WordHash.hash(Lexicon.key(of: word))) }
        #expect(facts("the").isStopWord(in: .english) && !facts("the").isStopWord(in: .french))
        #expect(facts("worst").polarity(in: .english) == -3 && facts("Easy").polarity(in: .english) == 1)
        #expect(facts("ne").isNegator(in: .french) && facts("très").isBooster(in: .french))
        #expect(facts("أفضل").polarity(in: .arabic) == 3 && facts("لَيْسَ").isNegator(in: .arabic))
        #expect(facts("mr").abbreviation == .title && facts("fig").abbreviation == .beforeNumber)
        #expect(facts("nicht").isForeign && facts("xyzzy") == WordFacts())
    }

    @Test("Arabic clitics and endings, English and French plurals are looked through")
    func stemming() {
        #expect(analyze("هذا هو الرائع").positiveWords == 1)
        #expect(analyze("كانت والمشكلة في البيت").negativeWords == 1)
        #expect(analyze("These are treasures for us all").positiveWords == 1)
        #expect(analyze("Ce sont des gagnants et des menaces").negativeWords == 1)
    }
}

@Suite("Key phrases")
struct KeyPhraseTests {
    @Test("RAKE's scores, by hand")
    func scores() {
        // Candidates: red house · old garden · red garden gate (house, and, the, of are function words' neighbours).
        // degree/frequency: red (2+3)/2, house 2/1, old 2/1, garden (2+3)/2, gate 3/1.
        let report = analyze("The red house and the old garden of the red garden gate.")
        #expect(report.language == .english)
        #expect(
            report.keyPhrases == [
                .init(text: "red garden gate", score: 8), .init(text: "red house", score: 4.5),
                .init(text: "old garden", score: 4.5),
            ])
    }

    @Test("at most five phrases of at most four words, each once, as the text writes them")
    func bounds() {
        let text = (1...30).map { "the Alpha\($0)x  Beta\($0)x" }.joined(separator: " and ")
        #expect(analyze(text).keyPhrases.count == 5)
        #expect(
            analyze("the Red  Fox and the red fox and the RED FOX").keyPhrases == [.init(text: "Red Fox", score: 4)])
        #expect(
            analyze("the one red two blue three green four").keyPhrases.allSatisfy {
                $0.text.split(separator: " ").count <= 4
            })
    }

    @Test("punctuation and sentence ends part phrases, hyphens and abbreviations do not")
    func breaks() {
        #expect(analyze("the red, green fox").keyPhrases.map(\.text) == ["green fox", "red"])
        #expect(analyze("this is ice-cold lemonade").keyPhrases.map(\.text) == ["ice-cold lemonade"])
        #expect(analyze("the old Dr. Smith was here").keyPhrases.map(\.text) == ["old Dr. Smith"])
    }

    @Test("French and Arabic phrases stand as they are written")
    func otherLanguages() {
        #expect(analyze("C'est l'Énergie Solaire de la ville").keyPhrases.first?.text == "Énergie Solaire")
        #expect(analyze("هذه هي الطاقة الشمسية في المدينة").keyPhrases.first?.text == "الطاقة الشمسية")
    }
}
