// AMQPProtocol: AMQP 0-9-1 with RabbitMQ's extensions, without IO.
//
//   bytes ─► FrameDecoder ─► Frame ─► state machines ─► actions        (reading, control path)
//   bytes ─► FrameScanner ─► Raw views of the hot methods              (reading, hot path: nothing copied)
//   bytes ◄─ WireWriter   ◄─ Frame ◄─ state machines ◄─ events         (writing, control path)
//   bytes ◄─ PublishTemplate: pre-encoded, patched, written in batches (writing, hot path)
//
// Client and broker both stand on this module and meet nowhere else. Section numbers in comments are those of
// "AMQP Advanced Message Queuing Protocol Specification, version 0-9-1".

/// Constants of the protocol (specification 4.2).
package enum AMQP {
    /// What a client sends first: "AMQP", 0, major 0, minor 9, revision 1.
    package static let protocolHeader: [UInt8] = [0x41, 0x4D, 0x51, 0x50, 0, 0, 9, 1]
    /// The byte behind every frame's payload.
    package static let frameEnd: UInt8 = 0xCE
    /// Bytes of a frame that are not payload: type, channel, size and frame end.
    package static let frameOverheadBytes = 8
    /// The least frame-max a peer may negotiate, and the largest frame before negotiation.
    package static let minimumFrameMaxBytes: UInt32 = 4096
    /// What RabbitMQ proposes, and Rafale too.
    package static let defaultFrameMaxBytes: UInt32 = 131_072
    package static let defaultPort = 5672
    package static let defaultTLSPort = 5671
    /// How deep tables and arrays may nest before decoding refuses them.
    package static let maximumNesting = 32
    /// The largest message body taken where nothing else is configured: RabbitMQ's figure.
    package static let defaultMaximumBodyBytes: UInt64 = 134_217_728

    /// The largest payload that fits a frame of that many bytes; 0 means no limit was negotiated.
    static func payloadMaxBytes(frameMaxBytes: UInt32) -> UInt32 {
        frameMaxBytes == 0 ? .max : frameMaxBytes - min(frameMaxBytes, UInt32(frameOverheadBytes))
    }
}
