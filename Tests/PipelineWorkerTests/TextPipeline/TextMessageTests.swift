import Testing

@testable import PipelineWorker

@Suite("Text messages")
struct TextMessageTests {
    private static func decode(
        _ bytes: [UInt8], limits: TextMessage.Limits = .init()
    ) throws(Rejection) -> TextMessage {
        var outcome: Result<TextMessage, Rejection>?
        bytes.withUnsafeBytes { bytes in
            do throws(Rejection) {
                outcome = .success(try TextMessage(bytes, limits: limits))
            } catch {
                outcome = .failure(error)
            }
        }
        guard let outcome else { throw Rejection(.badJSON, "not decoded") }
        return try outcome.get()
    }

    private static func decode(_ text: String) throws(Rejection) -> TextMessage {
        try decode(Array(text.utf8))
    }

    @Test("an update has all its fields")
    func update() throws {
        let message = try Self.decode(Body.update("a-1", text: "Un café"))
        #expect(message.id == "a-1")
        #expect(message.userID == 7)
        #expect(message.timestamp == Array("2026-11-21T02:48:49.123Z".utf8))
        #expect(message.changedMilliseconds == 1_795_229_329_123)
        #expect(message.action == .update(text: Array("Un café".utf8)))
    }

    @Test(
        "user and timestamp may be missing or null, others may be there",
        arguments: [
            #"{"id":"a","text":"t","type":"update"}"#,
            #"{"type":"update","text":"t","timestamp":null,"user_id":null,"id":"a"}"#,
            #"{"id":"a","text":"t","type":"update","extra":{"id":["x"],"type":7},"more":[1,2]}"#,
            " \n{ \"id\" : \"a\" , \"text\" : \"t\" , \"type\" : \"update\" } ",
            #"{"\u0069d":"a","te\u0078t":"t","type":"up\u0064ate"}"#,
        ])
    func optional(_ text: String) throws {
        let message = try Self.decode(text)
        #expect(message.id == "a")
        #expect(message.userID == nil)
        #expect(message.timestamp == nil && message.changedMilliseconds == nil)
        #expect(message.action == .update(text: Array("t".utf8)))
    }

    @Test(
        "a delete needs its identifier and type alone",
        arguments: [Body.delete("a"), #"{"id":"a","type":"delete","text":5}"#])
    func delete(_ text: String) throws {
        #expect(try Self.decode(text).action == .delete)
    }

    @Test("of a member that is there twice the last counts")
    func lastWins() throws {
        let message = try Self.decode(#"{"id":5,"type":"delete","text":"x","id":"b","type":"update","text":"y"}"#)
        #expect(message.id == "b")
        #expect(message.action == .update(text: Array("y".utf8)))
    }

    @Test("an empty text is a text")
    func emptyText() throws {
        #expect(try Self.decode(Body.update("a", text: "")).action == .update(text: []))
    }

    @Test("an identifier keeps its escapes where it is written as JSON again")
    func escapedIdentifier() throws {
        let message = try Self.decode(#"{"id":"a\"\n\u00e9","type":"delete"}"#)
        #expect(message.id == "a\"\né")
        #expect(message.idAsJSON == Array(#"a\"\n\u00e9"#.utf8))
    }

    @Test(
        "what cannot be processed has its reason",
        arguments: [
            ("", Rejection.Reason.badJSON), ("{", .badJSON), ("hello", .badJSON),
            (#"{"id":"a","type":"delete"} x"#, .badJSON),
            (#"{"id":"a","type":"delete",}"#, .badJSON), (#"{"id":"\ud800","type":"delete"}"#, .badUTF8),
            ("[]", .notAnObject), ("\"text\"", .notAnObject), ("7", .notAnObject), ("null", .notAnObject),
            ("{}", .typeMissing), (#"{"id":"a","text":"t"}"#, .typeMissing), (#"{"id":"a","type":null}"#, .typeMissing),
            (#"{"id":"a","type":"rename"}"#, .typeUnknown), (#"{"id":"a","type":""}"#, .typeUnknown),
            (#"{"id":"a","type":"Update","text":"t"}"#, .typeUnknown), (#"{"id":"a","type":1}"#, .wrongKind),
            (#"{"type":"delete"}"#, .idMissing), (#"{"id":null,"type":"delete"}"#, .idMissing),
            (#"{"id":"","type":"delete"}"#, .idEmpty), (#"{"id":7,"type":"delete"}"#, .wrongKind),
            (#"{"id":"a","type":"update"}"#, .textMissing), (#"{"id":"a","type":"update","text":null}"#, .textMissing),
            (#"{"id":"a","type":"update","text":["t"]}"#, .wrongKind),
            (#"{"id":"a","type":"delete","user_id":"7"}"#, .wrongKind),
            (#"{"id":"a","type":"delete","user_id":1.5}"#, .wrongKind),
            (#"{"id":"a","type":"delete","user_id":9223372036854775808}"#, .wrongKind),
            (#"{"id":"a","type":"delete","timestamp":1700000000}"#, .wrongKind),
            (#"{"id":"a","type":"delete","timestamp":""}"#, .badTimestamp),
            (#"{"id":"a","type":"delete","timestamp":"yesterday"}"#, .badTimestamp),
            (#"{"id":"a","type":"update","text":"t","timestamp":"2026-02-31T02:48:49Z"}"#, .badTimestamp),
            (#"{"id":"\#(String(repeating: "x", count: 513))","type":"delete"}"#, .idTooLong),
        ])
    func rejected(_ text: String, _ reason: Rejection.Reason) {
        let rejection = #expect(throws: Rejection.self) { _ = try Self.decode(text) }
        #expect(rejection?.reason == reason)
        #expect(rejection?.detail.isEmpty == false)
    }

    @Test("bytes that are not UTF-8 have their reason")
    func badUTF8() {
        let bytes = Array(#"{"id":"a","type":"update","text":""#.utf8) + [0xFF] + Array(#""}"#.utf8)
        let rejection = #expect(throws: Rejection.self) { _ = try Self.decode(bytes) }
        #expect(rejection?.reason == .badUTF8)
        #expect(rejection?.column == bytes.count - 2)
    }

    @Test("a body is read up to its bound and no further")
    func tooLarge() throws {
        let body = Array(Body.update("a").utf8)
        _ = try Self.decode(body, limits: .init(bodyBytesMaximum: body.count))
        let rejection = #expect(throws: Rejection.self) {
            _ = try Self.decode(body, limits: .init(bodyBytesMaximum: body.count - 1))
        }
        #expect(rejection?.reason == .tooLarge)
    }

    @Test("an identifier is as long as it may be")
    func longestIdentifier() throws {
        let id = String(repeating: "é", count: 256)
        #expect(try Self.decode(Body.delete(id)).id == id)
    }
}
