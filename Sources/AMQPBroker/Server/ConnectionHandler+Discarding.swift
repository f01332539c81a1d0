import AMQPProtocol

// A sink: published messages are counted, confirmed and dropped without having been put together.
//
// Everything else is served as ever, and the order of a message's frames is checked as ever: what measures itself
// against the sink speaks the real protocol.

extension ConnectionHandler {
    /// Takes a frame of published content and drops it; false where the frame is something else.
    func discard(_ frame: RawFrame, onChannel number: Int) throws(ChannelFailure) -> Bool {
        switch frame.type {
        case .method:
            guard frame.methodID == .basicPublish else { return false }
            _ = try wire { () throws(WireError) in try peers[number].state.receivedPublish() }
        case .header:
            let header = try wire { () throws(WireError) in try RawContentHeader(frame.payload) }
            let isWhole = try wire { () throws(WireError) in try peers[number].state.receivedHeader(header) }
            if isWhole == true { discarded(onChannel: number) }
        case .body:
            let isWhole = try wire { () throws(WireError) in
                try peers[number].state.receivedBody(bytes: frame.payload.count)
            }
            if isWhole == true { discarded(onChannel: number) }
        case .heartbeat: return false
        }
        return true
    }

    private func discarded(onChannel number: Int) {
        guard let id = peers[number].id else { return }
        if core.host.discard(on: id) { confirmLater(on: number) }
    }
}

extension VirtualHost {
    /// Counts a message that is dropped on purpose; returns whether its publisher awaits a confirmation.
    mutating func discard(on channel: ChannelID) -> Bool {
        counters.published += 1
        counters.dropped += 1
        guard channels[channel].mode == .confirm else { return false }
        let tag = channels[channel].nextPublishTag
        channels[channel].nextPublishTag += 1
        channels[channel].confirmations.settle(tag, isNack: false)
        return true
    }
}
