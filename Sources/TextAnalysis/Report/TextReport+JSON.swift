extension TextReport {
    /// Appends the report as one JSON object in UTF-8, without white space.
    package func writeJSON(into output: inout [UInt8]) {
        output += [UInt8](unsafeUninitializedCapacity: jsonBytesMaximum) { buffer, count in
            count = writeJSON(to: buffer)
        }
    }

    /// Names and figures need less than 1200 bytes, an escaped byte at most six.
    var jsonBytesMaximum: Int { 1200 + 6 * excerptBytes.count + 64 * excerpts.count }

    /// Writes the report to a buffer of at least `jsonBytesMaximum` bytes, without a check a byte; returns its length.
    func writeJSON(to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        var json = JSONBytes(bytes: base, end: 0)
        writeMembers(to: &json)
        return json.end
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
            guard entityCount(kind) > 0 else {
                json.raw("]}")
                continue
            }
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

extension TextScratch {
    /// The report as JSON, in memory of exactly its size.
    mutating func reportAsJSON() -> [UInt8] {
        json.grow(to: report.jsonBytesMaximum, filling: 0)
        let count = json.withUnsafeMutableBufferPointer { report.writeJSON(to: $0) }
        return [UInt8](json[..<count])
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
        digits(UInt64(value.magnitude))
    }

    /// Four decimals, without trailing zeros; figures beyond ± 10¹² do not occur.
    mutating func number(_ value: Double) {
        let bounded = max(-1e12, min(1e12, value)) * 10_000
        let scaled = Int64(bounded < 0 ? bounded - 0.5 : bounded + 0.5)
        if scaled < 0 { byte(0x2D) }
        let (whole, part) = scaled.magnitude.quotientAndRemainder(dividingBy: 10_000)
        digits(whole)
        guard part > 0 else { return }
        byte(0x2E)
        let decimals = Self.fourDigits(UInt32(truncatingIfNeeded: part))
        store(decimals)
        end &+= 4 &- decimals.leadingZeroBitCount >> 3
    }

    @inline(__always)
    private mutating func digits(_ value: UInt64) {
        guard value < 10_000 else { return manyDigits(value) }
        // Without its leading zeros, of which the last digit is none.
        let digits = Self.fourDigits(UInt32(truncatingIfNeeded: value))
        let zeros = (digits | 1 << 24).trailingZeroBitCount >> 3
        store(digits &>> UInt32(truncatingIfNeeded: 8 &* zeros))
        end &+= 4 &- zeros
    }

    private mutating func manyDigits(_ value: UInt64) {
        if value >= 100_000_000 { manyDigits(value / 10_000) } else { digits(value / 10_000) }
        store(Self.fourDigits(UInt32(truncatingIfNeeded: value % 10_000)))
        end &+= 4
    }

    /// The decimal digits of a number below 10 000, one a byte, the first lowest.
    @inline(__always)
    private static func fourDigits(_ value: UInt32) -> UInt32 {
        // Two numbers below 100 side by side; their tens by multiplication: x · 103 / 1024.
        let pair = value / 100 | (value % 100) &<< 16
        let tens = (pair &* 103) &>> 10 & 0x000F_000F
        return tens | (pair &- tens &* 10) &<< 8
    }

    /// Writes four digits at the end, for the caller to say how many of them count.
    @inline(__always)
    private func store(_ digits: UInt32) {
        UnsafeMutableRawPointer(bytes + end).storeBytes(of: (digits | 0x3030_3030).littleEndian, as: UInt32.self)
    }

    mutating func escaped(_ source: [UInt8], _ range: Range<Int>) {
        source.withUnsafeBytes { source in
            var index = range.lowerBound
            while index < range.upperBound {
                if range.upperBound &- index >= 8 {
                    let eight = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    if Self.needNoEscape(eight) {
                        UnsafeMutableRawPointer(bytes + end).storeBytes(of: eight, as: UInt64.self)
                        end &+= 8
                        index &+= 8
                        continue
                    }
                }
                escaped(source[index])
                index &+= 1
            }
        }
    }

    /// Whether none of eight bytes is a control character, quote or backslash.
    @inline(__always)
    private static func needNoEscape(_ eight: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = eight ^ (ones &* 0x22)
        let backslashes = eight ^ (ones &* 0x5C)
        // A byte's high bit is set by a borrow where the byte is one of these; bytes past 0x7F are none.
        let hits = (eight &- ones &* 0x20) & ~eight | (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes
        return hits & (ones &* 0x80) == 0
    }

    @inline(__always)
    private mutating func escaped(_ character: UInt8) {
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
