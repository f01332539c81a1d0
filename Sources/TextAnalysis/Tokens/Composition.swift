/// Canonical composition of one base letter and one combining mark, as far as Latin texts need it.
///
/// Keys are lower-cased before, so that lower-case letters suffice. It covers the letters of Latin-1 Supplement and Latin
/// Extended-A; marks on other letters stay in the key as they are.
enum Composition {
    /// Pairs of base and composed letter, by mark.
    private static let pairs: [(mark: UInt32, bases: String, composed: String)] = [
        (0x300, "aeiou", "àèìòù"),
        (0x301, "aeiouyclnrsz", "áéíóúýćĺńŕśź"),
        (0x302, "aeiouchgjswy", "âêîôûĉĥĝĵŝŵŷ"),
        (0x303, "anoiu", "ãñõĩũ"),
        (0x304, "aeiou", "āēīōū"),
        (0x306, "aegiou", "ăĕğĭŏŭ"),
        (0x307, "cegz", "ċėġż"),
        (0x308, "aeiouy", "äëïöüÿ"),
        (0x30A, "au", "åů"),
        (0x30B, "ou", "őű"),
        (0x30C, "cdenrstz", "čďěňřšťž"),
        (0x327, "cgklnrst", "çģķļņŗşţ"),
        (0x328, "aeiu", "ąęįų"),
    ]

    /// By mark − U+0300 and base − "a": the composed scalar or 0.
    private static let table: [UInt16] = {
        var table = [UInt16](repeating: 0, count: 0x30 * 26)
        for (mark, bases, composed) in pairs {
            for (base, letter) in zip(bases.unicodeScalars, composed.unicodeScalars) {
                table[Int(mark - 0x300) * 26 + Int(base.value - 0x61)] = UInt16(letter.value)
            }
        }
        return table
    }()

    /// The composed letter of a lower-case ASCII letter and a mark, if there is one.
    static func compose(_ base: UInt8, _ mark: UInt32) -> UInt32? {
        guard (0x61...0x7A).contains(base), (0x300..<0x330).contains(mark) else { return nil }
        let composed = table[Int(mark - 0x300) * 26 + Int(base - 0x61)]
        return composed == 0 ? nil : UInt32(composed)
    }
}
