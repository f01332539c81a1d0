import NIOCore
import Testing

@testable import AMQPProtocol

@Suite struct ProtocolHeaderTests {
    @Test func isTheHeaderOfTheSpecification() {
        #expect(ProtocolHeader.current.bytes == wire("\"AMQP\" 00 00 09 01"))
        #expect(ProtocolHeader.current.bytes == AMQP.protocolHeader)
        #expect(ProtocolHeader.current.description == "AMQP 0-9-1")
    }

    @Test func waitsForAllOfIt() {
        let header = ProtocolHeader.current.bytes
        for count in 0..<header.count {
            var buffer = ByteBuffer(bytes: header[..<count])
            #expect(ProtocolHeader.greeting(from: &buffer) == .incomplete)
            #expect(buffer.readableBytes == count)
        }
    }

    @Test func leavesTheFramesBehindIt() {
        var buffer = ByteBuffer(bytes: ProtocolHeader.current.bytes + [1, 2, 3])
        #expect(ProtocolHeader.greeting(from: &buffer) == .accepted)
        #expect(Array(buffer.readableBytesView) == [1, 2, 3])
    }

    @Test(arguments: [
        ("\"AMQP\" 01 01 00 09", "AMQP 1.0.9"),
        ("\"AMQP\" 00 01 00 00", "AMQP 1.0.0"),
        ("\"AMQP\" 03 01 00 00", "AMQP 1.0.0 with SASL"),
        ("\"AMQP\" 00 00 09 00", "AMQP 0-9-0"),
        ("\"AMQP\" 01", "another version of AMQP"),
        ("\"GET / HTTP\"", "\"GET / HT\""),
        ("\"B\"", "\"B\""),
        ("16 03 01 00 A5", "a TLS handshake"),
        ("\"AMQP\" 00 00 08", "another version of AMQP"),
        ("FF FF", "2 bytes that are not AMQP"),
    ])
    func refusesAnythingElseAtItsFirstWrongByte(hex: String, words: String) {
        var buffer = ByteBuffer(bytes: wire(hex))
        #expect(ProtocolHeader.greeting(from: &buffer) == .refused(words))
    }

    @Test func readsAServersAnswer() {
        let header = ProtocolHeader(answering: ByteBuffer(bytes: wire("\"AMQP\" 00 00 08 00 FF")))
        #expect(header == ProtocolHeader(protocolID: 0, major: 0, minor: 8, revision: 0))
        #expect(ProtocolHeader(answering: ByteBuffer(bytes: wire("\"AMQP\" 00 00 08"))) == nil)
        #expect(ProtocolHeader(answering: ByteBuffer(bytes: wire("01 0000 00000000 CE"))) == nil)
    }
}
