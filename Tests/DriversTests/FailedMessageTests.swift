import AMQPProtocol
import NIOCore
import Testing

@testable import Drivers

@Suite("A message that is put aside")
struct FailedMessageTests {
    /// A message as it arrives: its properties lie in front of the body, in the same buffer.
    private func message(_ properties: [UInt8], _ body: String = "broken") -> InboundMessage {
        var buffer = ByteBuffer(bytes: properties + [0xCE, 3, 0, 1, 0, 0, 0, 6])
        buffer.moveReaderIndex(to: buffer.writerIndex)
        buffer.writeString(body)
        return InboundMessage(
            body: buffer, propertiesBytes: properties.count, messageID: "m-1", intendedNanoseconds: 42,
            receivedNanoseconds: 50, token: DeliveryToken(session: 0, number: 1))
    }

    private func encoded(_ properties: BasicProperties) throws -> [UInt8] {
        var writer = WireWriter(ByteBuffer())
        try properties.encode(into: &writer)
        return Array(writer.buffer.readableBytesView)
    }

    @Test("keeps all properties but those that would send it elsewhere, have it refused or let it expire")
    func properties() throws {
        var original = BasicProperties()
        original.contentType = "text/plain"
        original.contentEncoding = "identity"
        original.headers = [
            "x-rafale-intended": .int64(42), "CC": .array([.string("q")]), "x-reason": .string("own"),
            "BCC": .array([.string("r")]), "x-rafale-column": .int32(9),
        ]
        original.deliveryMode = 1
        original.priority = 7
        original.correlationID = "c"
        original.replyTo = "answers"
        original.expiration = "1000"
        original.messageID = "m-1"
        original.timestamp = 1_795_229_329
        original.type = "t"
        original.userID = "alice"
        original.appID = "a"
        original.clusterID = "z"

        var expected = original
        expected.expiration = nil
        expected.userID = nil
        expected.headers = [
            "x-rafale-intended": .int64(42), "x-reason": .string("own"), "x-rafale-column": .int64(12),
            "x-rafale-reason": .string("why"),
        ]
        let failed = FailedMessage(message(try encoded(original)), reason: "why", column: 12)
        #expect(BasicProperties(failed) == expected)
        #expect(String(buffer: failed.message.body) == "broken")

        // Of an earlier failure nothing is left.
        expected.headers = [
            "x-rafale-intended": .int64(42), "x-reason": .string("own"), "x-rafale-reason": .string("why"),
        ]
        #expect(
            BasicProperties(FailedMessage(message(try encoded(original)), reason: "why", column: nil)) == expected)
    }

    @Test(
        "has its identifier and its time where its properties cannot be read",
        arguments: [[], [0, 1], [0xFF, 0xFC]] as [[UInt8]])
    func unreadable(bytes: [UInt8]) {
        var expected = BasicProperties()
        expected.messageID = "m-1"
        expected.deliveryMode = 2
        expected.headers = ["x-rafale-intended": .int64(42), "x-rafale-reason": .string("why")]
        #expect(BasicProperties(FailedMessage(message(bytes), reason: "why", column: nil)) == expected)
    }
}
