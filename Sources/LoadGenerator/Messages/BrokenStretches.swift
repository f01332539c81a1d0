/// Stretches of a load in which a share of the messages is broken on purpose, whatever they would have been.
///
/// Which ones is decided by each message's number alone, so that any part of a schedule can be made again.
package struct BrokenStretches: Sendable {
    /// A stretch, in nanoseconds since the start of the load, and the share of its messages, 0…1.
    package struct Stretch: Sendable, Equatable {
        package var nanoseconds: Range<Int64>
        package var share: Double

        package init(nanoseconds: Range<Int64>, share: Double) {
            self.nanoseconds = nanoseconds
            self.share = share
        }
    }

    private let stretches: [Stretch]
    private let templates: Range<Int>
    private let seed: UInt64

    /// None, or stretches whose broken messages have one of the templates.
    package init(_ stretches: [Stretch] = [], templates: Range<Int> = 0..<0, seed: UInt64 = 0) {
        self.stretches = templates.isEmpty ? [] : stretches
        self.templates = templates
        self.seed = seed
    }

    /// The template of a message that is broken; nil for one that is not.
    func template(of sequence: UInt64, at offsetNanoseconds: Int64) -> UInt32? {
        guard !stretches.isEmpty, let stretch = stretches.first(where: { $0.nanoseconds.contains(offsetNanoseconds) })
        else { return nil }
        var random = SeededGenerator(seed: seed &+ sequence, stream: Self.stream)
        guard random.nextUnit() < stretch.share else { return nil }
        return UInt32(templates.lowerBound + random.nextIndex(below: templates.count))
    }

    private static let stream: UInt64 = 8 << 32
}
