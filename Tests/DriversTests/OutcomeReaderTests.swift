import AMQPProtocol
import NIOCore
import Testing

@testable import Drivers

@Suite struct JSONMemberTests {
    private func text(_ json: String, _ path: String...) -> String? {
        Array(json.utf8).withUnsafeBytes { bytes in
            JSONMember(path).text(in: bytes).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test(
        arguments: [
            #"{"id":"x"}"#, " {\n \"id\" : \"x\" }", #"{"a":1,"id":"x"}"#,
            #"{"a":{"id":"no","b":[1,{"id":"no"}]},"id":"x"}"#,
            #"{"a":"\"id\":\"no\"","id":"x"}"#, #"{"a":[],"b":{},"c":null,"d":-1.5e3,"e":true,"id":"x","id":"y"}"#,
            #"{"a":"é\\","id":"x"}"#, #"{"id":"x","truncated"#,
        ]) func findsTheFirstMemberOfThatName(json: String)
    {
        #expect(text(json, "id") == "x")
    }

    @Test(
        arguments: [
            "", "{", "{}", "[]", "\"id\"", "null", #"["id","x"]"#, #"{"id":5}"#, #"{"id":{"id":"x"}}"#, #"{"id":"x"#,
            #"{"ID":"x"}"#, #"{"a":"id"}"#, #"{"a":[[[[[[{"id":"x"}]]]]]]}"#, #"{"a" "id":"x"}"#, #"{"id"}"#,
            #"{"a":"\"#,
            "{\"a\":]", "{\"id\"::\"x\"}",
        ]) func whatIsNoTextOfThatNameGivesNothing(json: String)
    {
        #expect(text(json, "id") == nil)
    }

    @Test func namesLeadInwards() {
        let json = #"{"id":"no","meta":{"x":1,"source":{"y":[{}],"id":"yes"}}}"#
        #expect(text(json, "meta", "source", "id") == "yes")
        #expect(text(json, "meta", "id") == nil)
        #expect(text(json, "id", "meta") == nil)
    }

    @Test func everyPrefixOfADocumentIsReadWithoutHarm() {
        let enough = Array(#"{"a":{"b":["c\"",{"d":null}]},"id":"cafef00d-0000000000000001""#.utf8)
        let json = enough + Array(#","z":[]}"#.utf8)
        for length in 0...json.count {
            let found = json[..<length].withUnsafeBytes { JSONMember(["id"]).text(in: $0) != nil }
            #expect(found == (length >= enough.count), "\(length)")
        }
    }
}

@Suite struct OutcomeReaderTests {
    private let own = MessageID(run: RunID(rawValue: 0xCAFE_F00D), sequence: 77)
    private let other = MessageID(run: RunID(rawValue: 0xCAFE_F00D), sequence: 5)

    private func sequence(
        _ correlation: CollectorSettings.Correlation, messageID: MessageID? = nil, correlationID: MessageID? = nil,
        body: String = "", role: QueueRole = .processed, headers: FieldTable? = nil
    ) throws -> OutcomeStamps? {
        var properties = BasicProperties()
        properties.messageID = messageID?.description
        properties.correlationID = correlationID?.description
        properties.headers = headers
        var buffer = ByteBuffer()
        try buffer.writeFrame(Frame(channel: 1, .header(ContentHeader(bodyBytes: 3, properties: properties))))
        let bytes = Array(buffer.readableBytesView.dropFirst(7 + 2 + 2 + 8).dropLast())
        var reader = OutcomeReader(correlation)
        // Twice: what was learnt from the first must say the same of the second.
        _ = bytes.withUnsafeBytes { properties in
            Array(body.utf8).withUnsafeBytes { reader.read(RawProperties(properties), $0, role: role) }
        }
        return bytes.withUnsafeBytes { properties in
            Array(body.utf8).withUnsafeBytes { reader.read(RawProperties(properties), $0, role: role) }
        }
    }

    @Test func eachPropertyCountsWhereItIsMeant() throws {
        #expect(try sequence(.properties, messageID: own, correlationID: other)?.id == own)
        #expect(try sequence(.properties, correlationID: own)?.id == own)
        #expect(try sequence(.messageID, messageID: own, correlationID: other)?.id == own)
        #expect(try sequence(.messageID, correlationID: own) == nil)
        #expect(try sequence(.correlationID, messageID: other, correlationID: own)?.id == own)
        #expect(try sequence(.correlationID, messageID: own) == nil)
        #expect(try sequence(.properties) == nil)
    }

    @Test func aFieldOfTheBodyCountsBeforeTheProperties() throws {
        let body = #"{"id":"\#(own)"}"#
        #expect(try sequence(.field(["id"]), messageID: other, body: body)?.id == own)
        #expect(try sequence(.field(["id"]), messageID: own, body: #"{"id":"5"}"#) == nil)
        #expect(try sequence(.field(["id"]), messageID: own, body: "no JSON") == nil)
        let stamps = try sequence(.field(["id"]), body: body, headers: ["x-rafale-intended": .int64(9)])
        #expect(stamps == OutcomeStamps(id: own, intendedNanoseconds: 9))
    }

    @Test(arguments: [CollectorSettings.Correlation.correlationID, .messageID, .field(["id"])])
    func whatWasDeadLetteredSaysItInItsOwnProperties(correlation: CollectorSettings.Correlation) throws {
        #expect(try sequence(correlation, messageID: own, body: "{}", role: .failed)?.id == own)
    }
}
