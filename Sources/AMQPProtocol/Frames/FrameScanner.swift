/// Walks the whole frames of contiguous bytes without copying or allocating: the hot path of reading (specification 4.2.3).
///
///     scanned bytes: [frame][frame][frame][begin of a fra…
///                                         └─ consumedBytes, where the next scan starts
///
/// The bytes must outlive the scanner and every frame it gave: use both inside `withUnsafeReadableBytes`. It accepts and
/// refuses the same bytes as `FrameDecoder`, but leaves payloads undecoded. After an error the stream has no meaning.
package struct FrameScanner {
    /// Bytes of the whole frames given so far.
    package private(set) var consumedBytes = 0

    private let bytes: UnsafeRawBufferPointer
    private let frameMaxBytes: UInt32
    private let payloadMaxBytes: UInt32

    /// Starts at the first byte, which must be the first of a frame.
    ///
    /// - Parameters:
    ///   - bytes: What has arrived; it may end within a frame.
    ///   - frameMaxBytes: The largest whole frame that the peer may send; 0 means no limit was negotiated.
    package init(_ bytes: UnsafeRawBufferPointer, frameMaxBytes: UInt32) {
        self.bytes = bytes
        self.frameMaxBytes = frameMaxBytes
        self.payloadMaxBytes = AMQP.payloadMaxBytes(frameMaxBytes: frameMaxBytes)
    }

    /// Passes over whole frames that were recognised without it.
    package mutating func skip(_ count: Int) { consumedBytes &+= count }

    /// The next whole frame, or nil where the rest is the beginning of one.
    ///
    /// Throws 501 for an unknown type, a size beyond the maximum, a wrong frame end and a malformed heartbeat.
    package mutating func next() throws(WireError) -> RawFrame? {
        let start = consumedBytes
        let left = bytes.count &- start
        guard left > 0, let base = bytes.baseAddress else { return nil }
        let frame = base + start
        let rawType = frame.load(as: UInt8.self)
        guard let type = FrameType(rawValue: rawType) else { throw .unknownFrameType(rawType) }
        guard left >= FrameHeader.bytes else { return nil }
        let channel = UInt16(bigEndian: frame.loadUnaligned(fromByteOffset: 1, as: UInt16.self))
        let size = UInt32(bigEndian: frame.loadUnaligned(fromByteOffset: 3, as: UInt32.self))
        guard size <= payloadMaxBytes else {
            throw .frameTooLarge(payloadBytes: size, frameMaxBytes: frameMaxBytes)
        }
        let payloadBytes = Int(size)
        guard left &- AMQP.frameOverheadBytes >= payloadBytes else { return nil }
        let end = frame.load(fromByteOffset: FrameHeader.bytes &+ payloadBytes, as: UInt8.self)
        guard end == AMQP.frameEnd else { throw .wrongFrameEnd(end, payloadBytes: payloadBytes) }
        if type == .heartbeat, channel != 0 || size != 0 {
            throw .badHeartbeat(channel: channel, payloadBytes: payloadBytes)
        }
        consumedBytes = start &+ payloadBytes &+ AMQP.frameOverheadBytes
        return RawFrame(
            type: type, channel: channel,
            payload: UnsafeRawBufferPointer(start: frame + FrameHeader.bytes, count: payloadBytes),
            whole: start..<consumedBytes)
    }
}

/// One whole frame in the scanned bytes, its payload not decoded.
package struct RawFrame {
    /// The first byte of the frame.
    package let type: FrameType
    /// The channel it belongs to; 0 for the connection itself.
    package let channel: UInt16
    /// The bytes between the frame's header and its end.
    package let payload: UnsafeRawBufferPointer
    /// Where the frame lies in the scanned bytes, header and end included.
    package let whole: Range<Int>

    /// The class and method numbers, where this is a method frame long enough to have them.
    package var methodID: MethodID? {
        guard type == .method, payload.count >= 4, let base = payload.baseAddress else { return nil }
        return MethodID(number: UInt32(bigEndian: base.loadUnaligned(as: UInt32.self)))
    }

    /// The method, decoded whole: for all but the hot methods.
    package func decodeMethod() throws(WireError) -> Method {
        var reader = WireReader(payload)
        let method = try Method(from: &reader)
        try reader.finish()
        return method
    }
}
