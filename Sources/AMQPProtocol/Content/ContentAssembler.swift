package import NIOCore

/// A whole message: the method it came with, its header and its body.
package struct Content: Sendable, Equatable {
    /// basic.publish, return, deliver or get-ok.
    package let method: Method
    /// The properties and the announced size.
    package let header: ContentHeader
    /// The bytes of all body frames.
    package let body: ByteBuffer

    /// Joins the three.
    package init(method: Method, header: ContentHeader, body: ByteBuffer) {
        self.method = method
        self.header = header
        self.body = body
    }
}

/// Puts the messages of one channel together from its frames, for both roles (specification 4.2.6).
///
/// A body that comes in one frame is a slice of what was read, not a copy. Memory grows with what has arrived, never with
/// what was announced.
package struct ContentAssembler: Sendable {
    /// What a frame completed.
    package enum Event: Sendable, Equatable {
        case method(Method)
        case content(Content)
    }

    private var sequence: ContentSequence
    private var method: Method?
    private var header: ContentHeader?
    private var body = ByteBuffer()

    /// Starts with no message under way.
    ///
    /// - Parameter maximumBodyBytes: The largest body a peer may announce.
    package init(maximumBodyBytes: UInt64 = AMQP.defaultMaximumBodyBytes) {
        sequence = ContentSequence(maximumBodyBytes: maximumBodyBytes)
    }

    /// Whether no message is under way.
    package var isIdle: Bool { sequence.isIdle }

    /// Takes the next frame of the channel and gives what it completed, if anything.
    ///
    /// Throws 505 for a frame that was not due, 501 for a body longer than announced, and 311 for one announced beyond the
    /// maximum, which closes the channel only. Whatever was under way is then dropped.
    package mutating func receive(_ payload: Frame.Payload) throws(WireError) -> Event? {
        do throws(WireError) {
            switch payload {
            case .method(let method): return try receive(method)
            case .header(let header): return try receive(header)
            case .body(let bytes): return try receive(bytes)
            case .heartbeat: throw WireError(.unexpectedFrame, "heartbeat on a channel")
            }
        } catch {
            drop()
            throw error
        }
    }

    private mutating func receive(_ method: Method) throws(WireError) -> Event? {
        guard try sequence.method(method.id) else { return .method(method) }
        self.method = method
        return nil
    }

    private mutating func receive(_ header: ContentHeader) throws(WireError) -> Event? {
        let isComplete = try sequence.header(classID: header.classID, bodyBytes: header.bodyBytes)
        self.header = header
        return isComplete ? finish() : nil
    }

    private mutating func receive(_ bytes: ByteBuffer) throws(WireError) -> Event? {
        let isComplete = try sequence.body(bytes.readableBytes)
        if body.readableBytes == 0 {
            body = bytes
        } else {
            body.writeImmutableBuffer(bytes)
        }
        return isComplete ? finish() : nil
    }

    private mutating func finish() -> Event? {
        guard let method, let header else { return nil }
        defer { drop() }
        return .content(Content(method: method, header: header, body: body))
    }

    private mutating func drop() {
        sequence = ContentSequence(maximumBodyBytes: sequence.maximumBodyBytes)
        method = nil
        header = nil
        body = ByteBuffer()
    }
}
