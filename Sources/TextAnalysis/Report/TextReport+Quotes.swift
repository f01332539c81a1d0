extension TextReport {
    /// A quoted piece of the text has at most so many bytes.
    private static let maximumQuoteBytes = 120

    /// Quotes a piece of the text with its white space made single and, if it is too long, cut between two characters.
    mutating func quote(
        _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, kind: EntityKind?, score: Float = 0
    ) {
        var end = min(range.upperBound, range.lowerBound + Self.maximumQuoteBytes)
        while end < range.upperBound, text[end] & 0xC0 == 0x80 { end -= 1 }
        let piece = UnsafeBufferPointer(rebasing: text[range.lowerBound..<end])
        let start = excerptBytes.count
        if Self.hasSingleSpaces(piece) {
            excerptBytes.append(contentsOf: piece)
        } else {
            appendWithSingleSpaces(piece)
        }
        excerpts.append(
            Excerpt(
                kind: kind, start: UInt32(truncatingIfNeeded: start),
                end: UInt32(truncatingIfNeeded: excerptBytes.count), score: score))
    }

    /// Whether all white space is single spaces: nearly always.
    private static func hasSingleSpaces(_ piece: UnsafeBufferPointer<UInt8>) -> Bool {
        var others: UInt8 = 0
        var wasSpace: UInt8 = 0
        for byte in piece {
            let isSpace: UInt8 = byte <= 0x20 ? 1 : 0
            others |= (byte < 0x20 ? 1 : 0) | (isSpace & wasSpace)
            wasSpace = isSpace
        }
        return others == 0
    }

    private mutating func appendWithSingleSpaces(_ piece: UnsafeBufferPointer<UInt8>) {
        var wasSpace = false
        for byte in piece {
            let isSpace = byte <= 0x20
            if !isSpace { excerptBytes.append(byte) } else if !wasSpace { excerptBytes.append(0x20) }
            wasSpace = isSpace
        }
    }

    /// Makes it a report about nothing that keeps its memory.
    mutating func clear() {
        var (excerpts, excerptBytes): ([Excerpt], [UInt8]) = ([], [])
        swap(&excerpts, &self.excerpts)
        swap(&excerptBytes, &self.excerptBytes)
        excerpts.removeAll(keepingCapacity: true)
        excerptBytes.removeAll(keepingCapacity: true)
        self = TextReport()
        self.excerpts = excerpts
        self.excerptBytes = excerptBytes
    }
}
