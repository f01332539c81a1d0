extension TextReport {
    /// Appends the report as one JSON object in UTF-8, without white space.
    package func writeJSON(into output: inout [UInt8]) {
        // The array moves in and out again, so that its memory is used and nothing is copied.
        var json = JSONBytes()
        swap(&json.bytes, &output)
        let needed = json.bytes.count + 768 + 2 * excerptBytes.count
        if json.bytes.capacity < needed { json.bytes.reserveCapacity(2 * needed) }
        writeMembers(to: &json)
        swap(&json.bytes, &output)
    }

    private func writeMembers(to json: inout JSONBytes) {
        json.raw("{\"language\":\"")
        json.raw(language?.code ?? "unknown")
        json.raw("\",\"language_confidence\":")
        json.number(languageConfidence)
        json.member(",\"bytes\":", bytes)
        json.member(",\"characters\":", characters)
        json.member(",\"invalid_sequences\":", invalidSequences)
        if isTruncated { json.raw(",\"truncated\":true") }
        json.member(",\"sentences\":", sentences)
        json.member(",\"words\":", words)
        json.member(",\"unique_words\":", uniqueWords)
        json.member(",\"type_token_ratio\":", typeTokenRatio)
        json.member(",\"average_word_length\":", averageWordLength)
        json.member(",\"average_sentence_length\":", averageSentenceLength)
        json.member(",\"syllables\":", syllables)
        json.raw(",\"reading_ease\":")
        if let readingEase, let language {
            json.raw("{\"formula\":\"")
            json.raw(language.readingEaseFormula)
            json.member("\",\"score\":", readingEase)
            json.raw("}")
        } else {
            json.raw("null")
        }
        json.raw(",\"sentiment\":{\"label\":\"")
        switch sentiment {
        case .positive: json.raw("positive")
        case .neutral: json.raw("neutral")
        case .negative: json.raw("negative")
        }
        json.member("\",\"score\":", sentimentScore)
        json.member(",\"positive_words\":", positiveWords)
        json.member(",\"negative_words\":", negativeWords)
        json.raw("},\"key_phrases\":[")
        var isFirst = true
        for phrase in excerpts where phrase.kind == nil {
            json.raw(isFirst ? "{\"text\":\"" : ",{\"text\":\"")
            json.escaped(excerptBytes, Int(phrase.start)..<Int(phrase.end))
            json.member("\",\"score\":", Double(phrase.score))
            json.raw("}")
            isFirst = false
        }
        json.raw("],\"entities\":{")
        for kind in EntityKind.allCases {
            json.raw(kind == .email ? "\"" : ",\"")
            json.raw(kind.name)
            json.member("\":{\"count\":", entityCount(kind))
            json.raw(",\"values\":[")
            isFirst = true
            for value in excerpts where value.kind == kind {
                json.raw(isFirst ? "\"" : ",\"")
                json.escaped(excerptBytes, Int(value.start)..<Int(value.end))
                json.raw("\"")
                isFirst = false
            }
            json.raw("]}")
        }
        json.raw("}}")
    }
}

/// JSON as bytes, without a String or an encoder between.
private struct JSONBytes {
    var bytes: [UInt8] = []

    mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func member(_ name: StaticString, _ value: Int) {
        raw(name)
        number(value)
    }

    mutating func member(_ name: StaticString, _ value: Double) {
        raw(name)
        number(value)
    }

    mutating func number(_ value: Int) {
        if value < 0 { bytes.append(0x2D) }
        digits(value.magnitude)
    }

    /// Four decimals, without trailing zeros; figures beyond ± 10¹² do not occur.
    mutating func number(_ value: Double) {
        let scaled = Int64((max(-1e12, min(1e12, value)) * 10_000).rounded())
        if scaled < 0 { bytes.append(0x2D) }
        let (whole, part) = scaled.magnitude.quotientAndRemainder(dividingBy: 10_000)
        digits(UInt(whole))
        guard part > 0 else { return }
        bytes.append(0x2E)
        var rest = part
        var unit: UInt64 = 1000
        while rest > 0 {
            bytes.append(UInt8(truncatingIfNeeded: 0x30 + rest / unit))
            rest %= unit
            unit /= 10
        }
    }

    private mutating func digits(_ value: UInt) {
        if value >= 10 { digits(value / 10) }
        bytes.append(UInt8(truncatingIfNeeded: 0x30 + value % 10))
    }

    mutating func escaped(_ source: [UInt8], _ range: Range<Int>) {
        for byte in source[range] {
            switch byte {
            case 0x22, 0x5C:
                bytes.append(0x5C)
                bytes.append(byte)
            case 0x00..<0x20:
                raw("\\u00")
                bytes.append(0x30 + (byte >> 4))
                let low = byte & 0x0F
                bytes.append(low < 10 ? 0x30 + low : 0x57 + low)
            default: bytes.append(byte)
            }
        }
    }
}
