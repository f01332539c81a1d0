/// Text out of the bytes of a log: what a server escaped is what it was again, and the result is always UTF-8.
package enum LogText {
    /// The bytes as UTF-8: each byte that belongs to no well-formed sequence is written `\xHH`, nothing else is changed.
    package static func wellFormed(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        repaired(bytes, escapesControls: false)
    }

    /// The content of a field, without its escapes: `\"`, `\\`, `\xHH` of both servers, and Apache's `\b \n \r \t \v`.
    ///
    /// What then is no UTF-8, or is a control character, is written `\xHH`.
    package static func unescaped(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let line = LineBytes(bytes)
        var place = line.first(.backslash, from: 0)
        guard place < line.count else { return repaired(bytes, escapesControls: true) }
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var start = 0
        while place < line.count {
            guard let (byte, length) = escape(line, at: place) else {
                place = line.first(.backslash, from: place + 1)
                continue
            }
            plain.append(contentsOf: bytes[start..<place])
            plain.append(byte)
            start = place + length
            place = line.first(.backslash, from: start)
        }
        plain.append(contentsOf: bytes[start...])
        return plain.withUnsafeBytes { repaired($0, escapesControls: true) }
    }

    /// The byte that an escape stands for, and the escape's length; nil for a backslash that begins none.
    private static func escape(_ line: LineBytes, at place: Int) -> (UInt8, Int)? {
        switch line.at(place + 1) {
        case 0x22: return (0x22, 2)
        case 0x5C: return (0x5C, 2)
        case 0x62: return (0x08, 2)
        case 0x6E: return (0x0A, 2)
        case 0x72: return (0x0D, 2)
        case 0x74: return (0x09, 2)
        case 0x76: return (0x0B, 2)
        case 0x78:
            guard let high = hexadecimal(line.at(place + 2)), let low = hexadecimal(line.at(place + 3)) else {
                return nil
            }
            return (high << 4 | low, 4)
        default: return nil
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    private static func repaired(_ bytes: UnsafeRawBufferPointer, escapesControls: Bool) -> [UInt8] {
        var place = plainEnd(bytes, from: 0, escapesControls)
        guard place < bytes.count else { return Array(bytes) }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + 16)
        var start = 0
        while place < bytes.count {
            text.append(contentsOf: bytes[start..<place])
            let byte = bytes[place]
            text += [0x5C, 0x78, digit(byte >> 4), digit(byte & 15)]
            start = place + 1
            place = plainEnd(bytes, from: start, escapesControls)
        }
        text.append(contentsOf: bytes[start...])
        return text
    }

    private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x37 + nibble }

    /// The first byte from `start` on that cannot stand in the text; the bytes' count where all can.
    private static func plainEnd(_ bytes: UnsafeRawBufferPointer, from start: Int, _ escapesControls: Bool) -> Int {
        var place = start
        let line = LineBytes(bytes)
        while place < bytes.count {
            while place &+ 8 <= bytes.count, line.isPlain(at: place, escapesControls) { place &+= 8 }
            guard place < bytes.count else { break }
            let byte = bytes[place]
            if byte < 0x80 {
                if escapesControls, byte < 0x20 || byte == 0x7F { return place }
                place &+= 1
            } else {
                guard let length = sequenceLength(bytes, at: place) else { return place }
                place &+= length
            }
        }
        return bytes.count
    }

    /// The length of the well-formed sequence of several bytes at a place, after table 3-7 of the Unicode Standard.
    private static func sequenceLength(_ bytes: UnsafeRawBufferPointer, at place: Int) -> Int? {
        func continues(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            place + offset < bytes.count && range.contains(bytes[place + offset])
        }
        switch bytes[place] {
        case 0xC2...0xDF: return continues(1) ? 2 : nil
        case 0xE0: return continues(1, 0xA0...0xBF) && continues(2) ? 3 : nil
        case 0xED: return continues(1, 0x80...0x9F) && continues(2) ? 3 : nil
        case 0xE1...0xEF: return continues(1) && continues(2) ? 3 : nil
        case 0xF0: return continues(1, 0x90...0xBF) && continues(2) && continues(3) ? 4 : nil
        case 0xF1...0xF3: return continues(1) && continues(2) && continues(3) ? 4 : nil
        case 0xF4: return continues(1, 0x80...0x8F) && continues(2) && continues(3) ? 4 : nil
        default: return nil
        }
    }
}
