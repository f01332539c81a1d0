import AMQPProtocol
import NIOCore

/// Writes messages with recorded bodies: the frames of a message without a body, stamped, and then the body's own.
struct RecordedStamp: Sendable {
    private let bodies: any RecordedBodies
    private let head: [UInt8]
    private let bodySize: Int
    private let sequence: Int
    private let intended: Int
    private let payloadMaxBytes: Int
    private let channel: UInt16

    /// What most messages take.
    var usualBytes: Int { head.count + bodies.meanBytes + AMQP.frameOverheadBytes }

    init(
        _ settings: PublisherSettings, _ bodies: any RecordedBodies, channel: UInt16, frameMaxBytes: UInt32
    ) throws(WireError) {
        let placeholder = MessageID(run: settings.run, sequence: 0).description
        var template = try PublishTemplate(
            exchange: settings.exchange, routingKey: settings.routingKey, mandatory: settings.mandatory,
            properties: BasicProperties(settings.properties, messageID: placeholder), body: [],
            frameMaxBytes: frameMaxBytes)
        template.setChannel(channel)
        guard let messageID = template.messageIDOffset, let intended = template.headerOffset(StampHeader.intended)
        else { throw WireError(.internalError, "the template has no place for its stamps") }
        self.bodies = bodies
        head = template.bytes
        bodySize = template.bodySizeOffset
        sequence = messageID + MessageID.byteCount - 16
        self.intended = intended
        payloadMaxBytes = Int(AMQP.payloadMaxBytes(frameMaxBytes: frameMaxBytes))
        self.channel = channel
    }

    /// Appends a message to a batch.
    func stamp(_ stamp: MessageStamp, part: inout RecordedPart?, into batch: inout ByteBuffer) {
        let current: RecordedPart
        if let part, part.sequences.contains(stamp.sequence) {
            current = part
        } else {
            current = bodies.part(holding: stamp.sequence)
            part = current
        }
        current.withBody(of: stamp.sequence) { write(stamp, $0, into: &batch) }
    }

    private func write(_ stamp: MessageStamp, _ body: UnsafeRawBufferPointer, into batch: inout ByteBuffer) {
        batch.writeWithUnsafeMutableBytes(minimumWritableBytes: head.count) { target in
            head.withUnsafeBytes { target.copyMemory(from: $0) }
            target.storeBytes(of: UInt64(body.count).bigEndian, toByteOffset: bodySize, as: UInt64.self)
            target.storeBytes(of: stamp.intendedNanoseconds.bigEndian, toByteOffset: intended, as: Int64.self)
            MessageID.writeSequence(
                stamp.sequence, to: UnsafeMutableRawBufferPointer(rebasing: target[sequence..<sequence + 16]))
            return head.count
        }
        for start in stride(from: 0, to: body.count, by: payloadMaxBytes) {
            let piece = UnsafeRawBufferPointer(rebasing: body[start..<min(start + payloadMaxBytes, body.count)])
            batch.writeInteger(FrameType.body.rawValue)
            batch.writeInteger(channel)
            batch.writeInteger(UInt32(piece.count))
            batch.writeBytes(piece)
            batch.writeInteger(AMQP.frameEnd)
        }
    }
}
