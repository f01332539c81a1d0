package import NIOCore

/// The eight bytes that open a connection, in front of any frame (specification 4.2.2).
///
/// A client sends those of its version. A server that does not speak it answers with its own and closes the socket.
package struct ProtocolHeader: Sendable, Equatable {
    /// The byte behind "AMQP": 0 here; AMQP 1.0 tells plain, TLS and SASL apart by it.
    package let protocolID: UInt8
    package let major: UInt8
    package let minor: UInt8
    package let revision: UInt8

    /// The header of AMQP 0-9-1.
    package static let current = ProtocolHeader(protocolID: 0, major: 0, minor: 9, revision: 1)

    /// The bytes on the wire.
    package var bytes: [UInt8] { Self.name + [protocolID, major, minor, revision] }

    private static let name: [UInt8] = [0x41, 0x4D, 0x51, 0x50]  // "AMQP"
}

extension ProtocolHeader {
    /// What a server makes of the first bytes of a connection.
    package enum Greeting: Sendable, Equatable {
        /// So far it is our header, and bytes are missing.
        case incomplete
        /// It is our header; frames follow.
        case accepted
        /// It is something else, said in words for a log: answer with our header and close.
        case refused(String)
    }

    /// Judges the first bytes of a connection, and takes them off the buffer where they are our header.
    ///
    /// A mismatch is refused as soon as it is seen, so a peer that waits for an answer gets it.
    package static func greeting(from buffer: inout ByteBuffer) -> Greeting {
        let expected = current.bytes
        let arrived = buffer.readableBytesView.prefix(expected.count)
        guard expected.starts(with: arrived) else { return .refused(describe(arrived)) }
        guard arrived.count == expected.count else { return .incomplete }
        buffer.moveReaderIndex(forwardBy: expected.count)
        return .accepted
    }

    /// The header that a server answers with where it speaks another version, if these bytes start with one.
    package init?(answering buffer: ByteBuffer) {
        let arrived = Array(buffer.readableBytesView.prefix(8))
        guard arrived.count == 8, arrived.starts(with: Self.name) else { return nil }
        self.init(protocolID: arrived[4], major: arrived[5], minor: arrived[6], revision: arrived[7])
    }

    private static func describe(_ bytes: ByteBufferView) -> String {
        if let header = ProtocolHeader(answering: ByteBuffer(bytes)) { return header.description }
        if bytes.starts(with: [0x16, 0x03]) { return "a TLS handshake" }
        if bytes.starts(with: name) { return "another version of AMQP" }
        let isText = bytes.allSatisfy { (0x20..<0x7F).contains($0) }
        return isText ? "\"\(String(decoding: bytes, as: UTF8.self))\"" : "\(bytes.count) bytes that are not AMQP"
    }
}

extension ProtocolHeader: CustomStringConvertible {
    /// The version in words, such as `AMQP 0-9-1`.
    package var description: String {
        switch (protocolID, major) {
        case (0, 0): "AMQP 0-\(minor)-\(revision)"
        case (2, _): "AMQP \(major).\(minor).\(revision) over TLS"
        case (3, _): "AMQP \(major).\(minor).\(revision) with SASL"
        default: "AMQP \(major).\(minor).\(revision)"
        }
    }
}
