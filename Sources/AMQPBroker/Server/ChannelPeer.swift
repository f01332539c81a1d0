import AMQPProtocol

/// What a connection knows of one of its channels.
struct ChannelPeer {
    var state = ServerChannelState()
    /// Nil while the host knows no such channel.
    var id: ChannelID?
    /// The message that is coming in.
    var incoming: IncomingMessage?
    /// What the last basic.publish said: most say the same as the one before.
    var lastPublish = LastPublish()

    /// Forgets what the host knew.
    mutating func forget() {
        id = nil
        incoming = nil
        lastPublish = LastPublish()
    }
}

/// A message between its basic.publish and the end of its body.
struct IncomingMessage {
    let route: Route
    let mandatory: Bool
    /// Nil until its content header has come.
    var message: Message?
    var filledBytes = 0
}

/// The bytes of a basic.publish and the route they meant.
struct LastPublish {
    private var payload: [UInt8] = []
    private(set) var route: Route?
    private(set) var mandatory = false

    /// The route, where these are the same bytes again.
    func route(for payload: UnsafeRawBufferPointer) -> Route? {
        guard let route, self.payload.withUnsafeBytes({ $0.isEqual(to: payload) }) else { return nil }
        return route
    }

    mutating func set(_ payload: UnsafeRawBufferPointer, _ route: Route, mandatory: Bool) {
        self.payload = Array(payload)
        self.route = route
        self.mandatory = mandatory
    }
}
