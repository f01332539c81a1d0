/// Where a word of the Latin script has its vowels: one bit a byte of its key, the first lowest; both bytes of é count.
///
/// Words are counted by their first 64 bytes; a longer one is no word of French or English.
struct WordShape {
    /// a e i o u y and these with an accent, œ and æ.
    var vowels: UInt64 = 0
    /// é, è and vowels with a diaeresis: a nucleus of their own.
    private(set) var parted: UInt64 = 0
    private(set) var i: UInt64 = 0
    private(set) var y: UInt64 = 0

    // Four lanes of 16 bits: a step sets at most one bit in each.
    private static let vowel: UInt64 = 1
    private static let letterI: UInt64 = 1 << 16
    private static let letterY: UInt64 = 1 << 32
    private static let notASCII: UInt64 = 1 << 48

    /// The lanes of each byte.
    private static let lanes: [UInt64] = {
        var lanes = [UInt64](repeating: 0, count: 128) + [UInt64](repeating: notASCII, count: 128)
        for byte in "aeiouy".utf8 { lanes[Int(byte)] |= vowel }
        lanes[0x69] |= letterI
        lanes[0x79] |= letterY
        return lanes
    }()

    @inline(__always)
    static func isVowel(_ byte: UInt8) -> Bool {
        // Bits of a e i o u y behind a.
        byte >= 0x61 && byte <= 0x7A && (0x110_4111 >> UInt32(byte &- 0x61)) & 1 != 0
    }

    @inline(__always)
    init(_ key: UnsafeBufferPointer<UInt8>) {
        let count = min(key.count, 64)
        var accented: UInt64 = 0
        Self.lanes.withUnsafeBufferPointer { lanes in
            var start = 0
            while start < count {
                var bits: UInt64 = 0
                let length = min(16, count &- start)
                // From the last byte to the first, so that each step shifts by one.
                var index = start &+ length
                while index > start {
                    index &-= 1
                    bits = bits &<< 1 | lanes[Int(key[index])]
                }
                let position = UInt64(truncatingIfNeeded: start)
                vowels |= (bits & 0xFFFF) &<< position
                i |= (bits &>> 16 & 0xFFFF) &<< position
                y |= (bits &>> 32 & 0xFFFF) &<< position
                accented |= (bits &>> 48) &<< position
                start &+= 16
            }
        }
        if accented != 0 { addAccented(key, count) }
    }

    /// Adds the vowels of two bytes.
    private mutating func addAccented(_ key: UnsafeBufferPointer<UInt8>, _ count: Int) {
        for index in 0..<(count - 1) {
            let isVowel: Bool
            var isParted = false
            switch (key[index], key[index + 1]) {
            // è é ë ï ö ü
            case (0xC3, 0xA8), (0xC3, 0xA9), (0xC3, 0xAB), (0xC3, 0xAF), (0xC3, 0xB6), (0xC3, 0xBC):
                (isVowel, isParted) = (true, true)
            // à â ä æ ê î ô ù û ÿ, œ
            case (0xC3, 0xA0), (0xC3, 0xA2), (0xC3, 0xA4), (0xC3, 0xA6), (0xC3, 0xAA), (0xC3, 0xAE), (0xC3, 0xB4),
                (0xC3, 0xB9), (0xC3, 0xBB), (0xC3, 0xBF), (0xC5, 0x93):
                isVowel = true
            default: isVowel = false
            }
            if isVowel { vowels |= 3 &<< UInt64(truncatingIfNeeded: index) }
            if isParted { parted |= 3 &<< UInt64(truncatingIfNeeded: index) }
        }
    }

    /// The first vowel of each run; é, è and diaeresis part runs before and behind them.
    var runStarts: UInt64 {
        let starts = vowels & ~(vowels &<< 1)
        guard parted != 0 else { return starts }
        let seconds = partedSeconds
        return starts | (parted & ~seconds) | (vowels & (seconds &<< 1))
    }

    /// The second bytes of parted vowels.
    private var partedSeconds: UInt64 {
        // Pairs of set bits, of which two may adjoin (éé): every second bit of a run.
        var seconds: UInt64 = 0
        var rest = parted
        while rest != 0 {
            let lead = rest & (0 &- rest)
            seconds |= lead &<< 1
            rest &= ~(lead | lead &<< 1)
        }
        return seconds
    }
}
