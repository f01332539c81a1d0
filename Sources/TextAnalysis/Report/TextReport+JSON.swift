extension TextReport {
    /// Appends the report as one JSON object in UTF-8, without white space.
    package func writeJSON(into output: inout [UInt8]) {
        // Names and figures need less than 1200 bytes, an escaped byte at most six: written without a check a byte.
        let start = output.count
        let bound = 1200 + 6 * excerptBytes.count + 64 * excerpts.count
        output.append(contentsOf: repeatElement(0, count: bound))
        let end = output.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return start }
            var json = JSONBytes(bytes: base, end: start)
            writeMembers(to: &json)
            return json.end
        }
        output.removeLast(output.count - end)
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

/// JSON as bytes, without a String or an encoder between; the room is known to suffice.
private struct JSONBytes {
    let bytes: UnsafeMutablePointer<UInt8>
    var end: Int

    @inline(__always)
    mutating func raw(_ text: StaticString) {
        (bytes + end).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        end &+= text.utf8CodeUnitCount
    }

    @inline(__always)
    mutating func member(_ name: StaticString, _ value: Int) {
        raw(name)
        number(value)
    }

    @inline(__always)
    mutating func member(_ name: StaticString, _ value: Double) {
        raw(name)
        number(value)
    }

    private mutating func byte(_ byte: UInt8) {
        bytes[end] = byte
        end &+= 1
    }

    mutating func number(_ value: Int) {
        if value < 0 { byte(0x2D) }
        digits(value.magnitude)
    }

    /// Four decimals, without trailing zeros; figures beyond ± 10¹² do not occur.
    mutating func number(_ value: Double) {
        let bounded = max(-1e12, min(1e12, value)) * 10_000
        let scaled = Int64(bounded < 0 ? bounded - 0.5 : bounded + 0.5)
        if scaled < 0 { byte(0x2D) }
        let (whole, part) = scaled.magnitude.quotientAndRemainder(dividingBy: 10_000)
        digits(UInt(whole))
        guard part > 0 else { return }
        byte(0x2E)
        var rest = part
        var unit: UInt64 = 1000
        while rest > 0 {
            byte(UInt8(truncatingIfNeeded: 0x30 + rest / unit))
            rest %= unit
            unit /= 10
        }
    }

    private mutating func digits(_ value: UInt) {
        if value >= 10 { digits(value / 10) }
        byte(UInt8(truncatingIfNeeded: 0x30 + value % 10))
    }

    mutating func escaped(_ source: [UInt8], _ range: Range<Int>) {
        for character in source[range] {
            switch character {
            case 0x22, 0x5C:
                byte(0x5C)
                byte(character)
            case 0x00..<0x20:
                raw("\\u00")
                byte(0x30 + (character >> 4))
                let low = character & 0x0F
                byte(low < 10 ? 0x30 + low : 0x57 + low)
            default: byte(character)
            }
        }
    }
}
