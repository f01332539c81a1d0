import Testing

@testable import AMQPProtocol

@Suite struct ServerChannelStateTests {
    private func header(_ bodyBytes: UInt64, classID: UInt16 = 60) throws -> RawContentHeader {
        var bytes: [UInt8] = [UInt8(classID >> 8), UInt8(classID & 0xFF), 0, 0]
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: bodyBytes >> UInt64(shift)))
        }
        bytes += [0, 0]
        return try bytes.withUnsafeBytes { try RawContentHeader($0) }
    }

    private func open() throws -> ServerChannelState {
        var state = ServerChannelState()
        #expect(try state.received(.channelOpen) == .open)
        return state
    }

    private func code(_ body: () throws -> Void) -> ReplyCode? {
        do { try body() } catch { return (error as? WireError)?.replyCode }
        return nil
    }

    @Test func aChannelOpensWorksAndCloses() throws {
        var state = try open()
        #expect(try state.received(.queueDeclare) == .handle)
        #expect(try state.received(.channelClose) == .close)
        #expect(state.phase == .unopened)
        #expect(try state.received(.channelOpen) == .open)
    }

    @Test func nothingComesBeforeOpenAndOpenOnce() throws {
        var state = ServerChannelState()
        #expect(code { _ = try state.received(.basicGet) } == .channelError)
        #expect(code { _ = try state.receivedPublish() } == .channelError)
        #expect(code { _ = try state.receivedHeader(header(1)) } == .channelError)
        #expect(code { _ = try state.receivedBody(bytes: 1) } == .channelError)
        var opened = try open()
        #expect(code { _ = try opened.received(.channelOpen) } == .channelError)
    }

    @Test func answersToNothingAreIgnored() throws {
        var state = try open()
        for id in [MethodID.channelCloseOk, .channelFlowOk, .basicCancelOk] {
            #expect(try state.received(id) == .ignore)
        }
    }

    @Test func contentComesInOrder() throws {
        var state = try open()
        #expect(try state.receivedPublish())
        #expect(try state.receivedHeader(header(3)) == false)
        #expect(try state.receivedBody(bytes: 1) == false)
        #expect(try state.receivedBody(bytes: 0) == false)
        #expect(try state.receivedBody(bytes: 2) == true)
        #expect(try state.receivedPublish())
        #expect(try state.receivedHeader(header(0)) == true)
        #expect(state.content == .none)
    }

    @Test func contentOutOfOrderIsAnError() throws {
        let fresh = try open()
        var state = fresh
        #expect(code { _ = try state.receivedHeader(header(1)) } == .unexpectedFrame)
        state = fresh
        #expect(code { _ = try state.receivedBody(bytes: 1) } == .unexpectedFrame)
        var publishing = fresh
        _ = try publishing.receivedPublish()
        state = publishing
        #expect(code { _ = try state.receivedPublish() } == .unexpectedFrame)
        state = publishing
        #expect(code { _ = try state.received(.basicGet) } == .unexpectedFrame)
        state = publishing
        #expect(code { _ = try state.receivedBody(bytes: 1) } == .unexpectedFrame)
        state = publishing
        #expect(code { _ = try state.receivedHeader(header(1, classID: 10)) } == .unexpectedFrame)
        _ = try publishing.receivedHeader(header(5))
        state = publishing
        #expect(code { _ = try state.receivedHeader(header(5)) } == .unexpectedFrame)
        state = publishing
        #expect(code { _ = try state.received(.channelClose) } == .unexpectedFrame)
        state = publishing
        #expect(code { _ = try state.receivedBody(bytes: 6) } == .frameError)
    }

    @Test func aRefusedChannelHearsOnlyItsEnd() throws {
        var state = try open()
        _ = try state.receivedPublish()
        state.failed()
        #expect(try state.receivedHeader(header(5)) == nil)
        #expect(try state.receivedBody(bytes: 5) == nil)
        #expect(try state.receivedPublish() == false)
        #expect(try state.received(.basicGet) == .ignore)
        #expect(try state.received(.channelClose) == .close)
        #expect(state.phase == .closing)
        #expect(try state.received(.channelCloseOk) == .forget)
        #expect(try state.received(.channelOpen) == .open)
    }
}
