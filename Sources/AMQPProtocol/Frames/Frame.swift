package import NIOCore

/// One frame of a connection (specification 4.2.3).
package struct Frame: Sendable, Equatable {
    /// What a frame carries, by its type.
    package enum Payload: Sendable, Equatable {
        case method(Method)
        case header(ContentHeader)
        case body(ByteBuffer)
        case heartbeat
    }

    /// The channel it belongs to; 0 for the connection itself.
    package var channel: UInt16
    /// What it carries.
    package var payload: Payload

    /// Puts a payload on a channel.
    package init(channel: UInt16, _ payload: Payload) {
        self.channel = channel
        self.payload = payload
    }

    /// A method frame, of the connection itself where no channel is given.
    package static func method(_ method: Method, on channel: UInt16 = 0) -> Frame {
        Frame(channel: channel, .method(method))
    }

    /// The empty frame that says a peer is alive (specification 4.2.7).
    package static let heartbeat = Frame(channel: 0, .heartbeat)
}

/// The first byte of a frame (specification 4.2.3).
package enum FrameType: UInt8, Sendable {
    case method = 1
    case header = 2
    case body = 3
    case heartbeat = 8
}

extension ByteBuffer {
    /// Appends a whole frame: type, channel, size, payload, frame end.
    ///
    /// Throws 502 where a value does not fit its field; the buffer is then as it was. That the frame fits the negotiated
    /// maximum is for the caller to see to.
    package mutating func writeFrame(_ frame: Frame) throws(WireError) {
        var writer = WireWriter(self)
        self = ByteBuffer()  // the writer holds the only reference: no copy
        defer { self = writer.buffer }
        let start = writer.buffer.writerIndex
        do {
            try writer.writeFrame(frame)
        } catch {
            writer.buffer.moveWriterIndex(to: start)
            throw error
        }
    }
}

extension WireWriter {
    fileprivate mutating func writeFrame(_ frame: Frame) throws(WireError) {
        let type: FrameType =
            switch frame.payload {
            case .method: .method
            case .header: .header
            case .body: .body
            case .heartbeat: .heartbeat
            }
        writeInteger(type.rawValue)
        writeInteger(frame.channel)
        try writeWithLength { (writer) throws(WireError) in
            switch frame.payload {
            case .method(let method): try method.encode(into: &writer)
            case .header(let header): try header.encode(into: &writer)
            case .body(let body): writer.buffer.writeImmutableBuffer(body)
            case .heartbeat: break
            }
        }
        writeInteger(AMQP.frameEnd)
    }
}
