import AMQPProtocol
import Testing

@Suite struct ClientConnectionStateTests {
    private static let start = Method.connectionStart(
        ConnectionStart(
            versionMajor: 0, versionMinor: 9, serverProperties: ["product": .string("Test")],
            mechanisms: "AMQPLAIN PLAIN", locales: "en_US"))
    private static let tune = Method.connectionTune(
        ConnectionTune(channelMax: 2047, frameMaxBytes: 131_072, heartbeatSeconds: 60))
    private static let closedByServer = ConnectionClose(
        replyCode: 320, replyText: "CONNECTION_FORCED - bye", failingClassID: 0, failingMethodID: 0)

    private func fresh(
        limits: ConnectionLimits = ConnectionLimits(channelMax: 0, frameMaxBytes: 0, heartbeatSeconds: 0)
    ) -> ClientConnectionState {
        ClientConnectionState(
            offer: ClientConnectionState.Offer(
                mechanism: "PLAIN", response: [0, 1, 0, 2], virtualHost: "/orders", limits: limits))
    }

    /// A state machine brought to that phase.
    private func state(in phase: ClientConnectionState.Phase) throws -> ClientConnectionState {
        var state = fresh()
        if phase == .awaitingStart { return state }
        _ = try state.received(Self.start)
        if phase == .awaitingTune { return state }
        _ = try state.received(Self.tune)
        if phase == .awaitingOpenOk { return state }
        _ = try state.received(.connectionOpenOk)
        if phase == .open { return state }
        _ = state.close()
        if phase == .closing { return state }
        _ = try state.received(.connectionCloseOk)
        return state
    }

    @Test func shakesHands() throws {
        var state = fresh()
        guard case .send(.connectionStartOk(let startOk)) = try state.received(Self.start) else {
            Issue.record("no start-ok")
            return
        }
        #expect(startOk.mechanism == "PLAIN")
        #expect(startOk.response == [0, 1, 0, 2])
        #expect(startOk.locale == "en_US")
        #expect(state.serverProperties["product"]?.string == "Test")
        let limits = ConnectionLimits(channelMax: 2047, frameMaxBytes: 131_072, heartbeatSeconds: 60)
        #expect(
            try state.received(Self.tune)
                == .sendTuneOkAndOpen(
                    ConnectionTuneOk(channelMax: 2047, frameMaxBytes: 131_072, heartbeatSeconds: 60),
                    ConnectionOpen(virtualHost: "/orders"), limits: limits))
        #expect(try state.received(.connectionOpenOk) == .opened)
        #expect(state.phase == .open)
    }

    @Test func answersAChallenge() throws {
        var state = try state(in: .awaitingTune)
        #expect(
            try state.received(.connectionSecure(ConnectionSecure(challenge: [9])))
                == .send(.connectionSecureOk(ConnectionSecureOk(response: [0, 1, 0, 2]))))
        #expect(state.phase == .awaitingTune)
    }

    @Test(arguments: [
        (UInt16(0), UInt16(0), UInt16.max), (0, 7, 7), (7, 0, 7), (5, 7, 5), (7, 5, 5),
    ]) func theLowerChannelLimitCountsAndZeroIsNone(ours: UInt16, theirs: UInt16, negotiated: UInt16) throws {
        var state = fresh(limits: ConnectionLimits(channelMax: ours, frameMaxBytes: 0, heartbeatSeconds: 0))
        _ = try state.received(Self.start)
        let tune = ConnectionTune(channelMax: theirs, frameMaxBytes: 0, heartbeatSeconds: 0)
        guard case .sendTuneOkAndOpen(let tuneOk, _, let limits) = try state.received(.connectionTune(tune)) else {
            Issue.record("no tune-ok")
            return
        }
        #expect(tuneOk.channelMax == negotiated)
        #expect(limits == ConnectionLimits(channelMax: negotiated, frameMaxBytes: 0, heartbeatSeconds: 0))
    }

    @Test(arguments: [
        (UInt32(0), UInt32(0), UInt32(0)), (0, 8192, 8192), (4096, 131_072, 4096), (131_072, 4096, 4096),
    ]) func theLowerFrameAndHeartbeatLimitsCount(ours: UInt32, theirs: UInt32, negotiated: UInt32) throws {
        var state = fresh(
            limits: ConnectionLimits(channelMax: 1, frameMaxBytes: ours, heartbeatSeconds: UInt16(ours / 4096)))
        _ = try state.received(Self.start)
        let tune = ConnectionTune(channelMax: 1, frameMaxBytes: theirs, heartbeatSeconds: UInt16(theirs / 4096))
        guard case .sendTuneOkAndOpen(_, _, let limits) = try state.received(.connectionTune(tune)) else {
            Issue.record("no tune-ok")
            return
        }
        #expect(limits.frameMaxBytes == negotiated)
        #expect(limits.heartbeatSeconds == UInt16(negotiated / 4096))
    }

    @Test func refusesAServerWithoutOurMechanism() throws {
        var state = fresh()
        let start = ConnectionStart(
            versionMajor: 0, versionMinor: 9, serverProperties: FieldTable(), mechanisms: "EXTERNAL", locales: "en_US")
        #expect(try state.received(.connectionStart(start)) == .mechanismRefused(offered: "EXTERNAL"))
        #expect(state.phase == .closed)
    }

    @Test func refusesAnotherVersion() {
        var state = fresh()
        let start = ConnectionStart(
            versionMajor: 0, versionMinor: 8, serverProperties: FieldTable(), mechanisms: "PLAIN", locales: "en_US")
        #expect(throws: WireError.self) { try state.received(.connectionStart(start)) }
    }

    @Test func passesOnBlockedAndSecretUpdated() throws {
        var state = try state(in: .open)
        #expect(
            try state.received(.connectionBlocked(ConnectionBlocked(reason: "low on memory")))
                == .blocked(reason: "low on memory"))
        #expect(try state.received(.connectionUnblocked) == .unblocked)
        #expect(try state.received(.connectionUpdateSecretOk) == .secretUpdated)
    }

    @Test(arguments: [
        ClientConnectionState.Phase.awaitingStart, .awaitingTune, .awaitingOpenOk, .open, .closing,
    ]) func theServerMayCloseAtAnyTime(phase: ClientConnectionState.Phase) throws {
        var state = try state(in: phase)
        #expect(
            try state.received(.connectionClose(Self.closedByServer))
                == .closedByServer(Self.closedByServer, during: phase))
        #expect(state.phase == .closed)
        #expect(state.close() == .ignore)
    }

    @Test func closesInOrder() throws {
        var state = try state(in: .open)
        guard case .send(.connectionClose(let close)) = state.close() else {
            Issue.record("no close")
            return
        }
        #expect(close.replyCode == 200)
        #expect(state.close() == .ignore)
        #expect(try state.received(.connectionBlocked(ConnectionBlocked(reason: ""))) == .ignore)
        #expect(try state.received(.connectionCloseOk) == .closed)
        #expect(try state.received(Self.start) == .ignore)
        #expect(state.socketClosed() == .closed)
    }

    @Test func closingBeforeTheServerSpokeJustEnds() {
        var state = fresh()
        #expect(state.close() == .closed)
        #expect(state.phase == .closed)
    }

    @Test func closesDuringTheHandshake() throws {
        for phase in [ClientConnectionState.Phase.awaitingTune, .awaitingOpenOk] {
            var state = try state(in: phase)
            guard case .send(.connectionClose) = state.close(.frameError, "bad frame") else {
                Issue.record("no close in \(phase)")
                return
            }
            #expect(state.phase == .closing)
        }
    }

    @Test func saysInWhichPhaseTheSocketEnded() throws {
        var state = try state(in: .awaitingTune)
        #expect(state.socketClosed() == .awaitingTune)
        #expect(state.socketClosed() == .closed)
    }

    /// Everything else a server might send is refused with 503, in each phase.
    @Test func refusesWhatIsNotDue() throws {
        let due: [ClientConnectionState.Phase: [Method]] = [
            .awaitingStart: [Self.start], .awaitingTune: [Self.tune], .awaitingOpenOk: [.connectionOpenOk],
            .open: [.connectionUnblocked, .connectionUpdateSecretOk],
        ]
        let candidates: [Method] = [
            Self.start, Self.tune, .connectionOpenOk, .connectionCloseOk, .connectionUnblocked,
            .connectionUpdateSecretOk, .channelOpenOk, .basicQosOk, .connectionOpen(ConnectionOpen(virtualHost: "/")),
        ]
        for (phase, legal) in due {
            for method in candidates where !legal.contains(method) {
                var state = try state(in: phase)
                #expect(throws: WireError.self, "\(method.id) in \(phase)") { try state.received(method) }
            }
        }
    }
}
