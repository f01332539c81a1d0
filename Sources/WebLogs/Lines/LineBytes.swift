/// The bytes of a line, searched eight at a time.
struct LineBytes {
    let bytes: UnsafeRawBufferPointer
    let count: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        count = bytes.count
    }

    /// The byte at a place; 0 behind the end.
    @inline(__always)
    func at(_ index: Int) -> UInt8 { index < count ? bytes[index] : 0 }

    @inline(__always)
    func has(_ byte: Character.ASCII, at index: Int) -> Bool { index < count && bytes[index] == byte.rawValue }

    /// The first place from `start` on that holds the byte; `count` where none does.
    @inline(__always)
    func first(_ byte: Character.ASCII, from start: Int) -> Int {
        let wanted = Self.ones &* UInt64(byte.rawValue)
        var index = start
        while index &+ 8 <= count {
            let found = Self.zeros(word(at: index) ^ wanted)
            if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < count, bytes[index] != byte.rawValue { index &+= 1 }
        return index
    }

    /// The first place from `start` on that holds either byte; `count` where none does.
    @inline(__always)
    func first(_ one: Character.ASCII, or other: Character.ASCII, from start: Int) -> Int {
        let wantedOne = Self.ones &* UInt64(one.rawValue)
        let wantedOther = Self.ones &* UInt64(other.rawValue)
        var index = start
        while index &+ 8 <= count {
            let word = word(at: index)
            let found = Self.zeros(word ^ wantedOne) | Self.zeros(word ^ wantedOther)
            if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < count, bytes[index] != one.rawValue, bytes[index] != other.rawValue { index &+= 1 }
        return index
    }

    /// The place of the quote that ends a quoted field whose content begins at `start`; nil where it has none.
    ///
    /// A backslash takes the byte behind it for itself.
    @inline(__always)
    func closingQuote(from start: Int) -> Int? {
        var index = start
        while true {
            index = first(.quote, or: .backslash, from: index)
            guard index < count else { return nil }
            if bytes[index] == Character.ASCII.quote.rawValue { return index }
            index &+= 2
            guard index < count else { return nil }
        }
    }

    /// The digit at a place as a number; nil for anything else.
    @inline(__always)
    func digit(_ index: Int) -> Int? {
        let value = at(index) &- 0x30
        return value < 10 ? Int(value) : nil
    }

    /// Two digits as a number.
    @inline(__always)
    func twoDigits(_ index: Int) -> Int? {
        guard let high = digit(index), let low = digit(index &+ 1) else { return nil }
        return high &* 10 &+ low
    }

    /// Whether the eight bytes from a place on are ASCII, and none is a control character where these count.
    @inline(__always)
    func isPlain(at index: Int, _ minusControls: Bool) -> Bool {
        let word = word(at: index)
        var special = word
        if minusControls {
            special |= (word &- 0x2020_2020_2020_2020) & ~word
            special |= Self.zeros(word ^ 0x7F7F_7F7F_7F7F_7F7F)
        }
        return special & 0x8080_8080_8080_8080 == 0
    }

    @inline(__always)
    private func word(at index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101

    /// The highest bit of each byte that is 0; exact up to the lowest of them, which is the one looked for.
    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & 0x8080_8080_8080_8080 }
}

extension Character {
    /// The bytes that the formats give a meaning.
    enum ASCII: UInt8 {
        case space = 0x20
        case quote = 0x22
        case hyphen = 0x2D
        case slash = 0x2F
        case colon = 0x3A
        case bracket = 0x5B
        case backslash = 0x5C
        case bracketEnd = 0x5D
    }
}
