/// The order in which a message's frames come on one channel (specification 4.2.6): method, header, body frames.
///
///                method with content          header of n > 0 bytes
///        idle ───────────────────────► header ─────────────────────► body ─┐ each body frame
///          ▲                             │ of 0 bytes                  │ ◄─┘
///          └─────────────────────────────┴─────────────────────────────┘ n bytes came
///
/// Keeps no bytes: a hot path that keeps its own uses it alone, `ContentAssembler` collects the message as well. After an
/// error it is idle again.
package struct ContentSequence: Sendable {
    private enum State {
        case idle
        case header(of: MethodID)
        case body(of: MethodID, leftBytes: UInt64)
    }

    /// The largest body a peer may announce.
    package var maximumBodyBytes: UInt64
    private var state = State.idle

    /// Starts with no message under way.
    package init(maximumBodyBytes: UInt64 = AMQP.defaultMaximumBodyBytes) { self.maximumBodyBytes = maximumBodyBytes }

    /// Whether no message is under way.
    package var isIdle: Bool {
        if case .idle = state { true } else { false }
    }

    /// Takes a method; true where it opens a message.
    ///
    /// Throws 505 in the middle of a message.
    package mutating func method(_ id: MethodID) throws(WireError) -> Bool {
        guard case .idle = state else { throw unexpected("method \(id)") }
        guard id.carriesContent else { return false }
        state = .header(of: id)
        return true
    }

    /// Takes a content header; true where the message is complete, having no body.
    ///
    /// Throws 505 where none was due and for another class than the method's, and 311, which closes the channel only, for
    /// a body beyond the maximum.
    package mutating func header(classID: UInt16, bodyBytes: UInt64) throws(WireError) -> Bool {
        guard case .header(let id) = state, classID == id.classID else {
            throw unexpected("content header of class \(classID)")
        }
        guard bodyBytes <= maximumBodyBytes else {
            state = .idle
            throw .contentTooLarge(bodyBytes, maximumBytes: maximumBodyBytes, method: id)
        }
        state = bodyBytes == 0 ? .idle : .body(of: id, leftBytes: bodyBytes)
        return bodyBytes == 0
    }

    /// Takes a body frame of that many bytes; true where it completes the message.
    ///
    /// Throws 505 where none was due and 501 for more bytes than the header announced.
    package mutating func body(_ count: Int) throws(WireError) -> Bool {
        guard case .body(let id, let leftBytes) = state else { throw unexpected("body frame of \(count) bytes") }
        guard let count = UInt64(exactly: count), count <= leftBytes else {
            state = .idle
            throw .bodyTooLong(count, leftBytes: leftBytes, method: id)
        }
        state = count == leftBytes ? .idle : .body(of: id, leftBytes: leftBytes - count)
        return count == leftBytes
    }

    @inline(never)
    private mutating func unexpected(_ frame: String) -> WireError {
        defer { state = .idle }
        switch state {
        case .idle: return WireError(.unexpectedFrame, "\(frame) where a method was due")
        case .header(let id):
            let due = "content header of class \(id.classID)"
            return WireError(.unexpectedFrame, "\(frame) where the \(due) was due", method: id)
        case .body(let id, let leftBytes):
            return WireError(.unexpectedFrame, "\(frame) where \(leftBytes) bytes of body were due", method: id)
        }
    }
}

extension MethodID {
    /// Whether a content header and body follow the method: publish, return, deliver and get-ok.
    package var carriesContent: Bool {
        switch self {
        case .basicPublish, .basicDeliver, .basicReturn, .basicGetOk: true
        default: false
        }
    }
}

extension WireError {
    @inline(never)
    fileprivate static func contentTooLarge(_ bytes: UInt64, maximumBytes: UInt64, method: MethodID) -> WireError {
        WireError(
            .contentTooLarge, "body of \(bytes) bytes announced, at most \(maximumBytes) are taken", method: method)
    }

    @inline(never)
    fileprivate static func bodyTooLong(_ bytes: Int, leftBytes: UInt64, method: MethodID) -> WireError {
        WireError(.frameError, "body frame of \(bytes) bytes where \(leftBytes) were left of it", method: method)
    }
}
