package import NIOCore

/// Cuts a byte stream into frames and decodes them, whatever pieces it arrives in (specification 4.2.3).
///
/// The plain reader that ``FrameScanner`` is held against: tests and fuzzing read with it.
///
/// Work is in proportion to the bytes fed, and a frame that arrived in one piece is decoded where it lies: the body of a body
/// frame is a slice of it. What one frame leaves over is moved at most once.
///
/// An announced size is compared with the negotiated maximum before anything is buffered for it. After an error the
/// stream has no meaning any more: the decoder throws the same error again.
package struct FrameDecoder: Sendable {
    /// The largest whole frame that the peer may send, in bytes; 0 means no limit was negotiated.
    ///
    /// Where it is 0, a peer may make the decoder keep 4 GiB: a server should propose a limit.
    package var frameMaxBytes: UInt32
    private var buffer = ByteBuffer()
    private var failure: WireError?

    /// Starts in front of the first frame, with the limit that holds before any is negotiated.
    package init(frameMaxBytes: UInt32 = AMQP.minimumFrameMaxBytes) { self.frameMaxBytes = frameMaxBytes }

    /// Takes the next bytes of the stream; call `next()` until it gives nil.
    package mutating func append(_ bytes: ByteBuffer) {
        guard failure == nil else { return }
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            if buffer.readerIndex > buffer.readableBytes { buffer.discardReadBytes() }
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// Bytes of the frame that is not yet whole.
    package var bufferedBytes: Int { buffer.readableBytes }

    /// The next whole frame, or nil until more bytes come.
    ///
    /// Throws 501 for a malformed frame, 502 for a field with an illegal value and 540 for an unknown method.
    package mutating func next() throws(WireError) -> Frame? {
        if let failure { throw failure }
        do {
            return try decode()
        } catch {
            failure = error
            buffer = ByteBuffer()
            throw error
        }
    }

    private mutating func decode() throws(WireError) -> Frame? {
        guard let header = try FrameHeader(peeking: buffer, frameMaxBytes: frameMaxBytes) else { return nil }
        let end = FrameHeader.bytes + header.payloadBytes
        guard buffer.readableBytes > end else { return nil }
        let start = buffer.readerIndex
        guard buffer.getInteger(at: start + end, as: UInt8.self) == AMQP.frameEnd else {
            throw .wrongFrameEnd(
                buffer.getInteger(at: start + end) ?? 0, payloadBytes: header.payloadBytes)
        }
        // Slicing cannot fail: the bytes were counted above.
        let payload = buffer.getSlice(at: start + FrameHeader.bytes, length: header.payloadBytes) ?? ByteBuffer()
        buffer.moveReaderIndex(forwardBy: end + 1)
        return Frame(channel: header.channel, try header.decodePayload(payload))
    }
}

/// Type, channel and payload size: the seven bytes in front of every payload.
package struct FrameHeader: Sendable, Equatable {
    /// How many bytes they are.
    package static let bytes = 7

    /// What the payload is.
    package let type: FrameType
    /// The channel it belongs to; 0 for the connection itself.
    package let channel: UInt16
    /// The size announced, within the maximum.
    package let payloadBytes: Int

    init?(peeking buffer: ByteBuffer, frameMaxBytes: UInt32) throws(WireError) {
        let start = buffer.readerIndex
        guard let rawType = buffer.getInteger(at: start, as: UInt8.self) else { return nil }
        guard let type = FrameType(rawValue: rawType) else {
            throw .unknownFrameType(rawType)
        }
        guard let channel = buffer.getInteger(at: start + 1, as: UInt16.self),
            let size = buffer.getInteger(at: start + 3, as: UInt32.self)
        else { return nil }
        if size > AMQP.payloadMaxBytes(frameMaxBytes: frameMaxBytes) {
            throw .frameTooLarge(payloadBytes: size, frameMaxBytes: frameMaxBytes)
        }
        self.type = type
        self.channel = channel
        self.payloadBytes = Int(size)
    }

    func decodePayload(_ payload: ByteBuffer) throws(WireError) -> Frame.Payload {
        switch type {
        case .method:
            return .method(try decodeWhole(payload) { (reader) throws(WireError) in try Method(from: &reader) })
        case .header:
            return .header(try decodeWhole(payload) { (reader) throws(WireError) in try ContentHeader(from: &reader) })
        case .body: return .body(payload)
        case .heartbeat:
            guard channel == 0, payloadBytes == 0 else {
                throw .badHeartbeat(channel: channel, payloadBytes: payloadBytes)
            }
            return .heartbeat
        }
    }

    /// Decodes with `body` and refuses bytes it leaves unread.
    private func decodeWhole<T>(
        _ payload: ByteBuffer, _ body: (inout WireReader) throws(WireError) -> T
    ) throws(WireError) -> T {
        let result: Result<T, WireError> = payload.withUnsafeReadableBytes { bytes in
            var reader = WireReader(bytes)
            do throws(WireError) {
                let value = try body(&reader)
                try reader.finish()
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
