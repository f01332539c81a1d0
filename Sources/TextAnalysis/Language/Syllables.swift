/// Syllables of a word by its spelling; `key` is lower-case, composed UTF-8.
enum Syllables {
    /// English: runs of a e i o u y, corrected for silent endings and the commonest vowels in hiatus; at least 1.
    static func english(_ key: UnsafeBufferPointer<UInt8>) -> Int {
        var shape = WordShape(key)
        // y at the start is a consonant: yes, young.
        shape.vowels &= ~(shape.y & 1)
        var count = shape.runStarts.nonzeroBitCount
        // ia, io behind a consonant, but not -tion, -sion, -cial: me-di-a.
        var pairs = shape.i & (shape.vowels &>> 1) & ~(shape.vowels &<< 1) & ~1
        while pairs != 0 {
            let index = pairs.trailingZeroBitCount
            pairs &= pairs &- 1
            let next = key[index + 1]
            guard next == 0x61 || next == 0x6F else { continue }
            switch key[index - 1] {
            case 0x74, 0x73, 0x63, 0x67, 0x78: break
            default: count += 1
            }
        }
        count += spokenEnding(key)
        return max(1, count - silentEnding(key, groups: count))
    }

    /// French: runs of vowels, parted before and behind é, è and a diaeresis, y between vowels a consonant, i behind bl, tr and the
    /// like apart, without the mute endings -e, -es (also -que, -gue) and -aient, -èrent, -issent; 0 for elided clitics, else
    /// at least 1.
    static func french(_ key: UnsafeBufferPointer<UInt8>) -> Int {
        guard let last = key.last, last != 0x27 else { return 0 }
        var shape = WordShape(key)
        shape.vowels &= ~(shape.y & (shape.vowels &<< 1) & (shape.vowels &>> 1))
        var starts = shape.runStarts
        var pairs = shape.i & (shape.vowels &>> 1) & ~3
        while pairs != 0 {
            let index = pairs.trailingZeroBitCount
            pairs &= pairs &- 1
            if isCluster(key[index - 2], key[index - 1]) { starts |= 2 &<< UInt64(index) }
        }
        let count = starts.nonzeroBitCount
        guard count > 1 else { return max(1, count) }
        return max(1, count - muteEnding(key, lastRun: 63 - starts.leadingZeroBitCount))
    }

    /// bl, tr and the like: i between them and a vowel is a syllable of its own (oubli-er, cli-ent, bibli-othèque).
    private static func isCluster(_ first: UInt8, _ second: UInt8) -> Bool {
        guard second == 0x6C || second == 0x72 else { return false }
        switch first {
        case 0x62, 0x63, 0x64, 0x66, 0x67, 0x70, 0x74, 0x76: return true
        default: return false
        }
    }

    @inline(__always)
    private static func isVowel(_ byte: UInt8) -> Bool { WordShape.isVowel(byte) }

    /// Endings with a vowel of their own: -ing behind a vowel, -n't behind a consonant.
    private static func spokenEnding(_ key: UnsafeBufferPointer<UInt8>) -> Int {
        let count = key.count
        guard count >= 4 else { return 0 }
        if key[count - 1] == 0x67, key[count - 2] == 0x6E, key[count - 3] == 0x69 {
            return isVowel(key[count - 4]) ? 1 : 0
        }
        if key[count - 1] == 0x74, key[count - 2] == 0x27, key[count - 3] == 0x6E {
            return isVowel(key[count - 4]) ? 0 : 1
        }
        return 0
    }

    /// 1 for -e, -es and -ed that are not spoken.
    private static func silentEnding(_ key: UnsafeBufferPointer<UInt8>, groups: Int) -> Int {
        let count = key.count
        guard groups > 1, count >= 3 else { return 0 }
        let last = key[count - 1]
        let before = key[count - 2]
        if last == 0x65 {
            // tab-le, lit-tle: -le behind a consonant is spoken.
            if before == 0x6C, !isVowel(key[count - 3]) { return 0 }
            return isVowel(before) ? 0 : 1
        }
        guard before == 0x65, last == 0x73 || last == 0x64, count >= 4 else { return 0 }
        let third = key[count - 3]
        if isVowel(third) { return 0 }
        let isSyllabicL = third == 0x6C && !isVowel(key[count - 4])
        if last == 0x64 { return third == 0x74 || third == 0x64 || isSyllabicL ? 0 : 1 }
        switch third {
        case 0x73, 0x78, 0x7A, 0x63, 0x67: return 0
        case 0x68: return key[count - 4] == 0x63 || key[count - 4] == 0x73 ? 0 : 1
        default: return isSyllabicL ? 0 : 1
        }
    }

    /// 1 if the word's last vowel run, which starts at byte `lastRun`, is a mute e.
    private static func muteEnding(_ key: UnsafeBufferPointer<UInt8>, lastRun: Int) -> Int {
        var end = key.count
        if key[end - 1] == 0x74 { return ends(key, with: "èrent") || ends(key, with: "issent") ? 1 : 0 }
        if key[end - 1] == 0x73 { end -= 1 }
        guard end > 2, key[end - 1] == 0x65 else { return 0 }
        if lastRun == end - 1 { return 1 }
        // musique, langue: u only marks the consonant.
        return lastRun == end - 2 && key[end - 2] == 0x75 && (key[end - 3] == 0x71 || key[end - 3] == 0x67) ? 1 : 0
    }

    private static func ends(_ key: UnsafeBufferPointer<UInt8>, with ending: StaticString) -> Bool {
        ending.withUTF8Buffer { ending in
            key.count > ending.count && key.suffix(ending.count).elementsEqual(ending)
        }
    }

    /// Arabic: the weighted syllables of OSMAN.
    ///
    /// A word with vowel marks is counted exactly (`markWeight`); one without is estimated:
    /// ا و ي behind another letter are long vowels and weigh 2, two thirds of the letters that carry none weigh 1.
    static func arabic(_ key: UnsafeBufferPointer<UInt8>, markWeight: Int) -> Int {
        if markWeight > 0 { return markWeight }
        var long = 0
        var bare = 0
        var index = 0
        while index + 1 < key.count {
            let letter = UInt16(key[index]) << 8 | UInt16(key[index + 1])
            let isVowel = letter == 0xD8A7 || letter == 0xD988 || letter == 0xD98A
            if index > 0, isVowel {
                long += 1
                // The letter before carries the long vowel.
                bare = max(0, bare - 1)
            } else {
                bare += 1
            }
            index += 2
        }
        return max(1, 2 * long + (2 * bare + 2) / 3)
    }
}
