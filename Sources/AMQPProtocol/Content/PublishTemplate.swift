import NIOCore

/// The frames of one basic.publish, encoded once and patched per message: the hot path of writing.
///
///     [type|channel|size|basic.publish|CE] [type|channel|size|header|CE] [type|channel|size|body…|CE] …
///           └─ setChannel                            └─ messageIDOffset       └─ bodyOffset(0)
///                                                    └─ headerOffset("…")
///
/// Copy `bytes` and overwrite values of the same length in the copy at the offsets given here. The body is split over as
/// many frames as frame-max asks for (specification 2.3.5.3).
package struct PublishTemplate: Sendable {
    /// All the frames.
    package private(set) var bytes: [UInt8]
    /// How many bytes they are.
    package let byteCount: Int
    /// The bytes of body in them, over all body frames.
    package let bodyBytes: Int

    private let frameOffsets: [Int]
    private let firstBodyOffset: Int
    private let bodyFrameBytes: Int
    private let propertyOffsets: [RawProperties.Property: Int]
    private let int64HeaderOffsets: [String: Int]

    /// Encodes the frames for channel 1.
    ///
    /// - Parameters:
    ///   - exchange: The exchange's name; "" is the default exchange.
    ///   - routingKey: The queue's name where the exchange is the default one.
    ///   - mandatory: Whether an unroutable message is to be returned.
    ///   - properties: Properties with values of the lengths that every message has.
    ///   - body: The body, of the length that every message has.
    ///   - frameMaxBytes: The negotiated maximum of a whole frame; 0 for none.
    /// - Throws: 502 where a name is longer than 255 bytes, 501 where the properties do not fit one frame.
    package init(
        exchange: String, routingKey: String, mandatory: Bool = false, properties: BasicProperties, body: [UInt8],
        frameMaxBytes: UInt32
    ) throws(WireError) {
        let payloadMaxBytes = Int(AMQP.payloadMaxBytes(frameMaxBytes: frameMaxBytes))
        guard payloadMaxBytes > 0 else { throw WireError(.syntaxError, "frame-max of \(frameMaxBytes) bytes") }
        let publish = BasicPublish(exchange: exchange, routingKey: routingKey, mandatory: mandatory)
        let header = ContentHeader(bodyBytes: UInt64(body.count), properties: properties)
        var buffer = ByteBuffer()
        var offsets = [0]
        try buffer.writeFrame(.method(.basicPublish(publish), on: 1))
        offsets.append(buffer.writerIndex)
        try buffer.writeFrame(Frame(channel: 1, .header(header)))
        for (start, end) in zip(offsets, offsets.dropFirst() + [buffer.writerIndex]) {
            let payloadBytes = end - start - AMQP.frameOverheadBytes
            guard payloadBytes <= payloadMaxBytes else {
                throw .frameTooLarge(payloadBytes: UInt32(clamping: payloadBytes), frameMaxBytes: frameMaxBytes)
            }
        }
        firstBodyOffset = buffer.writerIndex + FrameHeader.bytes
        for start in stride(from: 0, to: body.count, by: payloadMaxBytes) {
            offsets.append(buffer.writerIndex)
            let piece = body[start..<min(start + payloadMaxBytes, body.count)]
            try buffer.writeFrame(Frame(channel: 1, .body(ByteBuffer(bytes: piece))))
        }
        bytes = Array(buffer.readableBytesView)
        byteCount = bytes.count
        bodyBytes = body.count
        bodyFrameBytes = payloadMaxBytes
        frameOffsets = offsets
        (propertyOffsets, int64HeaderOffsets) = try Self.offsets(in: bytes, headerFrame: offsets[1])
    }

    /// Where the bytes of the message_id start, if it is set.
    package var messageIDOffset: Int? { propertyOffsets[.messageID] }

    /// Where the bytes of that property's value start, behind the length of a string, if it is set.
    package func offset(of property: RawProperties.Property) -> Int? { propertyOffsets[property] }

    /// Where the eight big-endian bytes of the first int64 header of that name start, if it is there.
    package func headerOffset(_ name: String) -> Int? { int64HeaderOffsets[name] }

    /// Where that byte of the body lies; for the count of the body's bytes, where its frame would go on.
    ///
    /// Bytes that follow each other in one frame follow each other here: see `bodyRunBytes(from:)`.
    package func bodyOffset(_ bodyByte: Int) -> Int {
        precondition(bodyByte >= 0 && bodyByte <= bodyBytes, "body byte \(bodyByte) of \(bodyBytes)")
        return firstBodyOffset + bodyByte + bodyByte / bodyFrameBytes * AMQP.frameOverheadBytes
    }

    /// How many bytes of the body follow each other from that one on before a frame ends.
    package func bodyRunBytes(from bodyByte: Int) -> Int {
        min(bodyBytes - bodyByte, bodyFrameBytes - bodyByte % bodyFrameBytes)
    }

    /// Where the eight big-endian bytes of the body's size start.
    package var bodySizeOffset: Int { frameOffsets[1] + FrameHeader.bytes + 4 }

    /// Writes the channel's number into every frame.
    package mutating func setChannel(_ channel: UInt16) {
        for offset in frameOffsets {
            bytes[offset + 1] = UInt8(truncatingIfNeeded: channel >> 8)
            bytes[offset + 2] = UInt8(truncatingIfNeeded: channel)
        }
    }

    private static func offsets(
        in bytes: [UInt8], headerFrame: Int
    ) throws(WireError) -> (properties: [RawProperties.Property: Int], headers: [String: Int]) {
        let result: Result<([RawProperties.Property: Int], [String: Int]), WireError> = bytes.withUnsafeBytes { bytes in
            do throws(WireError) {
                return .success(try offsets(in: bytes, headerFrame: headerFrame))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func offsets(
        in bytes: UnsafeRawBufferPointer, headerFrame: Int
    ) throws(WireError) -> ([RawProperties.Property: Int], [String: Int]) {
        func offset(of piece: UnsafeRawBufferPointer) -> Int? {
            guard let start = bytes.baseAddress, let first = piece.baseAddress else { return nil }
            return first - start
        }
        var scanner = FrameScanner(UnsafeRawBufferPointer(rebasing: bytes[headerFrame...]), frameMaxBytes: 0)
        guard let frame = try scanner.next() else { return ([:], [:]) }
        let raw = RawProperties(try RawContentHeader(frame.payload).properties)
        var properties: [RawProperties.Property: Int] = [:]
        for property in RawProperties.Property.allCases {
            if let value = try raw.bytes(of: property) { properties[property] = offset(of: value) }
        }
        var headers: [String: Int] = [:]
        guard var fields = try raw.headers() else { return (properties, headers) }
        while let field = try fields.next() {
            let name = String(decoding: field.name, as: UTF8.self)
            guard headers[name] == nil, field.value.tag == UInt8(ascii: "l") else { continue }
            headers[name] = offset(of: field.value.bytes)
        }
        return (properties, headers)
    }
}
