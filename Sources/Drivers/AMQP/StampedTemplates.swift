import AMQPProtocol
import NIOCore

/// The templates of a run, encoded for one channel number: one block of bytes, and where each template's stamps go.
///
/// Shared by all connections, and never changed: a message is one copy out of the block and a few stores into the copy.
final class StampedTemplates: Sendable {
    private struct Entry: Sendable {
        var bytes: Range<Int>
        /// Offsets below are from the start of the template.
        var sequence: Int
        var intended: Int
        var documentID: PatchPlace?
        var timestamp: PatchPlace?
        var timestampForm: TimestampText.Form
    }

    /// A value in the body, which a frame's border may cut in two.
    private struct PatchPlace: Sendable {
        var first: Range<Int>
        var second: Range<Int>

        init(_ template: PublishTemplate, bodyOffset: Int, count: Int) {
            let run = min(template.bodyRunBytes(from: bodyOffset), count)
            let start = template.bodyOffset(bodyOffset)
            first = start..<start + run
            let rest = template.bodyOffset(bodyOffset + run)
            second = run == count ? 0..<0 : rest..<rest + count - run
        }
    }

    private let block: [UInt8]
    private let entries: [Entry]
    /// Writes messages whose bodies are not the templates'; nil where they are.
    private let recorded: RecordedStamp?
    /// The longest of the templates.
    let longestBytes: Int

    init(_ settings: PublisherSettings, channel: UInt16, frameMaxBytes: UInt32) throws(WireError) {
        var block: [UInt8] = []
        var entries: [Entry] = []
        var longest = 0
        // Stamped with message 0 first: the run's part of the identifiers never changes again.
        let placeholder = MessageID(run: settings.run, sequence: 0).description
        let sequenceOffset = MessageID.byteCount - 16
        let properties = BasicProperties(settings.properties, messageID: placeholder)
        for message in settings.templates {
            var body = message.body
            if let offset = message.documentIDOffset {
                body.replaceSubrange(offset..<offset + MessageID.byteCount, with: placeholder.utf8)
            }
            var template = try PublishTemplate(
                exchange: settings.exchange, routingKey: message.routingKey ?? settings.routingKey,
                mandatory: settings.mandatory,
                properties: properties, body: body, frameMaxBytes: frameMaxBytes)
            template.setChannel(channel)
            guard let messageID = template.messageIDOffset, let intended = template.headerOffset(StampHeader.intended)
            else { throw WireError(.internalError, "the template has no place for its stamps") }
            let start = block.count
            block += template.bytes
            longest = max(longest, template.byteCount)
            entries.append(
                Entry(
                    bytes: start..<block.count, sequence: messageID + sequenceOffset, intended: intended,
                    documentID: message.documentIDOffset.map {
                        PatchPlace(template, bodyOffset: $0 + sequenceOffset, count: 16)
                    },
                    timestamp: message.timestampOffset.map {
                        PatchPlace(template, bodyOffset: $0, count: message.timestampForm.byteCount)
                    }, timestampForm: message.timestampForm))
        }
        self.block = block
        self.entries = entries
        recorded = try settings.recorded.map { bodies throws(WireError) in
            try RecordedStamp(settings, bodies, channel: channel, frameMaxBytes: frameMaxBytes)
        }
        longestBytes = max(longest, recorded?.usualBytes ?? 0)
    }

    /// Appends the messages, stamped, to a batch; `part` is the part of the recorded bodies that was used last.
    func stamp(
        _ messages: Span<OutgoingMessage>, timestamp: inout TimestampText, part: inout RecordedPart?,
        into batch: inout ByteBuffer
    ) {
        guard let recorded else { return stamp(messages, timestamp: &timestamp, into: &batch) }
        for index in messages.indices {
            // The first template is the recorded body's; others are of messages broken on purpose.
            if messages[index].template == 0 {
                recorded.stamp(messages[index].stamp, part: &part, into: &batch)
            } else {
                stamp(messages.extracting(index..<index + 1), timestamp: &timestamp, into: &batch)
            }
        }
    }

    private func stamp(
        _ messages: Span<OutgoingMessage>, timestamp: inout TimestampText, into batch: inout ByteBuffer
    ) {
        var bytes = 0
        for index in messages.indices { bytes += entries[Int(messages[index].template)].bytes.count }
        batch.writeWithUnsafeMutableBytes(minimumWritableBytes: bytes) { target in
            block.withUnsafeBytes { block in
                var start = 0
                for index in messages.indices {
                    let entry = entries[Int(messages[index].template)]
                    let place = UnsafeMutableRawBufferPointer(
                        rebasing: target[start..<start + entry.bytes.count])
                    place.copyMemory(from: UnsafeRawBufferPointer(rebasing: block[entry.bytes]))
                    Self.stamp(place, entry, messages[index].stamp, &timestamp)
                    start += entry.bytes.count
                }
            }
            return bytes
        }
    }

    private static func stamp(
        _ target: UnsafeMutableRawBufferPointer, _ entry: Entry, _ stamp: MessageStamp,
        _ timestamp: inout TimestampText
    ) {
        target.storeBytes(of: stamp.intendedNanoseconds.bigEndian, toByteOffset: entry.intended, as: Int64.self)
        MessageID.writeSequence(
            stamp.sequence, to: UnsafeMutableRawBufferPointer(rebasing: target[entry.sequence..<entry.sequence + 16]))
        if let place = entry.documentID {
            withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { digits in
                MessageID.writeSequence(stamp.documentSequence, to: digits)
                patch(target, place, with: UnsafeRawBufferPointer(digits))
            }
        }
        if let place = entry.timestamp {
            timestamp.withBytes(entry.timestampForm, monotonicNanoseconds: stamp.intendedNanoseconds) {
                patch(target, place, with: $0)
            }
        }
    }

    private static func patch(
        _ target: UnsafeMutableRawBufferPointer, _ place: PatchPlace, with bytes: UnsafeRawBufferPointer
    ) {
        let head = UnsafeRawBufferPointer(rebasing: bytes[..<place.first.count])
        UnsafeMutableRawBufferPointer(rebasing: target[place.first]).copyMemory(from: head)
        guard !place.second.isEmpty else { return }
        let tail = UnsafeRawBufferPointer(rebasing: bytes[place.first.count...])
        UnsafeMutableRawBufferPointer(rebasing: target[place.second]).copyMemory(from: tail)
    }
}

extension BasicProperties {
    /// The properties of a run's messages, with a place for the stamps.
    init(_ fixed: FixedProperties, messageID: String) {
        self.init()
        contentType = fixed.contentType
        contentEncoding = fixed.contentEncoding
        deliveryMode = fixed.persistent ? 2 : 1
        priority = fixed.priority
        expiration = fixed.expirationMilliseconds.map { String($0) }
        type = fixed.type
        appID = fixed.appID
        userID = fixed.userID
        replyTo = fixed.replyTo
        correlationID = fixed.correlationID
        timestamp = fixed.timestamp
        self.messageID = messageID
        var headers: FieldTable = [StampHeader.intended: .int64(0)]
        for header in fixed.headers { headers[header.name] = FieldValue(header.value) }
        self.headers = headers
    }
}

extension FieldTable {
    init(_ arguments: [NamedValue]) {
        self.init()
        for argument in arguments { self[argument.name] = FieldValue(argument.value) }
    }
}

extension FieldValue {
    init(_ value: NamedValue.Value) {
        switch value {
        case .string(let value): self = .string(value)
        case .integer(let value): self = .int64(value)
        case .number(let value): self = .double(value)
        case .boolean(let value): self = .bool(value)
        case .null: self = .void
        case .list(let values): self = .array(values.map(FieldValue.init))
        case .table(let arguments): self = .table(FieldTable(arguments))
        }
    }
}
