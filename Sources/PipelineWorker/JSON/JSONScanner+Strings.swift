import TextAnalysis

extension JSONScanner {
    /// Reads the string whose opening quote is here, checking its UTF-8 and its escapes.
    mutating func readString() throws(JSONError) -> JSONString {
        if let string = readSoundString() { return string }
        return try readStringByCharacter()
    }

    /// Reads a string without a fault, eight bytes at a time; nil for any other.
    private mutating func readSoundString() -> JSONString? {
        let start = offset + 1
        var index = start
        var hasEscapes = false
        var allBits: UInt64 = 0
        while true {
            index = skipUnescaped(from: index, allBits: &allBits)
            guard index < bytes.count else { return nil }
            if bytes[index] == UInt8(ascii: "\"") { break }
            guard bytes[index] == UInt8(ascii: "\\"), let escape = try? readEscape(at: index) else { return nil }
            hasEscapes = true
            index = escape.next
        }
        let isASCII = allBits & 0x8080_8080_8080_8080 == 0
        guard isASCII || WellFormedUTF8.holds(UnsafeRawBufferPointer(rebasing: bytes[start..<index])) else {
            return nil
        }
        offset = index + 1
        return JSONString(range: start..<index, hasEscapes: hasEscapes)
    }

    /// The end of the run from `index` without quote, backslash and control character; adds up the bits of all bytes seen.
    @inline(__always)
    private func skipUnescaped(from index: Int, allBits: inout UInt64) -> Int {
        var index = index
        let ones: UInt64 = 0x0101_0101_0101_0101
        while index + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            allBits |= word
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            // The high bit of a byte is set where it stops the run; beyond the first such byte a borrow may set more.
            let controls = (word &- ones &* 0x20) & ~word
            let stops = (controls | (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes) & (ones &* 0x80)
            guard stops == 0 else { return index + stops.trailingZeroBitCount >> 3 }
            index += 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            guard byte >= 0x20, byte != 0x22, byte != 0x5C else { break }
            allBits |= UInt64(byte)
            index += 1
        }
        return index
    }

    /// Reads a string as `readString` does, and says what is wrong with it and where.
    private mutating func readStringByCharacter() throws(JSONError) -> JSONString {
        let start = offset + 1
        var index = start
        var hasEscapes = false
        while true {
            index = skipPlain(from: index)
            guard index < bytes.count else { throw .truncated }
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                offset = index + 1
                return JSONString(range: start..<index, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                index = try readEscape(at: index).next
            case 0x80...:
                repeat { index = try skipCharacter(at: index) } while index < bytes.count && bytes[index] >= 0x80
            default:
                // A control character: skipPlain stops at nothing else.
                throw .unexpected(offset: index)
            }
        }
    }

    /// The text of a string that `readString` has read.
    func text(of string: JSONString) -> [UInt8] {
        let raw = UnsafeRawBufferPointer(rebasing: bytes[string.range])
        guard string.hasEscapes else { return Array(raw) }
        return Array(unsafeUninitializedCapacity: raw.count) { text, count in
            count = resolve(string, into: text)
        }
    }

    /// Whether a string that `readString` has read is this one, which needs no escapes.
    func equals(_ string: JSONString, _ other: StaticString) -> Bool {
        if string.hasEscapes {
            return text(of: string).elementsEqual(
                UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
        }
        guard string.range.count == other.utf8CodeUnitCount else { return false }
        for index in 0..<other.utf8CodeUnitCount
        where bytes[string.range.lowerBound + index] != other.utf8Start[index] {
            return false
        }
        return true
    }

    /// The end of the run of plain ASCII from `index`: no quote, backslash, control character or byte past 0x7F.
    private func skipPlain(from index: Int) -> Int {
        var index = index
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while index + 8 <= bytes.count {
            // Eight bytes at once: the high bit of a byte of `stops` is set where that byte ends the run. A borrow
            // can only set further bits above the first true one, so that a word without stops is told exactly.
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            let stops =
                (word | (word &- ones &* 0x20) | (quotes &- ones) | (backslashes &- ones)) & highs
            guard stops == 0 else { break }
            index += 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            guard byte >= 0x20, byte < 0x80, byte != 0x22, byte != 0x5C else { break }
            index += 1
        }
        return index
    }

    /// Checks the UTF-8 sequence at `index`, which starts past ASCII, and returns where the next one starts.
    private func skipCharacter(at index: Int) throws(JSONError) -> Int {
        let (length, isValid) = WellFormedUTF8.sequence(in: bytes, at: index)
        guard !isValid else { return index + length }
        throw index + length < bytes.count ? JSONError.invalidUTF8(offset: index) : JSONError.truncated
    }

    /// Reads the escape whose backslash is at `index`: the character it means and where the text goes on.
    private func readEscape(at index: Int) throws(JSONError) -> (scalar: UInt32, next: Int) {
        guard index + 1 < bytes.count else { throw .truncated }
        let scalar: UInt32
        switch bytes[index + 1] {
        case UInt8(ascii: "\""): scalar = 0x22
        case UInt8(ascii: "\\"): scalar = 0x5C
        case UInt8(ascii: "/"): scalar = 0x2F
        case UInt8(ascii: "b"): scalar = 0x08
        case UInt8(ascii: "f"): scalar = 0x0C
        case UInt8(ascii: "n"): scalar = 0x0A
        case UInt8(ascii: "r"): scalar = 0x0D
        case UInt8(ascii: "t"): scalar = 0x09
        case UInt8(ascii: "u"):
            let unit = try readHexadecimal(at: index + 2)
            switch unit {
            case 0xD800...0xDBFF:
                guard index + 7 < bytes.count else { throw .truncated }
                guard bytes[index + 6] == UInt8(ascii: "\\"), bytes[index + 7] == UInt8(ascii: "u") else {
                    throw .invalidUTF8(offset: index)
                }
                let low = try readHexadecimal(at: index + 8)
                guard 0xDC00...0xDFFF ~= low else { throw .invalidUTF8(offset: index) }
                return (0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00), index + 12)
            case 0xDC00...0xDFFF:
                throw .invalidUTF8(offset: index)
            default:
                return (unit, index + 6)
            }
        default:
            throw .unexpected(offset: index)
        }
        return (scalar, index + 2)
    }

    private func readHexadecimal(at index: Int) throws(JSONError) -> UInt32 {
        guard index + 4 <= bytes.count else { throw .truncated }
        var value: UInt32 = 0
        for position in index..<index + 4 {
            let digit: UInt8
            switch bytes[position] {
            case let byte where byte &- 0x30 < 10: digit = byte &- 0x30
            case let byte where (byte | 0x20) &- 0x61 < 6: digit = (byte | 0x20) &- 0x61 + 10
            default: throw .unexpected(offset: position)
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// Writes the text of a string with escapes, which is never longer than the string as it stands.
    private func resolve(_ string: JSONString, into text: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var count = 0
        var index = string.range.lowerBound
        var allBits: UInt64 = 0
        while index < string.range.upperBound {
            // The closing quote ends the last run.
            let end = skipUnescaped(from: index, allBits: &allBits)
            UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(text)[count...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[index..<end]))
            count += end - index
            guard end < string.range.upperBound, let escape = try? readEscape(at: end) else { return count }
            let scalar = Unicode.Scalar(escape.scalar) ?? "\u{FFFD}"
            for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                text[count] = byte
                count += 1
            }
            index = escape.next
        }
        return count
    }
}
