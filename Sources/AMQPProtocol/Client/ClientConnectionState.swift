/// The client's side of channel 0: handshake, limits, blocked, close (specification 2.2.4, 4.2.2).
///
///     awaitingStart ─start─► awaitingTune ─tune─► awaitingOpenOk ─open-ok─► open
///           │ (secure is answered in awaitingTune)        │                   │ close()
///           └────────────── server's close ───────────────┴──► closed ◄─close-ok─ closing
package struct ClientConnectionState: Sendable {
    /// What the client brings to the handshake.
    package struct Offer: Sendable {
        package var mechanism: String
        package var response: [UInt8]
        package var virtualHost: String
        package var clientProperties: FieldTable
        /// Each 0 leaves the choice to the server.
        package var limits: ConnectionLimits

        package init(
            mechanism: String, response: [UInt8], virtualHost: String, clientProperties: FieldTable = FieldTable(),
            limits: ConnectionLimits
        ) {
            self.mechanism = mechanism
            self.response = response
            self.virtualHost = virtualHost
            self.clientProperties = clientProperties
            self.limits = limits
        }
    }

    /// What a method on channel 0 asks of the connection.
    package enum Action: Sendable, Equatable {
        case send(Method)
        /// Send both in this order; from here on the limits hold.
        case sendTuneOkAndOpen(ConnectionTuneOk, ConnectionOpen, limits: ConnectionLimits)
        case opened
        /// The server offers none of our mechanism: end the socket.
        case mechanismRefused(offered: String)
        case blocked(reason: String)
        case unblocked
        case secretUpdated
        /// Send close-ok, then end the socket.
        case closedByServer(ConnectionClose, during: Phase)
        /// Our own close was answered: end the socket.
        case closed
        case ignore
    }

    /// Where in its life the connection is.
    package enum Phase: Sendable, Equatable {
        case awaitingStart
        case awaitingTune
        case awaitingOpenOk
        case open
        case closing
        case closed
    }

    package private(set) var phase = Phase.awaitingStart
    package private(set) var serverProperties = FieldTable()
    private let offer: Offer

    package init(offer: Offer) { self.offer = offer }

    /// Takes a method of the server's on channel 0 and says what follows from it.
    package mutating func received(_ method: Method) throws(WireError) -> Action {
        switch (phase, method) {
        case (.closed, _): return .ignore
        case (_, .connectionClose(let close)):
            let before = phase
            phase = .closed
            return .closedByServer(close, during: before)
        case (.closing, .connectionCloseOk):
            phase = .closed
            return .closed
        case (.closing, _): return .ignore
        case (.awaitingStart, .connectionStart(let start)): return try started(start)
        case (.awaitingTune, .connectionSecure):
            return .send(.connectionSecureOk(ConnectionSecureOk(response: offer.response)))
        case (.awaitingTune, .connectionTune(let tune)): return tuned(tune)
        case (.awaitingOpenOk, .connectionOpenOk):
            phase = .open
            return .opened
        case (.open, .connectionBlocked(let blocked)): return .blocked(reason: blocked.reason)
        case (.open, .connectionUnblocked): return .unblocked
        case (.open, .connectionUpdateSecretOk): return .secretUpdated
        default:
            throw WireError(.commandInvalid, "\(method.id) from the server while \(phase)", method: method.id)
        }
    }

    /// Whether a close can be sent in an orderly way; if not, just end the socket.
    package mutating func close(_ code: ReplyCode = .success, _ text: String = "Goodbye") -> Action {
        switch phase {
        case .awaitingTune, .awaitingOpenOk, .open:
            phase = .closing
            return .send(
                .connectionClose(
                    ConnectionClose(
                        replyCode: code.rawValue, replyText: String(text.prefix(200)), failingClassID: 0,
                        failingMethodID: 0)))
        case .awaitingStart:
            phase = .closed
            return .closed
        case .closing, .closed: return .ignore
        }
    }

    /// The socket has ended; says in which phase that hit us.
    package mutating func socketClosed() -> Phase {
        defer { phase = .closed }
        return phase
    }

    private mutating func started(_ start: ConnectionStart) throws(WireError) -> Action {
        guard start.versionMajor == 0, start.versionMinor == 9 else {
            throw WireError(
                .notImplemented, "the server speaks AMQP \(start.versionMajor)-\(start.versionMinor), not 0-9")
        }
        serverProperties = start.serverProperties
        guard start.mechanisms.split(separator: " ").contains(Substring(offer.mechanism)) else {
            phase = .closed
            return .mechanismRefused(offered: start.mechanisms)
        }
        phase = .awaitingTune
        return .send(
            .connectionStartOk(
                ConnectionStartOk(
                    clientProperties: offer.clientProperties, mechanism: offer.mechanism, response: offer.response,
                    locale: start.locales.split(separator: " ").first.map(String.init) ?? "en_US")))
    }

    private mutating func tuned(_ tune: ConnectionTune) -> Action {
        phase = .awaitingOpenOk
        let limits = offer.limits.negotiated(with: tune)
        let tuneOk = ConnectionTuneOk(
            channelMax: limits.channelMax, frameMaxBytes: limits.frameMaxBytes,
            heartbeatSeconds: limits.heartbeatSeconds)
        return .sendTuneOkAndOpen(tuneOk, ConnectionOpen(virtualHost: offer.virtualHost), limits: limits)
    }
}

/// The limits both sides keep once they are negotiated (specification 1.4.2.6).
package struct ConnectionLimits: Sendable, Equatable {
    /// The highest channel number; 0 before negotiation means any.
    package var channelMax: UInt16
    /// The largest frame in bytes, all of it counted; 0 means any.
    package var frameMaxBytes: UInt32
    /// 0 means no heartbeats.
    package var heartbeatSeconds: UInt16

    package init(channelMax: UInt16, frameMaxBytes: UInt32, heartbeatSeconds: UInt16) {
        self.channelMax = channelMax
        self.frameMaxBytes = frameMaxBytes
        self.heartbeatSeconds = heartbeatSeconds
    }

    /// The lower of both sides' values where both have one, else the one that is there.
    func negotiated(with tune: ConnectionTune) -> ConnectionLimits {
        func lower<T: UnsignedInteger>(_ ours: T, _ theirs: T) -> T {
            ours == 0 || theirs == 0 ? max(ours, theirs) : min(ours, theirs)
        }
        let channels = lower(channelMax, tune.channelMax)
        return ConnectionLimits(
            channelMax: channels == 0 ? .max : channels,
            frameMaxBytes: lower(frameMaxBytes, tune.frameMaxBytes),
            heartbeatSeconds: lower(heartbeatSeconds, tune.heartbeatSeconds))
    }
}
