/// Decides what each message of a run is: its kind, which body it carries and which document it names.
///
/// A value that yields the same messages for the same seed, whatever the number of connections. The j-th delete names
/// the document of the j-th update, which by then is at least `storedLagMessages` old; until such a document exists a
/// delete is drawn as an update instead.
package struct MessagePlanner: Sendable {
    /// What to send as message `sequence`.
    package struct Plan: Sendable, Equatable {
        /// Index into the run's templates.
        package var template: UInt32
        /// Number of the message whose document this one writes or deletes.
        package var documentSequence: UInt64

        package init(template: UInt32, documentSequence: UInt64) {
            self.template = template
            self.documentSequence = documentSequence
        }
    }

    /// The templates of one kind are those from `first` on, `count` of them.
    package struct Kind: Sendable {
        package var weight: Double
        package var templates: Range<Int>
        package var deletes: Bool
        /// Whether the kind writes a document that can be deleted later.
        package var updates: Bool

        package init(weight: Double, templates: Range<Int>, deletes: Bool, updates: Bool) {
            self.weight = weight
            self.templates = templates
            self.deletes = deletes
            self.updates = updates
        }
    }

    /// The kinds of the messages, in order, from their own stream of random numbers.
    private struct KindStream: Sendable {
        var random: SeededGenerator
        /// Running sums of the weights, the last of them 1.
        let limits: [Double]
        var sequence: UInt64 = 0

        mutating func next() -> Int {
            sequence += 1
            guard limits.count > 1 else { return 0 }
            let draw = random.nextUnit()
            return limits.firstIndex { draw < $0 } ?? limits.count - 1
        }
    }

    private let kinds: [Kind]
    private let fallback: Int?
    private let storedLagMessages: UInt64
    private var stream: KindStream
    /// The same stream again, so far behind as the deletes are: it finds each update once.
    private var targets: KindStream
    private var bodies: SeededGenerator

    /// Kinds need at least one template each and a positive weight in all.
    package init(kinds: [Kind], seed: UInt64, storedLagMessages: UInt64 = 256) {
        let total = kinds.reduce(0) { $0 + $1.weight }
        var sum = 0.0
        let limits = kinds.map { kind in
            sum += kind.weight / total
            return sum
        }
        self.kinds = kinds
        self.fallback = kinds.firstIndex { $0.updates }
        self.storedLagMessages = storedLagMessages
        stream = KindStream(random: SeededGenerator(seed: seed, stream: 2), limits: limits)
        targets = stream
        bodies = SeededGenerator(seed: seed, stream: 3)
    }

    /// The number of the next message.
    var sequence: UInt64 { stream.sequence }

    /// Says what the next message is.
    package mutating func next() -> Plan {
        let sequence = stream.sequence
        var kind = stream.next()
        var document = sequence
        if kinds[kind].deletes, let fallback {
            if let target = nextTarget(before: sequence) { document = target } else { kind = fallback }
        }
        let templates = kinds[kind].templates
        let template = templates.lowerBound + bodies.nextIndex(below: templates.count)
        return Plan(template: UInt32(template), documentSequence: document)
    }

    /// The oldest update that no delete has named yet, if it is old enough.
    private mutating func nextTarget(before sequence: UInt64) -> UInt64? {
        while targets.sequence + storedLagMessages < sequence {
            let candidate = targets.sequence
            if kinds[targets.next()].updates { return candidate }
        }
        return nil
    }
}
