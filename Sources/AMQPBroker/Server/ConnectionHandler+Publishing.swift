import AMQPProtocol
import NIOCore

// The hot path in: basic.publish, content header, content body, acks.

extension ConnectionHandler {
    /// One frame of a channel.
    func handle(_ frame: RawFrame, onChannel number: Int) throws(ChannelFailure) {
        switch frame.type {
        case .body: try body(frame, onChannel: number)
        case .header: try header(frame, onChannel: number)
        case .heartbeat: break
        case .method:
            guard let id = frame.methodID else {
                throw .wire(WireError(.frameError, "method frame of \(frame.payload.count) bytes"))
            }
            switch id {
            case .basicPublish: try publish(frame, onChannel: number)
            case .basicAck, .basicNack, .basicReject: try settle(frame, id, onChannel: number)
            default: try method(frame, id, onChannel: number)
            }
        }
    }

    private func publish(_ frame: RawFrame, onChannel number: Int) throws(ChannelFailure) {
        guard try wire({ () throws(WireError) in try peers[number].state.receivedPublish() }) else { return }
        if let route = peers[number].lastPublish.route(for: frame.payload) {
            try refusing(.basicPublish) { () throws(Refusal) in try core.host.refresh(route) }
            peers[number].incoming = IncomingMessage(route: route, mandatory: peers[number].lastPublish.mandatory)
            return
        }
        let publish = try wire { () throws(WireError) in try RawPublish(frame.payload) }
        if publish.immediate { throw .refusal(Refusal(.notImplemented, "immediate=true"), .basicPublish) }
        let route = try refusing(.basicPublish) { () throws(Refusal) in
            try core.host.route(exchange: publish.exchange, routingKey: publish.routingKey)
        }
        noteFirstPublish()
        peers[number].lastPublish.set(frame.payload, route, mandatory: publish.mandatory)
        peers[number].incoming = IncomingMessage(route: route, mandatory: publish.mandatory)
    }

    private func header(_ frame: RawFrame, onChannel number: Int) throws(ChannelFailure) {
        let header = try wire { () throws(WireError) in try RawContentHeader(frame.payload) }
        let isWhole = try wire { () throws(WireError) in try peers[number].state.receivedHeader(header) }
        guard let isWhole, let route = peers[number].incoming?.route else { return }
        let limit = core.configuration.maxMessageBytes
        guard header.bodyBytes <= UInt64(limit) else {
            throw .refusal(
                Refusal(
                    .preconditionFailed,
                    "message size \(header.bodyBytes) is larger than configured max size \(limit)"), .basicPublish)
        }
        let facts = try wire { () throws(WireError) in try PropertyFacts(header.properties) }
        if let name = facts.userID, name != user {
            throw .refusal(
                Refusal(
                    .preconditionFailed,
                    "user_id property set to '\(name)' but authenticated user was '\(user)'"), .basicPublish)
        }
        let expiration = try refusing(.basicPublish) { () throws(Refusal) in try facts.expirationMilliseconds() }
        peers[number].incoming?.message = Message.make(
            route: route, properties: header.properties, bodyBytes: Int(header.bodyBytes),
            expirationMilliseconds: expiration, priority: facts.priority)
        if isWhole { complete(onChannel: number) }
    }

    private func body(_ frame: RawFrame, onChannel number: Int) throws(ChannelFailure) {
        let isWhole = try wire { () throws(WireError) in
            try peers[number].state.receivedBody(bytes: frame.payload.count)
        }
        guard let isWhole, let message = peers[number].incoming?.message else { return }
        let filled = peers[number].incoming?.filledBytes ?? 0
        message.fill(frame.payload, at: filled)
        if isWhole {
            complete(onChannel: number)
        } else {
            peers[number].incoming?.filledBytes = filled + frame.payload.count
        }
    }

    /// A message is whole: the broker has it now.
    private func complete(onChannel number: Int) {
        guard let incoming = peers[number].incoming, let message = incoming.message, let id = peers[number].id else {
            return
        }
        peers[number].incoming = nil
        let outcome = core.host.publish(message, mandatory: incoming.mandatory, on: id, now: core.now)
        if outcome == .unroutable, incoming.mandatory { writeReturn(of: message, on: UInt16(number)) }
        if core.host.channels[id].mode == .confirm { confirmLater(on: number) }
    }

    private func settle(_ frame: RawFrame, _ id: MethodID, onChannel number: Int) throws(ChannelFailure) {
        let action = try wire { () throws(WireError) in try peers[number].state.received(id) }
        guard action == .handle, let channel = peers[number].id else { return }
        let settlement = try wire { () throws(WireError) in try RawSettlement(frame.payload) }
        try refusing(id) { () throws(Refusal) in
            try core.host.settle(settlement, on: channel, now: core.now)
        }
    }

    func wire<T>(_ body: () throws(WireError) -> T) throws(ChannelFailure) -> T {
        do throws(WireError) { return try body() } catch { throw .wire(error) }
    }

    func refusing<T>(_ method: MethodID, _ body: () throws(Refusal) -> T) throws(ChannelFailure) -> T {
        do throws(Refusal) { return try body() } catch { throw .refusal(error, method) }
    }
}

/// What the broker must know of a message's properties, which it otherwise leaves as they are.
struct PropertyFacts {
    var priority: UInt8 = 0
    var userID: String?
    private var expiration: String?

    /// Validates all properties and reads the few that matter here; most messages have none of them.
    init(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
        let properties = RawProperties(bytes)
        try properties.validate()
        let mask: UInt16 =
            1 << RawProperties.Property.priority.rawValue | 1 << RawProperties.Property.expiration.rawValue
            | 1 << RawProperties.Property.userID.rawValue
        guard bytes.count >= 2, UInt16(bytes[0]) << 8 | UInt16(bytes[1]) & mask != 0 else { return }
        priority = try properties.priority() ?? 0
        expiration = try properties.expiration().map { String(decoding: $0, as: UTF8.self) }
        userID = try properties.userID().map { String(decoding: $0, as: UTF8.self) }
    }

    /// Time to live; -1 for none.
    ///
    /// Refuses what is no number of milliseconds, in RabbitMQ's words.
    func expirationMilliseconds() throws(Refusal) -> Int64 {
        guard let expiration else { return -1 }
        func invalid(_ why: String) -> Refusal {
            Refusal(.preconditionFailed, "invalid expiration '\(expiration)': \(why)")
        }
        guard let value = Int64(expiration) else {
            let rest = expiration.drop { $0.isASCII && $0.isNumber }
            throw invalid(rest.count == expiration.count ? "no_integer" : "{leftover_string,\"\(rest)\"}")
        }
        if value < 0 { throw invalid("{value_negative,\(value)}") }
        if value > QueueOptions.longestTimeMilliseconds { throw invalid("{value_too_large,\(value)}") }
        return value
    }
}
