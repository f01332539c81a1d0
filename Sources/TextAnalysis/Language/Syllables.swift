/// Syllables of a word by its spelling; `key` is lower-case, composed UTF-8.
enum Syllables {
    /// English: runs of a e i o u y, corrected for silent endings and the commonest vowels in hiatus; at least 1.
    static func english(_ key: UnsafeBufferPointer<UInt8>) -> Int {
        var count = 0
        var wasVowel = false
        var index = 0
        while index < key.count {
            let byte = key[index]
            var sound = Sound.consonant
            if byte >= 0x80 {
                // é, ï and the like in loan words.
                sound = self.sound(key, &index)
            } else {
                // y at the start is a consonant: yes, young.
                if isEnglishVowel(byte), byte != 0x79 || index > 0 { sound = .vowel }
                index += 1
            }
            if sound == .parted || (sound == .vowel && !wasVowel) { count += 1 }
            wasVowel = sound != .consonant
        }
        count += hiatus(key)
        return max(1, count - silentEndings(key, groups: count))
    }

    @inline(__always)
    private static func isEnglishVowel(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61, 0x65, 0x69, 0x6F, 0x75, 0x79: true
        default: false
        }
    }

    /// Vowels that are written together and spoken apart: ia, io (not -tion, -sion, -cial), vowel and -ing, -n't.
    private static func hiatus(_ key: UnsafeBufferPointer<UInt8>) -> Int {
        var extra = 0
        let count = key.count
        if count >= 3 {
            for index in 1..<(count - 1) where key[index] == 0x69 {
                guard key[index + 1] == 0x61 || key[index + 1] == 0x6F else { continue }
                switch key[index - 1] {
                case 0x74, 0x73, 0x63, 0x67, 0x78: break
                default: if !isEnglishVowel(key[index - 1]) { extra += 1 }
                }
            }
        }
        if count >= 4, ends(key, 0x69, 0x6E, 0x67), isEnglishVowel(key[count - 4]) { extra += 1 }
        if count >= 4, ends(key, 0x6E, 0x27, 0x74), !isEnglishVowel(key[count - 4]) { extra += 1 }
        return extra
    }

    /// -e, -es and -ed that are not spoken.
    private static func silentEndings(_ key: UnsafeBufferPointer<UInt8>, groups: Int) -> Int {
        let count = key.count
        guard groups > 1, count >= 3 else { return 0 }
        let last = key[count - 1]
        let before = key[count - 2]
        if last == 0x65 {
            // tab-le, lit-tle: -le behind a consonant is spoken.
            if before == 0x6C, !isEnglishVowel(key[count - 3]) { return 0 }
            return isEnglishVowel(before) ? 0 : 1
        }
        guard count >= 4, before == 0x65 else { return 0 }
        let third = key[count - 3]
        if isEnglishVowel(third) { return 0 }
        let syllabicL = third == 0x6C && !isEnglishVowel(key[count - 4])
        if last == 0x73 {
            switch third {
            case 0x73, 0x78, 0x7A, 0x63, 0x67: return 0
            case 0x68: return key[count - 4] == 0x63 || key[count - 4] == 0x73 ? 0 : 1
            default: return syllabicL ? 0 : 1
            }
        }
        if last == 0x64 { return third == 0x74 || third == 0x64 || syllabicL ? 0 : 1 }
        return 0
    }

    private static func ends(_ key: UnsafeBufferPointer<UInt8>, _ a: UInt8, _ b: UInt8, _ c: UInt8) -> Bool {
        key[key.count - 3] == a && key[key.count - 2] == b && key[key.count - 1] == c
    }

    /// French: runs of vowels, parted before and behind é, è and a diaeresis, y between vowels a consonant, i behind bl, tr and the like apart, without the
    /// mute endings -e, -es (also -que, -gue) and -aient, -èrent, -issent; 0 for elided clitics, else at least 1.
    static func french(_ key: UnsafeBufferPointer<UInt8>) -> Int {
        let count = key.count
        guard count > 0, key[count - 1] != 0x27 else { return 0 }
        var groups = 0
        var previous = Sound.consonant
        // Where the last vowel run starts, for the mute endings.
        var lastRun = 0
        var index = 0
        while index < count {
            let start = index
            var sound = self.sound(key, &index)
            if sound == .vowel, key[start] == 0x79, previous != .consonant, index < count, startsVowel(key, index) {
                sound = .consonant
            }
            switch sound {
            case .consonant: break
            case .vowel where previous == .vowel && !isParted(key, at: start): break
            default:
                groups += 1
                lastRun = start
            }
            previous = sound
        }
        guard groups > 1 else { return max(1, groups) }
        return max(1, groups - muteEnding(key, lastRun: lastRun))
    }

    /// i between a consonant with l or r and a vowel is a syllable of its own: oubli-er, cli-ent, bibli-othèque.
    private static func isParted(_ key: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        guard index >= 3, key[index - 1] == 0x69, key[index - 2] == 0x6C || key[index - 2] == 0x72 else { return false }
        switch key[index - 3] {
        case 0x62, 0x63, 0x64, 0x66, 0x67, 0x70, 0x74, 0x76: return true
        default: return false
        }
    }

    private enum Sound {
        case consonant
        case vowel
        /// é, è and vowels with a diaeresis: a nucleus of their own.
        case parted
    }

    private static func startsVowel(_ key: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
        var position = index
        return sound(key, &position) != .consonant
    }

    private static func sound(_ key: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Sound {
        let byte = key[index]
        index += 1
        if byte < 0x80 { return isEnglishVowel(byte) ? .vowel : .consonant }
        guard byte >= 0xC0, index < key.count else { return .consonant }
        let second = key[index]
        while index < key.count, key[index] & 0xC0 == 0x80 { index += 1 }
        switch (byte, second) {
        // è é ë ï ö ü
        case (0xC3, 0xA8), (0xC3, 0xA9), (0xC3, 0xAB), (0xC3, 0xAF), (0xC3, 0xB6), (0xC3, 0xBC): return .parted
        // à â ä æ ê î ô ù û ÿ, œ
        case (0xC3, 0xA0), (0xC3, 0xA2), (0xC3, 0xA4), (0xC3, 0xA6), (0xC3, 0xAA), (0xC3, 0xAE), (0xC3, 0xB4),
            (0xC3, 0xB9), (0xC3, 0xBB), (0xC3, 0xBF), (0xC5, 0x93):
            return .vowel
        default: return .consonant
        }
    }

    /// 1 if the word's last vowel run is a mute e.
    private static func muteEnding(_ key: UnsafeBufferPointer<UInt8>, lastRun: Int) -> Int {
        var end = key.count
        if ends(key, with: "èrent") || ends(key, with: "issent") { return 1 }
        if key[end - 1] == 0x73 { end -= 1 }
        guard end > 0, key[end - 1] == 0x65 else { return 0 }
        if lastRun == end - 1 { return 1 }
        // musique, langue: u only marks the consonant.
        return lastRun == end - 2 && key[end - 2] == 0x75 && lastRun > 0
            && (key[lastRun - 1] == 0x71 || key[lastRun - 1] == 0x67) ? 1 : 0
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
