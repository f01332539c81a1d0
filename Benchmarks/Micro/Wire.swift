import AMQPProtocol
import Benchmark
import Drivers
import NIOCore

/// The codec, the templates and the scanner.
func wireBenchmarks() {
    let properties = sampleProperties()
    let body = [UInt8](repeating: 0x61, count: 128)
    codecBenchmarks(properties)

    guard
        let template = try? PublishTemplate(
            exchange: "", routingKey: "incoming_texts", mandatory: true, properties: properties, body: body,
            frameMaxBytes: 131_072),
        let messageID = template.messageIDOffset, let intended = template.headerOffset("x-rafale-intended")
    else { return }
    var batch = ByteBuffer()
    var sequence: UInt64 = 0
    measure("stamp") {
        if batch.readableBytes > 64 * 1024 { batch.clear() }
        batch.writeWithUnsafeMutableBytes(minimumWritableBytes: template.byteCount) { target in
            template.bytes.withUnsafeBytes { target.copyMemory(from: $0) }
            target.storeBytes(of: Int64(sequence).bigEndian, toByteOffset: intended, as: Int64.self)
            MessageID.writeSequence(sequence, to: UnsafeMutableRawBufferPointer(rebasing: target[(messageID + 9)...]))
            return template.byteCount
        }
        sequence += 1
    }
    if let deliveries = try? sampleDeliveries(properties, body) { scannerBenchmarks(deliveries) }
}

private func codecBenchmarks(_ properties: BasicProperties) {
    let deliver = Frame.method(
        .basicDeliver(
            BasicDeliver(consumerTag: "consumer", deliveryTag: 77, exchange: "", routingKey: "incoming_texts")), on: 1)
    let header = Frame(channel: 1, .header(ContentHeader(bodyBytes: 128, properties: properties)))
    var buffer = ByteBuffer()
    // basic.deliver and a content header.
    measure("encode") {
        buffer.clear()
        try buffer.writeFrame(deliver)
        try buffer.writeFrame(header)
    }
    var encoded = ByteBuffer()
    try? encoded.writeFrame(deliver)
    try? encoded.writeFrame(header)
    var decoder = FrameDecoder(frameMaxBytes: 131_072)
    measure("decode") {
        decoder.append(encoded)
        return (try decoder.next(), try decoder.next())
    }
}

private func scannerBenchmarks(_ deliveries: ByteBuffer) {
    // The frames of 100 deliveries.
    measure("scan") {
        try deliveries.withUnsafeReadableBytes { bytes in
            var scanner = FrameScanner(bytes, frameMaxBytes: 131_072)
            var count = 0
            while try scanner.next() != nil { count += 1 }
            return count
        }
    }
    // Message id and intended time of the same 100.
    measure("identify") {
        try deliveries.withUnsafeReadableBytes { bytes in
            var scanner = FrameScanner(bytes, frameMaxBytes: 131_072)
            var sum: Int64 = 0
            while let frame = try scanner.next() {
                guard frame.type == .header else { continue }
                let properties = RawProperties(try RawContentHeader(frame.payload).properties)
                if let bytes = try properties.messageID(), let id = MessageID(bytes) { sum &+= Int64(id.sequence) }
                sum &+= try properties.int64Header("x-rafale-intended") ?? 0
            }
            return sum
        }
    }
}

private func sampleProperties() -> BasicProperties {
    var properties = BasicProperties()
    properties.contentType = "application/json"
    properties.deliveryMode = 1
    properties.messageID = MessageID(run: RunID(rawValue: 0x00C0_FFEE), sequence: 1).description
    properties.headers = ["x-rafale-intended": .int64(1_234_567_890_123)]
    return properties
}

private func sampleDeliveries(_ properties: BasicProperties, _ body: [UInt8]) throws -> ByteBuffer {
    var buffer = ByteBuffer()
    for tag in 1...100 as ClosedRange<UInt64> {
        let deliver = BasicDeliver(
            consumerTag: "consumer", deliveryTag: tag, exchange: "", routingKey: "incoming_texts")
        try buffer.writeFrame(.method(.basicDeliver(deliver), on: 1))
        try buffer.writeFrame(
            Frame(channel: 1, .header(ContentHeader(bodyBytes: UInt64(body.count), properties: properties))))
        try buffer.writeFrame(Frame(channel: 1, .body(ByteBuffer(bytes: body))))
    }
    return buffer
}
