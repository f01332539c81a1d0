import LoadGenerator

/// Which runs a sweep makes, and in which order: each repeat is a permutation of all points, drawn from the seed.
///
/// A drift of the machine then meets all points alike, and cannot pose as scaling; the same seed gives the same order, so
/// that an interrupted sweep goes on where it was.
struct SweepPlan: Sendable, Equatable {
    /// One run.
    struct Slot: Sendable, Equatable {
        /// The values of the keys, in their order.
        let values: [String]
        /// Which repeat it is, from 1.
        let repetition: Int
        /// When it runs, from 1.
        let order: Int
        /// The name of its folder.
        let name: String
        /// What is said while it runs: `workers.count=4, repeat 2`.
        let title: String
    }

    let keys: [VariedKey]
    let repeats: Int
    let seed: UInt64
    let slots: [Slot]

    /// All combinations of the keys' values, the last key's changing fastest.
    static func points(_ keys: [VariedKey]) -> [[String]] {
        keys.reduce([[]]) { points, key in points.flatMap { point in key.values.map { point + [$0] } } }
    }

    init(keys: [VariedKey], repeats: Int, seed: UInt64) {
        self.keys = keys
        self.repeats = repeats
        self.seed = seed
        // A stream of its own: what the runs draw from the same seed stays what it is without a sweep.
        var random = SeededGenerator(seed: seed, stream: 0x7377_6565_70)
        let points = Self.points(keys)
        let width = "\(points.count * repeats)".count
        var slots: [Slot] = []
        for repetition in 1...max(1, repeats) {
            for values in points.shuffled(using: &random) {
                let order = slots.count + 1
                let pairs = zip(keys, values).map { "\($0.name)=\($1)" }
                let number = String(repeating: "0", count: max(0, width - "\(order)".count)) + "\(order)"
                slots.append(
                    Slot(
                        values: values, repetition: repetition, order: order,
                        name: ([number] + pairs.map(Self.plain) + ["\(repetition)"]).joined(separator: "-"),
                        title: pairs.joined(separator: ", ") + (repeats > 1 ? ", repeat \(repetition)" : "")))
            }
        }
        self.slots = slots
    }

    /// What every file system takes as part of a name.
    static func plain(_ text: String) -> String {
        String(
            text.prefix(48).map { character in
                character.isASCII && (character.isLetter || character.isNumber || "._=".contains(character))
                    ? character : "_"
            })
    }
}
