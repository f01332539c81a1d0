import AMQPClient
import AMQPProtocol

/// Finds out which message an outcome is of, and what it says of its times.
///
/// Outcomes of the reference worker say it in their properties, which is one comparison as a rule (``StampReader``).
/// A message in the failed queue is as a rule the one that was sent, dead-lettered: it says it in its own properties,
/// wherever the worker's results say it.
struct OutcomeReader: Sendable {
    private var results: StampReader
    private var failures = StampReader()
    private let member: JSONMember?
    /// Whether results and failures say it in the same place.
    private let isUniform: Bool

    init(_ correlation: CollectorSettings.Correlation) {
        switch correlation {
        case .properties: (results, member, isUniform) = (StampReader(), nil, true)
        case .messageID: (results, member, isUniform) = (StampReader([.messageID]), nil, false)
        case .correlationID: (results, member, isUniform) = (StampReader([.correlationID]), nil, false)
        case .field(let path): (results, member, isUniform) = (StampReader(), JSONMember(path), false)
        }
    }

    /// The clocks of the workers' times, as far as seen; nil among them for one that is not named.
    var clocks: [Int64?] { results.clocks }

    /// The stamps in the properties, wherever a run writes them.
    mutating func read(_ properties: RawProperties) -> OutcomeStamps? {
        isUniform ? results.read(properties) : failures.read(properties)
    }

    /// Adds the outcomes of a run of ours that came one behind the other; how many, up to the first that has to be looked
    /// at alone.
    mutating func read(
        _ deliveries: borrowing DeliveryRun, of run: RunID, into messages: inout [CollectedMessage],
        from queue: (borrowing DeliveryRun, KnownDelivery) -> CollectedQueue.Place
    ) -> Int {
        isUniform ? results.read(deliveries, of: run, into: &messages, from: queue) : 0
    }

    /// The stamps of an outcome; nil for one that does not say which message it is of.
    mutating func read(
        _ properties: RawProperties, _ body: UnsafeRawBufferPointer, role: QueueRole
    ) -> OutcomeStamps? {
        if isUniform { return results.read(properties) }
        if role == .failed, let stamps = failures.read(properties) { return stamps }
        guard let member else { return results.read(properties) }
        guard let text = member.text(in: body), let id = MessageID(text) else { return nil }
        func time(_ header: StaticString) -> Int64? { (try? properties.int64Header(header)) ?? nil }
        return OutcomeStamps(
            id: id, intendedNanoseconds: time("x-rafale-intended"), receivedNanoseconds: time("x-rafale-received"),
            serviceNanoseconds: time("x-rafale-service"))
    }
}
