import AMQPClient
import AMQPProtocol

/// What an outcome says of itself.
struct OutcomeStamps: Equatable {
    var id: MessageID
    /// The times, where it carries them.
    var intendedNanoseconds: Int64?
    var receivedNanoseconds: Int64?
    var serviceNanoseconds: Int64?
}

/// Reads the stamps of outcomes, which as a rule lie where they lay in the message before.
///
/// Property bytes that differ from earlier ones in the stamps alone are not parsed again: the stamps are read from where
/// they lay. Everything else is parsed in full.
struct StampReader: Sendable {
    /// Property bytes seen before, and where the stamps lie in them.
    private struct Layout: Sendable {
        var pattern: RawPattern
        /// The run is part of the pattern: only the number differs from message to message.
        var run: RunID
        var sequence: Int
        var intended: Int?
        var received: Int?
        var service: Int?

        /// The stamps where they lay before; nil where the bytes do not look the same.
        func read(_ bytes: UnsafeRawBufferPointer) -> OutcomeStamps? {
            guard pattern.matches(bytes),
                let sequence = MessageID.sequence(UnsafeRawBufferPointer(rebasing: bytes[sequence..<sequence + 16]))
            else { return nil }
            func time(_ offset: Int?) -> Int64? {
                offset.map { Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Int64.self)) }
            }
            return OutcomeStamps(
                id: MessageID(run: run, sequence: sequence), intendedNanoseconds: time(intended),
                receivedNanoseconds: time(received), serviceNanoseconds: time(service))
        }
    }

    private static let layoutLimit = 4
    private static let learnLimit = 64

    /// Where an identity may stand, the first one first.
    private let identities: [RawProperties.Property]
    private var layouts: [Layout] = []
    private var recent = 0
    private var learnt = 0
    /// The clocks that parsed outcomes say their times are of, nil among them for times of a clock that is not named.
    private(set) var clocks: [Int64?] = []
    private static let clockLimit = 8

    /// A reader of identities in these properties.
    init(_ identities: [RawProperties.Property] = [.messageID, .correlationID]) { self.identities = identities }

    /// The stamps; nil for a message that no run of ours sent or caused.
    mutating func read(_ properties: RawProperties) -> OutcomeStamps? {
        for index in layouts.indices {
            guard let stamps = layouts[index].read(properties.bytes) else { continue }
            recent = index
            return stamps
        }
        return parse(properties)
    }

    /// Adds the outcomes of a run of ours that came one behind the other; how many, up to the first that is none.
    mutating func read(
        _ deliveries: borrowing DeliveryRun, of run: RunID, into messages: inout [CollectedMessage],
        from queue: (borrowing DeliveryRun, KnownDelivery) -> CollectedQueue.Place
    ) -> Int {
        // Out of the array, which would have it retained for each message.
        var layout = recent < layouts.count ? layouts[recent] : nil
        var shape = -1
        var place = CollectedQueue.Place(role: .processed, branch: 0)
        for index in 0..<deliveries.count {
            let delivery = deliveries[index]
            let bytes = deliveries.properties(delivery)
            var found = layout?.read(bytes)
            if found == nil {
                found = read(RawProperties(bytes))
                layout = recent < layouts.count ? layouts[recent] : nil
            }
            guard let stamps = found, stamps.id.run == run else { return index }
            if delivery.shape != shape {
                shape = delivery.shape
                place = queue(deliveries, delivery)
            }
            messages.append(
                CollectedMessage(
                    role: place.role, branch: place.branch, sequence: stamps.id.sequence,
                    intendedNanoseconds: stamps.intendedNanoseconds, receivedNanoseconds: stamps.receivedNanoseconds,
                    serviceNanoseconds: stamps.serviceNanoseconds, redelivered: delivery.redelivered))
        }
        return deliveries.count
    }

    // MARK: - Parsing

    private mutating func parse(_ properties: RawProperties) -> OutcomeStamps? {
        guard let (id, idBytes) = identity(properties) else { return nil }
        // A header that is missing or of another type is no error: the outcome counts, without that time.
        let intended = (try? properties.rawHeader("x-rafale-intended")) ?? nil
        let received = (try? properties.rawHeader("x-rafale-received")) ?? nil
        let service = (try? properties.rawHeader("x-rafale-service")) ?? nil
        if received != nil { noteClock(of: properties) }
        learn(properties, id, idBytes, intended: intended, received: received, service: service)
        return OutcomeStamps(
            id: id, intendedNanoseconds: Self.integer(intended), receivedNanoseconds: Self.integer(received),
            serviceNanoseconds: Self.integer(service))
    }

    /// What names a clock is the same in every outcome that looks like this one, so that parsing one of them will do.
    private mutating func noteClock(of properties: RawProperties) {
        let clock = (try? properties.int64Header("x-rafale-clock")) ?? nil
        if clocks.count < Self.clockLimit, !clocks.contains(clock) { clocks.append(clock) }
    }

    private static func integer(_ value: RawTable.Value?) -> Int64? { value.flatMap { (try? $0.integer()) ?? nil } }

    /// The identity of a message: its own, or that of the message it answers.
    private func identity(_ properties: RawProperties) -> (MessageID, UnsafeRawBufferPointer)? {
        for property in identities {
            if let bytes = (try? properties.bytes(of: property)) ?? nil, let id = MessageID(bytes) {
                return (id, bytes)
            }
        }
        return nil
    }

    private mutating func learn(
        _ properties: RawProperties, _ id: MessageID, _ idBytes: UnsafeRawBufferPointer, intended: RawTable.Value?,
        received: RawTable.Value?, service: RawTable.Value?
    ) {
        // Messages that never look like each other are parsed, each of them; so are those that say why they failed.
        let reason = (try? properties.rawHeader("x-rafale-reason")) ?? nil
        guard learnt < Self.learnLimit, reason == nil else { return }
        learnt += 1
        // A message id of that length that is none of ours could be one the next time: it comes first then.
        if identities.contains(.messageID), let own = (try? properties.messageID()) ?? nil,
            own.count == MessageID.byteCount, MessageID(own) == nil
        {
            return
        }
        func place(_ bytes: UnsafeRawBufferPointer) -> Range<Int> {
            guard let start = properties.bytes.baseAddress, let first = bytes.baseAddress else { return 0..<0 }
            return first - start..<first - start + bytes.count
        }
        let sequence = place(idBytes).dropFirst(MessageID.byteCount - 16)
        var varying = [sequence]
        for property in [RawProperties.Property.messageID, .correlationID, .timestamp] {
            guard let bytes = (try? properties.bytes(of: property)) ?? nil else { continue }
            // An id of a run of ours varies in its number alone.
            varying.append(MessageID(bytes) == nil ? place(bytes) : place(bytes).dropFirst(MessageID.byteCount - 16))
        }
        var offsets: [Int?] = []
        for value in [intended, received, service] {
            // Of another type the times are parsed.
            if let value, value.tag != UInt8(ascii: "l") { return }
            if let value { varying.append(place(value.bytes)) }
            offsets.append(value.map { place($0.bytes).lowerBound })
        }
        let layout = Layout(
            pattern: RawPattern(properties.bytes, varying: varying), run: id.run, sequence: sequence.lowerBound,
            intended: offsets[0], received: offsets[1], service: offsets[2])
        recent = learnt % Self.layoutLimit
        if layouts.count < Self.layoutLimit {
            recent = layouts.count
            layouts.append(layout)
        } else {
            layouts[recent] = layout
        }
    }
}
