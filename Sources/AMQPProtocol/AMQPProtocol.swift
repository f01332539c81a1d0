// AMQPProtocol: AMQP 0-9-1 with RabbitMQ's extensions, without IO.
//
//   bytes ─► FrameScanner ─► Raw views of the hot methods              (reading: nothing copied)
//                        └─► Frame ─► state machines ─► actions        (reading, control path)
//   bytes ◄─ WireWriter   ◄─ Frame ◄─ state machines ◄─ events         (writing, control path)
//   bytes ◄─ PublishTemplate: pre-encoded, patched, written in batches (writing, hot path)
//
// What is refused, and how:
//   501 frame error    bytes that cannot be cut: envelope, sizes, truncated or left-over fields
//   502 syntax error   a field with an illegal value: text that is not UTF-8, unknown type tags, nesting too deep
//   505 unexpected     a frame out of the order method, header, body
//   540 not implemented  a method nobody knows
// Methods that are known but illegal in a role or state (503) and channels that are not open (504) are the business of the
// state machines. Reserved fields and unused bits are written as zero or empty and ignored when read, for old clients put
// access tickets there. Names and short strings are UTF-8; a header or argument that is not is kept as bytes.
//
// Client and broker both stand on this module and meet nowhere else. Section numbers in comments are those of
// "AMQP Advanced Message Queuing Protocol Specification, version 0-9-1".

/// Constants of the protocol (specification 4.2).
package enum AMQP {
    /// What a client sends first: "AMQP", 0, major 0, minor 9, revision 1 (specification 4.2.2).
    package static let protocolHeader: [UInt8] = Array("AMQP".utf8) + [0, 0, 9, 1]
    /// The byte behind every frame's payload.
    package static let frameEnd: UInt8 = 0xCE
    /// Bytes of a frame that are not payload: type, channel, size and frame end.
    package static let frameOverheadBytes = 8
    /// The least frame-max a peer may negotiate, and the largest frame before negotiation.
    package static let minimumFrameMaxBytes: UInt32 = 4096
    /// What RabbitMQ proposes, and Rafale too.
    package static let defaultFrameMaxBytes: UInt32 = 131_072
    /// The port of `amqp:` where a URI names none.
    package static let defaultPort = 5672
    /// The port of `amqps:` where a URI names none.
    package static let defaultTLSPort = 5671
    /// How deep tables and arrays may nest before decoding refuses them.
    package static let maximumNesting = 32
    /// The largest message body taken where nothing else is configured: RabbitMQ's figure.
    package static let defaultMaximumBodyBytes: UInt64 = 134_217_728

    /// The largest payload that fits a frame of that many bytes; 0 means no limit was negotiated.
    package static func payloadMaxBytes(frameMaxBytes: UInt32) -> UInt32 {
        frameMaxBytes == 0 ? .max : frameMaxBytes - min(frameMaxBytes, UInt32(frameOverheadBytes))
    }
}
