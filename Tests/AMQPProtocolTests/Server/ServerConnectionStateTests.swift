import Testing

@testable import AMQPProtocol

@Suite struct ServerConnectionStateTests {
    static let offer = ServerConnectionState.Offer(
        serverProperties: ["product": .string("test")], channelMax: 100, frameMaxBytes: 131_072, heartbeatSeconds: 60)

    static func startOk(
        _ mechanism: String = "PLAIN", _ response: String = "\0me\0secret", failureClose: Bool = true
    ) -> Method {
        .connectionStartOk(
            ConnectionStartOk(
                clientProperties: [
                    "capabilities": .table([
                        "authentication_failure_close": .bool(failureClose), "connection.blocked": .bool(true),
                    ])
                ], mechanism: mechanism, response: Array(response.utf8), locale: "en_US"))
    }

    static func tuneOk(_ channels: UInt16 = 10, _ frame: UInt32 = 8192, _ heartbeat: UInt16 = 5) -> Method {
        .connectionTuneOk(
            ConnectionTuneOk(channelMax: channels, frameMaxBytes: frame, heartbeatSeconds: heartbeat))
    }

    static let open = Method.connectionOpen(ConnectionOpen(virtualHost: "/"))
    static let close = Method.connectionClose(
        ConnectionClose(replyCode: 200, replyText: "", failingClassID: 0, failingMethodID: 0))

    /// A connection in that phase.
    static func state(_ phase: ServerConnectionState.Phase) throws -> ServerConnectionState {
        var state = ServerConnectionState(offer: offer)
        if phase == .awaitingHeader { return state }
        _ = state.received(header: AMQP.protocolHeader)
        if phase == .awaitingStartOk { return state }
        _ = try state.received(startOk())
        if phase == .authenticating { return state }
        _ = state.authenticated()
        if phase == .awaitingTuneOk { return state }
        _ = try state.received(tuneOk())
        if phase == .awaitingOpen { return state }
        _ = try state.received(open)
        if phase == .opening { return state }
        _ = state.opened()
        if phase == .closing { _ = state.fail(WireError(.internalError, "test")) }
        if phase == .closed { state.socketClosed() }
        #expect(state.phase == phase)
        return state
    }

    /// The bytes of the specification, 4.2.2.
    static let header = wire("\"AMQP\" 00 00 09 01")

    @Test func theHeaderIsThatOfTheSpecification() {
        #expect(AMQP.protocolHeader == Self.header)
        var state = ServerConnectionState(offer: Self.offer)
        guard case .send(.connectionStart) = state.received(header: Self.header) else {
            return #expect(Bool(false), "no connection.start")
        }
        #expect(state.received(header: Self.header) == .sendHeaderAndClose(Self.header), "a second one")
    }

    @Test(arguments: [
        "\"AMQP\" 01 01 00 09", "\"AMQP\" 03 01 00 00", "\"AMQP\" 00 00 09 00", "\"AMQP\"", "\"GET / HT\"",
    ])
    func anyOtherHeaderIsAnsweredWithOurs(hex: String) {
        var state = ServerConnectionState(offer: Self.offer)
        #expect(state.received(header: wire(hex)) == .sendHeaderAndClose(Self.header))
        #expect(state.phase == .closed)
    }

    @Test func theWholeHandshake() throws {
        var state = ServerConnectionState(offer: Self.offer)
        guard case .send(.connectionStart(let start)) = state.received(header: AMQP.protocolHeader) else {
            return #expect(Bool(false), "no connection.start")
        }
        #expect(start.mechanisms == "PLAIN AMQPLAIN" && start.serverProperties["product"] == .string("test"))
        #expect(try state.received(Self.startOk()) == .authenticate(user: "me", password: "secret"))
        #expect(state.capabilities.authenticationFailureClose && state.capabilities.connectionBlocked)
        #expect(!state.capabilities.consumerCancelNotify)
        #expect(
            state.authenticated()
                == .connectionTune(ConnectionTune(channelMax: 100, frameMaxBytes: 131_072, heartbeatSeconds: 60)))
        #expect(
            try state.received(Self.tuneOk())
                == .tuned(.init(channelMax: 10, frameMaxBytes: 8192, heartbeatSeconds: 5)))
        #expect(try state.received(Self.open) == .openVirtualHost("/"))
        #expect(state.opened() == .connectionOpenOk)
        #expect(try state.acceptsChannelFrame())
    }

    @Test(arguments: [
        ServerConnectionState.Phase.awaitingStartOk, .authenticating, .awaitingTuneOk, .awaitingOpen, .opening, .open,
    ])
    func methodsOutOfTurnAreErrors(phase: ServerConnectionState.Phase) throws {
        let expected: [ServerConnectionState.Phase: MethodID] = [
            .awaitingStartOk: .connectionStartOk, .awaitingTuneOk: .connectionTuneOk, .awaitingOpen: .connectionOpen,
        ]
        for method in [Self.startOk(), Self.tuneOk(), Self.open, .channelOpen, .connectionCloseOk, .connectionOpenOk]
        where method.id != expected[phase] {
            var state = try Self.state(phase)
            let error = #expect(throws: WireError.self) { try state.received(method) }
            #expect(error?.replyCode == .commandInvalid && error?.method == method.id)
        }
    }

    @Test(arguments: [
        ServerConnectionState.Phase.awaitingStartOk, .authenticating, .awaitingTuneOk, .awaitingOpen, .opening, .open,
        .closing,
    ])
    func aClientMayCloseAtAnyTime(phase: ServerConnectionState.Phase) throws {
        var state = try Self.state(phase)
        #expect(try state.received(Self.close) == .sendAndCloseSocket(.connectionCloseOk))
        #expect(state.phase == .closed)
        #expect(try state.received(Self.close) == .ignore)
    }

    @Test func whileClosingOnlyTheAnswerCounts() throws {
        var state = try Self.state(.closing)
        #expect(try state.received(Self.open) == .ignore)
        #expect(try !state.acceptsChannelFrame())
        #expect(state.fail(WireError(.frameError, "again")) == .ignore)
        #expect(try state.received(.connectionCloseOk) == .closeSocket)
        #expect(try !state.acceptsChannelFrame())
    }

    @Test(arguments: [
        (ServerConnectionState.Phase.awaitingHeader, false), (.awaitingStartOk, false), (.authenticating, true),
        (.awaitingTuneOk, true), (.awaitingOpen, true), (.opening, true), (.open, true),
    ])
    func errorsAreToldOnceAClientIsKnownToUnderstand(phase: ServerConnectionState.Phase, isTold: Bool) throws {
        var state = try Self.state(phase)
        let action = state.fail(WireError(.frameError, "why", method: .connectionOpen))
        let told = Method.connectionClose(
            ConnectionClose(replyCode: 501, replyText: "FRAME_ERROR - why", failingClassID: 10, failingMethodID: 40))
        #expect(action == (isTold ? .sendClose(told) : .closeSocket))
        #expect(state.phase == (isTold ? .closing : .closed))
    }

    @Test func aRefusedLoginIsToldToThoseWhoUnderstand() throws {
        for understands in [true, false] {
            var state = try Self.state(.awaitingStartOk)
            _ = try state.received(Self.startOk(failureClose: understands))
            switch state.refused() {
            case .sendClose(.connectionClose(let close)):
                #expect(understands && close.replyCode == 403)
                #expect(
                    close.replyText
                        == "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile."
                )
            case .closeSocket: #expect(!understands)
            default: #expect(Bool(false))
            }
        }
    }

    @Test(arguments: [
        (UInt16(0), UInt32(0), UInt16(0), UInt16(100), UInt32(131_072), UInt16(0)),
        (50, 4096, 300, 50, 4096, 300), (100, 131_072, 60, 100, 131_072, 60),
    ])
    func tuningAgrees(
        channels: UInt16, frame: UInt32, heartbeat: UInt16, agreedChannels: UInt16, agreedFrame: UInt32,
        agreedHeartbeat: UInt16
    ) throws {
        var state = try Self.state(.awaitingTuneOk)
        #expect(
            try state.received(Self.tuneOk(channels, frame, heartbeat))
                == .tuned(
                    .init(
                        channelMax: agreedChannels, frameMaxBytes: agreedFrame, heartbeatSeconds: agreedHeartbeat)))
    }

    @Test(arguments: [(UInt16(101), UInt32(8192)), (10, 131_073), (10, 4095)])
    func tuningBeyondTheOfferIsRefused(channels: UInt16, frame: UInt32) throws {
        var state = try Self.state(.awaitingTuneOk)
        let error = #expect(throws: WireError.self) { try state.received(Self.tuneOk(channels, frame)) }
        #expect(error?.replyCode == .notAllowed)
    }

    @Test(arguments: [
        ("PLAIN", "\0me\0pass\0word", "me", "pass\0word"), ("PLAIN", "other\0me\0p", "me", "p"),
        ("AMQPLAIN", "\u{5}LOGINS\0\0\0\u{2}me\u{8}PASSWORDS\0\0\0\u{1}p", "me", "p"),
    ])
    func mechanisms(mechanism: String, response: String, user: String, password: String) throws {
        let read = try SASLResponse(mechanism: mechanism, response: Array(response.utf8))
        #expect(read.user == user && read.password == password)
    }

    @Test(arguments: [
        ("PLAIN", "", ReplyCode.syntaxError), ("PLAIN", "me", .syntaxError), ("PLAIN", "\0me", .syntaxError),
        ("AMQPLAIN", "", .syntaxError), ("AMQPLAIN", "\u{5}LOGINS\0\0\0\u{2}me", .syntaxError),
        ("AMQPLAIN", "\u{5}LOGINS\0\0\0\u{9}me", .frameError), ("EXTERNAL", "", .commandInvalid),
    ])
    func brokenResponses(mechanism: String, response: String, code: ReplyCode) {
        let error = #expect(throws: WireError.self) {
            try SASLResponse(mechanism: mechanism, response: Array(response.utf8))
        }
        #expect(error?.replyCode == code)
    }

    @Test func framesOfChannelsComeAfterTheHandshake() throws {
        for phase in [ServerConnectionState.Phase.awaitingStartOk, .awaitingTuneOk, .awaitingOpen, .opening] {
            let state = try Self.state(phase)
            let error = #expect(throws: WireError.self) { try state.acceptsChannelFrame() }
            #expect(error?.replyCode == .channelError)
        }
    }

    @Test func longTextsAreCutAtWholeCharacters() {
        let close = ConnectionClose(WireError(.syntaxError, String(repeating: "é", count: 300)))
        #expect(close.replyText.utf8.count <= 255 && close.replyText.hasSuffix("é"))
    }
}
