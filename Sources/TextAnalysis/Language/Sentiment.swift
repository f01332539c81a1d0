extension TextScratch {
    /// The sum of word polarities with negation and intensification, normalised as VADER does (Hutto and Gilbert 2014).
    mutating func sentiment(_ language: TextLanguage) {
        var sum = 0.0
        var negator: Int?
        for position in 0..<loadedCount {
            let index = Int(loaded[position])
            let facts = facts(of: index)
            let polarity = facts.polarity(in: language)
            if polarity != 0 {
                var value = Double(polarity)
                if isBoosted(index, language) { value += value < 0 ? -0.293 : 0.293 }
                if isNegated(index, by: negator) || isNegatedBehind(index, language) { value *= -0.74 }
                sum += value
                if value > 0 { report.positiveWords += 1 } else { report.negativeWords += 1 }
            }
            if facts.isNegator(in: language) { negator = index }
        }
        report.sentimentScore = sum / (sum * sum + 15).squareRoot()
    }

    @inline(__always)
    private func facts(of index: Int) -> WordFacts { vocabulary[Int(tokens[index].entry)].facts }

    /// The negator is one of the three words before, in the same clause.
    private func isNegated(_ index: Int, by negator: Int?) -> Bool {
        guard let negator, index - negator <= 3 else { return false }
        for later in (negator + 1)..<(index + 1)
        where tokens[later].traits & (Token.phraseBreak | Token.sentenceStart) != 0 {
            return false
        }
        return true
    }

    /// An intensifier stands directly before the word, or in Arabic behind it.
    private func isBoosted(_ index: Int, _ language: TextLanguage) -> Bool {
        let neighbour = language == .arabic ? index + 1 : index - 1
        guard (0..<tokenCount).contains(neighbour) else { return false }
        let later = max(index, neighbour)
        guard tokens[later].traits & Token.phraseBreak == 0 else { return false }
        return facts(of: neighbour).isBooster(in: language)
    }

    /// French negates behind the verb: "j'aime pas", "ça marche jamais".
    private func isNegatedBehind(_ index: Int, _ language: TextLanguage) -> Bool {
        guard language == .french, index + 1 < tokenCount else { return false }
        guard tokens[index + 1].traits & (Token.phraseBreak | Token.elided) == 0 else { return false }
        return facts(of: index + 1).isNegator(in: .french)
    }
}
