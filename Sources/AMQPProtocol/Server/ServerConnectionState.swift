/// The server's side of a connection: handshake, open, close (specification 2.2.4 and 1.4).
///
///     awaitingHeader ─► awaitingStartOk ─► authenticating ─► awaitingTuneOk ─► awaitingOpen ─► opening ─► open
///            │                │                  │                │                │                       │
///            └────────────────┴───────── closed ◄┴──── closing ◄──┴────────────────┴───────────────────────┘
///
/// Each event returns what the caller must do; nothing here reads a socket, a clock or a password file.
package struct ServerConnectionState: Sendable {
    /// What the server says of itself and offers to negotiate.
    package struct Offer: Sendable {
        package var serverProperties: FieldTable
        /// 0 for no limit but the protocol's.
        package var channelMax: UInt16
        package var frameMaxBytes: UInt32
        /// 0 for no heartbeats.
        package var heartbeatSeconds: UInt16

        /// An offer with these limits.
        package init(
            serverProperties: FieldTable, channelMax: UInt16, frameMaxBytes: UInt32, heartbeatSeconds: UInt16
        ) {
            self.serverProperties = serverProperties
            self.channelMax = channelMax
            self.frameMaxBytes = frameMaxBytes
            self.heartbeatSeconds = heartbeatSeconds
        }
    }

    /// What both sides agreed upon.
    package struct Tuning: Sendable, Equatable {
        package var channelMax: UInt16
        package var frameMaxBytes: UInt32
        package var heartbeatSeconds: UInt16

        /// The agreement of connection.tune and connection.tune-ok.
        package init(channelMax: UInt16, frameMaxBytes: UInt32, heartbeatSeconds: UInt16) {
            self.channelMax = channelMax
            self.frameMaxBytes = frameMaxBytes
            self.heartbeatSeconds = heartbeatSeconds
        }
    }

    /// What a client says it understands, from its properties.
    package struct ClientCapabilities: Sendable, Equatable {
        package var authenticationFailureClose = false
        package var connectionBlocked = false
        package var consumerCancelNotify = false
    }

    /// Where the connection stands.
    package enum Phase: Sendable, Equatable {
        case awaitingHeader, awaitingStartOk, authenticating, awaitingTuneOk, awaitingOpen, opening, open, closing
        case closed
    }

    package private(set) var phase = Phase.awaitingHeader
    package private(set) var capabilities = ClientCapabilities()
    package private(set) var tuning: Tuning
    package private(set) var mechanism = ""
    private let offer: Offer

    /// A connection whose first byte has not come yet.
    package init(offer: Offer) {
        self.offer = offer
        tuning = Tuning(channelMax: offer.channelMax, frameMaxBytes: AMQP.minimumFrameMaxBytes, heartbeatSeconds: 0)
    }
}

extension ServerConnectionState {
    /// What to do about the eight bytes that open a connection.
    package enum HeaderAction: Sendable, Equatable {
        case send(Method)
        /// The client speaks something else: answer with the header that is understood and close.
        case sendHeaderAndClose([UInt8])
    }

    /// The protocol header has come (specification 4.2.2).
    package mutating func received(header: some Collection<UInt8>) -> HeaderAction {
        guard phase == .awaitingHeader, header.elementsEqual(AMQP.protocolHeader) else {
            phase = .closed
            return .sendHeaderAndClose(AMQP.protocolHeader)
        }
        phase = .awaitingStartOk
        return .send(
            .connectionStart(
                ConnectionStart(
                    versionMajor: 0, versionMinor: 9, serverProperties: offer.serverProperties,
                    mechanisms: SASLResponse.mechanisms, locales: "en_US")))
    }

    /// What to do about a method on channel 0.
    package enum MethodAction: Sendable, Equatable {
        case ignore
        case send(Method)
        /// Check the user, then tell `authenticated()` or `refused(reason:)`.
        case authenticate(user: String, password: String)
        /// Frames may be as large as agreed from now on.
        case tuned(Tuning)
        /// Look for the virtual host, then tell `opened()` or `fail(_:)`.
        case openVirtualHost(String)
        /// The client closes: answer and close the socket.
        case sendAndCloseSocket(Method)
        case closeSocket
    }

    /// A method on channel 0 has come; throws what `fail(_:)` should be told.
    package mutating func received(_ method: Method) throws(WireError) -> MethodAction {
        switch (phase, method) {
        case (.closed, _): return .ignore
        case (.closing, .connectionCloseOk):
            phase = .closed
            return .closeSocket
        case (.awaitingHeader, _), (.closing, .connectionClose), (_, .connectionClose):
            phase = .closed
            return .sendAndCloseSocket(.connectionCloseOk)
        case (.closing, _): return .ignore
        case (.awaitingStartOk, .connectionStartOk(let startOk)): return try start(startOk)
        case (.awaitingTuneOk, .connectionTuneOk(let tuneOk)): return .tuned(try tune(tuneOk))
        case (.awaitingOpen, .connectionOpen(let open)):
            phase = .opening
            return .openVirtualHost(open.virtualHost)
        case (.open, .connectionUpdateSecret): return .send(.connectionUpdateSecretOk)
        default: throw WireError(.commandInvalid, "\(method.id) not expected now", method: method.id)
        }
    }

    private mutating func start(_ startOk: ConnectionStartOk) throws(WireError) -> MethodAction {
        if case .table(let table)? = startOk.clientProperties["capabilities"] {
            func has(_ name: String) -> Bool { table[name] == .bool(true) }
            capabilities.authenticationFailureClose = has("authentication_failure_close")
            capabilities.connectionBlocked = has("connection.blocked")
            capabilities.consumerCancelNotify = has("consumer_cancel_notify")
        }
        mechanism = startOk.mechanism
        let response = try SASLResponse(mechanism: startOk.mechanism, response: startOk.response)
        phase = .authenticating
        return .authenticate(user: response.user, password: response.password)
    }

    private mutating func tune(_ tuneOk: ConnectionTuneOk) throws(WireError) -> Tuning {
        func agree<T: UnsignedInteger>(_ name: String, offered: T, answered: T) throws(WireError) -> T {
            guard offered == 0 || answered == 0 || answered <= offered else {
                throw WireError(
                    .notAllowed,
                    "negotiated \(name) = \(answered) is higher than the maximum allowed value (\(offered))",
                    method: .connectionTuneOk)
            }
            if offered == 0 { return answered }
            return answered == 0 ? offered : answered
        }
        let frameMax = try agree("frame_max", offered: offer.frameMaxBytes, answered: tuneOk.frameMaxBytes)
        guard frameMax == 0 || frameMax >= AMQP.minimumFrameMaxBytes else {
            throw WireError(
                .notAllowed,
                "negotiated frame_max = \(frameMax) is lower than the minimum allowed value (\(AMQP.minimumFrameMaxBytes))",
                method: .connectionTuneOk)
        }
        let channelMax = try agree("channel_max", offered: offer.channelMax, answered: tuneOk.channelMax)
        // Heartbeats are the client's choice (specification 1.4.2.6): 0 asks for none.
        tuning = Tuning(
            channelMax: channelMax, frameMaxBytes: frameMax, heartbeatSeconds: tuneOk.heartbeatSeconds)
        phase = .awaitingOpen
        return tuning
    }

    /// User and password are right: what to send.
    package mutating func authenticated() -> Method {
        phase = .awaitingTuneOk
        return .connectionTune(
            ConnectionTune(
                channelMax: offer.channelMax, frameMaxBytes: offer.frameMaxBytes,
                heartbeatSeconds: offer.heartbeatSeconds))
    }

    /// User or password are wrong: what to send before closing, which older clients do not expect.
    package mutating func refused() -> FailureAction {
        fail(
            WireError(
                .accessRefused,
                "Login was refused using authentication mechanism \(mechanism). For details see the broker logfile."))
    }

    /// The virtual host is there: what to send.
    package mutating func opened() -> Method {
        phase = .open
        return .connectionOpenOk
    }

    /// What to do about an error of the whole connection.
    package enum FailureAction: Sendable, Equatable {
        /// Send, then ignore everything but connection.close-ok, for a bounded time.
        case sendClose(Method)
        /// Before a client is known to understand connection.close, closing the socket is all that can be said.
        case closeSocket
        case ignore
    }

    /// Something is wrong with the whole connection.
    package mutating func fail(_ error: WireError) -> FailureAction {
        switch phase {
        case .closed, .closing: return .ignore
        case .awaitingHeader, .awaitingStartOk:
            phase = .closed
            return .closeSocket
        case .authenticating where !capabilities.authenticationFailureClose:
            phase = .closed
            return .closeSocket
        case .authenticating, .awaitingTuneOk, .awaitingOpen, .opening, .open:
            phase = .closing
            return .sendClose(.connectionClose(ConnectionClose(error)))
        }
    }

    /// Whether a frame of a channel is welcome; false while closing, when it is to be ignored.
    package func acceptsChannelFrame() throws(WireError) -> Bool {
        switch phase {
        case .open: return true
        case .closing, .closed: return false
        default: throw WireError(.channelError, "frame of a channel before the connection is open")
        }
    }

    /// The socket is gone.
    package mutating func socketClosed() { phase = .closed }
}

extension ConnectionClose {
    /// The method that tells a peer of an error, its text cut to what a short string holds.
    package init(_ error: WireError) {
        self.init(
            replyCode: error.replyCode.rawValue, replyText: closeText(error.replyCode, error.text),
            failingClassID: error.method?.classID ?? 0, failingMethodID: error.method?.methodID ?? 0)
    }
}

extension ChannelClose {
    /// The method that tells a peer of an error on one channel, its text cut to what a short string holds.
    package init(_ code: ReplyCode, _ text: String, method: MethodID?) {
        self.init(
            replyCode: code.rawValue, replyText: closeText(code, text),
            failingClassID: method?.classID ?? 0, failingMethodID: method?.methodID ?? 0)
    }
}

/// "NOT_FOUND - no queue …", as RabbitMQ writes it, in at most 255 bytes of whole characters.
private func closeText(_ code: ReplyCode, _ text: String) -> String {
    var whole = code == .success ? text : "\(code) - \(text)"
    while whole.utf8.count > 255 { whole.removeLast() }
    return whole
}
