/// Letters at the start of eight bytes of text.
struct LetterRun {
    /// How many bytes they take.
    var length: Int
    /// Their key, the first byte lowest; the other bytes are 0.
    var key: UInt64
    var letters: Int
    /// The traits of all letters together.
    var traits: UInt32

    /// Letters of ASCII and, in between, of Latin-1; `low` is the table of `CharacterTables`.
    @inline(__always)
    static func latin(_ bytes: UInt64, _ low: UnsafePointer<UInt32>) -> LetterRun {
        let caseBits: UInt64 = 0x2020_2020_2020_2020
        let highBits: UInt64 = 0x8080_8080_8080_8080
        var key = bytes | caseBits
        // The high bit of each byte: less than a, more than z, not ASCII.
        let seven = key & ~highBits
        let others = (~(seven &+ 0x1F1F_1F1F_1F1F_1F1F) | (seven &+ 0x0505_0505_0505_0505) | bytes) & highBits
        var length = others.trailingZeroBitCount >> 3
        var traits = CharacterEntry.latin
        var accented = 0
        if length < 7, bytes &>> UInt64(truncatingIfNeeded: 8 &* length) & 0xFF == 0xC3 {
            (length, accented) = latin1(bytes, others, low, &key, &traits)
        }
        let mask = firstBytes(length)
        let isUpper = ~(bytes | bytes &>> 2) & mask & caseBits != 0
        traits |= isUpper ? CharacterEntry.upper : 0
        return LetterRun(length: length, key: key & mask, letters: length &- accented, traits: traits)
    }

    /// Goes on with letters of Latin-1 behind those of ASCII, as long as they follow on each other.
    @inline(__always)
    private static func latin1(
        _ bytes: UInt64, _ others: UInt64, _ low: UnsafePointer<UInt32>, _ key: inout UInt64, _ traits: inout UInt32
    ) -> (length: Int, accented: Int) {
        var others = others
        var accented = 0
        var length = others.trailingZeroBitCount >> 3
        while length < 7 {
            let place = UInt64(truncatingIfNeeded: 8 &* length)
            let pair = UInt16(truncatingIfNeeded: bytes &>> place)
            guard pair & 0xFF == 0xC3 else { break }
            // The small letter is 20 (hexadecimal) behind the large one; others are not read here.
            let scalar = 0xC0 | Int(pair &>> 8 & 0x3F)
            let entry = CharacterEntry(bits: low[scalar])
            guard entry.isTwoByteLetter, Int(entry.key) == scalar | 0x20 else { break }
            key &= ~(0x20 &<< place)
            others &= ~(0xFFFF &<< place)
            traits |= entry.traits
            accented &+= 1
            length = others.trailingZeroBitCount >> 3
        }
        return (length, accented)
    }

    /// Letters of two bytes whose keys have two bytes too: Arabic words consist of them; `pairs` is the table of
    /// `CharacterTables`.
    @inline(__always)
    static func pairs(_ bytes: UInt64, _ pairs: UnsafePointer<UInt32>) -> LetterRun {
        // Lanes of 16 bits; 0 where a sequence of two bytes stands.
        var others = bytes & 0xC0E0_C0E0_C0E0_C0E0 ^ 0x80C0_80C0_80C0_80C0
        var key: UInt64 = 0
        var traits: UInt64 = 0
        for lane in 0..<4 {
            let place = UInt64(truncatingIfNeeded: 16 &* lane)
            let pair = Int(truncatingIfNeeded: bytes &>> place)
            let letter = pairs[(pair & 0x1F) &<< 6 | pair &>> 8 & 0x3F]
            others |= letter == 0 ? 1 &<< place : 0
            key |= UInt64(letter & 0xFFFF) &<< place
            traits |= UInt64(letter &>> 16) &<< place
        }
        let letters = others.trailingZeroBitCount >> 4
        let mask = firstBytes(2 &* letters)
        traits &= mask
        traits |= traits &>> 32
        traits |= traits &>> 16
        return LetterRun(
            length: 2 &* letters, key: key & mask, letters: letters, traits: UInt32(truncatingIfNeeded: traits & 0xFFFF)
        )
    }

    /// The mask of the first 0 to 8 of eight bytes.
    @inline(__always)
    private static func firstBytes(_ count: Int) -> UInt64 {
        count == 0 ? 0 : UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- 8 &* count)
    }
}
