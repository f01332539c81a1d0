import NIOCore
import Testing

@testable import AMQPProtocol

@Suite struct ContentAssemblerTests {
    let publish = Method.basicPublish(BasicPublish(exchange: "", routingKey: "q"))
    let ack = Method.basicAck(BasicAck(deliveryTag: 1))

    func header(_ bodyBytes: UInt64, classID: UInt16 = 60) -> Frame.Payload {
        .header(ContentHeader(classID: classID, bodyBytes: bodyBytes, properties: BasicProperties()))
    }

    func body(_ text: String) -> Frame.Payload { .body(ByteBuffer(string: text)) }

    func content(_ bodyBytes: UInt64, _ text: String) -> ContentAssembler.Event {
        .content(
            Content(
                method: publish, header: ContentHeader(bodyBytes: bodyBytes, properties: BasicProperties()),
                body: ByteBuffer(string: text)))
    }

    @Test func passesMethodsWithoutContent() throws {
        var assembler = ContentAssembler()
        #expect(try assembler.receive(.method(ack)) == .method(ack))
        #expect(assembler.isIdle)
    }

    @Test func joinsMethodHeaderAndBodies() throws {
        var assembler = ContentAssembler()
        for _ in 0..<2 {  // it is ready for the next message
            #expect(try assembler.receive(.method(publish)) == nil)
            #expect(!assembler.isIdle)
            #expect(try assembler.receive(header(6)) == nil)
            #expect(try assembler.receive(body("ab")) == nil)
            #expect(try assembler.receive(body("")) == nil)
            #expect(try assembler.receive(body("c")) == nil)
            #expect(try assembler.receive(body("def")) == content(6, "abcdef"))
            #expect(assembler.isIdle)
        }
    }

    @Test func completesWithoutBody() throws {
        var assembler = ContentAssembler()
        #expect(try assembler.receive(.method(publish)) == nil)
        #expect(try assembler.receive(header(0)) == content(0, ""))
        #expect(wireError { try assembler.receive(body("")) }?.replyCode == .unexpectedFrame)
    }

    @Test(arguments: [
        Method.basicReturn(BasicReturn(replyCode: 312, replyText: "NO_ROUTE", exchange: "", routingKey: "q")),
        .basicDeliver(BasicDeliver(consumerTag: "t", deliveryTag: 1, exchange: "", routingKey: "q")),
        .basicGetOk(BasicGetOk(deliveryTag: 1, exchange: "", routingKey: "q", messageCount: 0)),
    ])
    func knowsTheMethodsWithContent(method: Method) throws {
        var assembler = ContentAssembler()
        #expect(try assembler.receive(.method(method)) == nil)
        #expect(try assembler.receive(header(1)) == nil)
        guard case .content(let content) = try assembler.receive(body("x")) else {
            Issue.record("no content")
            return
        }
        #expect(content.method == method)
    }

    @Test func refusesFramesThatAreNotDue() throws {
        let all: [Frame.Payload] = [.method(ack), header(3), body("abc"), .heartbeat]
        // After those frames, all but the ones at these places are 505.
        let cases: [(before: [Frame.Payload], due: Set<Int>)] = [
            ([], [0]),
            ([.method(publish)], [1]),
            ([.method(publish), header(3)], [2]),
            ([.method(publish), header(3), body("a"), body("bc")], [0]),
        ]
        for (before, due) in cases {
            for (place, payload) in all.enumerated() {
                var assembler = ContentAssembler()
                for payload in before { _ = try assembler.receive(payload) }
                let error = wireError { try assembler.receive(payload) }
                #expect(error?.replyCode == (due.contains(place) ? nil : .unexpectedFrame))
            }
        }
    }

    @Test func refusesAHeaderOfAnotherClass() throws {
        var assembler = ContentAssembler()
        _ = try assembler.receive(.method(publish))
        let error = wireError { try assembler.receive(header(3, classID: 50)) }
        #expect(error?.replyCode == .unexpectedFrame)
        #expect(error?.text == "content header of class 50 where the content header of class 60 was due")
    }

    @Test func refusesMoreBodyThanAnnounced() throws {
        var assembler = ContentAssembler()
        _ = try assembler.receive(.method(publish))
        _ = try assembler.receive(header(3))
        _ = try assembler.receive(body("ab"))
        let error = wireError { try assembler.receive(body("cd")) }
        #expect(
            error == WireError(.frameError, "body frame of 2 bytes where 1 were left of it", method: .basicPublish))
        #expect(assembler.isIdle)
    }

    @Test func boundsTheAnnouncedBody() throws {
        for bytes in [11, UInt64(Int64.max), UInt64.max] {
            var assembler = ContentAssembler(maximumBodyBytes: 10)
            _ = try assembler.receive(.method(publish))
            let error = wireError { try assembler.receive(header(bytes)) }
            #expect(error?.replyCode == .contentTooLarge)
            #expect(error?.replyCode.isHard == false)
            #expect(assembler.isIdle)
        }
        var assembler = ContentAssembler(maximumBodyBytes: 10)
        _ = try assembler.receive(.method(publish))
        #expect(try assembler.receive(header(10)) == nil)
    }

    @Test func keepsABodyOfOneFrameAsASlice() throws {
        let read = ByteBuffer(string: "0123456789")
        let piece = try #require(read.getSlice(at: 2, length: 4))
        var assembler = ContentAssembler()
        _ = try assembler.receive(.method(publish))
        _ = try assembler.receive(header(4))
        guard case .content(let content) = try assembler.receive(.body(piece)) else {
            Issue.record("no content")
            return
        }
        let isShared = content.body.withUnsafeReadableBytes { body in
            piece.withUnsafeReadableBytes { $0.baseAddress == body.baseAddress }
        }
        #expect(isShared)
    }
}
