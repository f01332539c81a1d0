/// The server's side of one channel: open, close, and the order method → header → body* (specification 1.5, 2.3.5.2).
///
/// A channel that does not exist is in the phase `.unopened`.
package struct ServerChannelState: Sendable {
    /// Where the channel stands.
    package enum Phase: Sendable, Equatable {
        case unopened, open
        /// We closed it for an error: everything but channel.close-ok and channel.close is ignored.
        case closing
    }

    /// How far a message has come.
    package enum Content: Sendable, Equatable {
        case none, header
        case body(leftBytes: UInt64)
    }

    package private(set) var phase = Phase.unopened
    package private(set) var content = Content.none

    /// A channel that no frame has named yet.
    package init() {}
}

extension ServerChannelState {
    /// What to do about a method on the channel.
    package enum MethodAction: Sendable, Equatable {
        /// A method for the broker.
        case handle
        /// channel.open: make the channel, answer channel.open-ok.
        case open
        /// channel.close: release what the channel holds, answer channel.close-ok, forget the channel.
        case close
        /// channel.close-ok to our channel.close: forget the channel.
        case forget
        case ignore
    }

    /// A method other than basic.publish has come.
    package mutating func received(_ id: MethodID) throws(WireError) -> MethodAction {
        switch (phase, id) {
        case (.closing, .channelCloseOk):
            phase = .unopened
            return .forget
        case (.closing, .channelClose): return .close
        case (.closing, _): return .ignore
        case (.unopened, .channelOpen):
            phase = .open
            return .open
        case (.unopened, _): throw WireError(.channelError, "expected 'channel.open'", method: id)
        case (.open, .channelOpen): throw WireError(.channelError, "second 'channel.open' seen", method: id)
        case (.open, _):
            try expectNoContent(id)
            switch id {
            case .channelClose:
                phase = .unopened
                return .close
            // Nobody asked: RabbitMQ ignores it as well.
            case .channelCloseOk, .channelFlowOk, .basicCancelOk: return .ignore
            default: return .handle
            }
        }
    }

    /// basic.publish has come; false where it is to be ignored.
    package mutating func receivedPublish() throws(WireError) -> Bool {
        guard phase == .open else {
            if phase == .closing { return false }
            throw WireError(.channelError, "expected 'channel.open'", method: .basicPublish)
        }
        try expectNoContent(.basicPublish)
        content = .header
        return true
    }

    /// A content header has come; nil where it is to be ignored, else whether the message is whole already.
    package mutating func receivedHeader(_ header: RawContentHeader) throws(WireError) -> Bool? {
        guard phase == .open else {
            if phase == .closing { return nil }
            throw WireError(.channelError, "expected 'channel.open'")
        }
        guard content == .header else {
            throw WireError(
                .unexpectedFrame,
                content == .none
                    ? "expected method frame, got content header frame instead"
                    : "expected content body, got non content body frame instead", method: .basicPublish)
        }
        guard header.classID == 60 else {
            throw WireError(
                .unexpectedFrame,
                "expected content header for class 60, got one for class \(header.classID) instead",
                method: .basicPublish)
        }
        content = header.bodyBytes == 0 ? .none : .body(leftBytes: header.bodyBytes)
        return header.bodyBytes == 0
    }

    /// A content body has come; nil where it is to be ignored, else whether the message is whole now.
    package mutating func receivedBody(bytes: Int) throws(WireError) -> Bool? {
        guard phase == .open else {
            if phase == .closing { return nil }
            throw WireError(.channelError, "expected 'channel.open'")
        }
        switch content {
        case .none: throw WireError(.unexpectedFrame, "expected method frame, got content body frame instead")
        case .header:
            throw WireError(
                .unexpectedFrame,
                "expected content header for class 60, got non content header frame instead", method: .basicPublish)
        case .body(let left):
            guard UInt64(bytes) <= left else {
                throw WireError(
                    .frameError, "content body of \(bytes) bytes, \(left) announced", method: .basicPublish)
            }
            content = UInt64(bytes) == left ? .none : .body(leftBytes: left - UInt64(bytes))
            return content == .none
        }
    }

    /// The broker refuses something: channel.close is sent.
    package mutating func failed() {
        phase = .closing
        content = .none
    }

    private func expectNoContent(_ id: MethodID) throws(WireError) {
        switch content {
        case .none: return
        case .header:
            throw WireError(
                .unexpectedFrame,
                "expected content header for class 60, got non content header frame instead", method: id)
        case .body:
            throw WireError(
                .unexpectedFrame, "expected content body, got non content body frame instead", method: id)
        }
    }
}
