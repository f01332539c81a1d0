/// Bytes or a sequence of frames that AMQP 0-9-1 does not allow.
///
/// Fatal to the connection where `replyCode.isHard`; only a body beyond the receiver's own maximum (311) is not: it closes
/// its channel.
package struct WireError: Error, Sendable, Equatable {
    /// What `connection.close` should carry.
    package let replyCode: ReplyCode
    /// What was wrong, with the numbers.
    package let text: String
    /// The method that failed, where one is known.
    package let method: MethodID?

    /// Says what was wrong in one line, without a final stop.
    package init(_ replyCode: ReplyCode, _ text: String, method: MethodID? = nil) {
        self.replyCode = replyCode
        self.text = text
        self.method = method
    }
}

// Kept out of line so that the decoders around them stay small.
extension WireError {
    @inline(never)
    static func truncated(needed: Int, left: Int) -> WireError {
        WireError(.frameError, "field needs \(needed) bytes, \(left) left")
    }

    @inline(never)
    static func leftOver(_ bytes: Int) -> WireError {
        WireError(.frameError, "\(bytes) bytes left over behind the last field")
    }

    @inline(never)
    static func notUTF8(_ what: String, bytes: Int) -> WireError {
        WireError(.syntaxError, "\(what) of \(bytes) bytes is not UTF-8")
    }

    @inline(never)
    static func unknownMethod(_ id: MethodID) -> WireError {
        WireError(.notImplemented, "unknown method \(id.classID).\(id.methodID)", method: id)
    }

    @inline(never)
    static func unexpectedMethod(_ id: MethodID, expected: MethodID) -> WireError {
        WireError(.unexpectedFrame, "\(id) where \(expected) was due", method: id)
    }

    @inline(never)
    static func unknownFrameType(_ type: UInt8) -> WireError {
        WireError(.frameError, "unknown frame type \(type)")
    }

    @inline(never)
    static func frameTooLarge(payloadBytes: UInt32, frameMaxBytes: UInt32) -> WireError {
        WireError(.frameError, "frame of \(payloadBytes) + 8 bytes, negotiated maximum \(frameMaxBytes)")
    }

    @inline(never)
    static func wrongFrameEnd(_ byte: UInt8, payloadBytes: Int) -> WireError {
        WireError(.frameError, "frame of \(payloadBytes) bytes ends with \(byte) instead of 206")
    }

    @inline(never)
    static func badHeartbeat(channel: UInt16, payloadBytes: Int) -> WireError {
        WireError(.frameError, "heartbeat of \(payloadBytes) bytes on channel \(channel), must be empty on channel 0")
    }

    @inline(never)
    static func unknownFieldType(_ tag: UInt8) -> WireError {
        WireError(.syntaxError, "unknown field type \(tag)")
    }

    @inline(never)
    static func nestedTooDeep() -> WireError {
        WireError(.syntaxError, "tables nested deeper than \(AMQP.maximumNesting)")
    }

    @inline(never)
    static func nonzeroWeight(_ weight: UInt16) -> WireError {
        WireError(.syntaxError, "content header of weight \(weight), must be 0")
    }

    @inline(never)
    static func unknownProperties(flags: UInt16) -> WireError {
        WireError(.syntaxError, "property flags \(flags) name properties that basic does not have")
    }
}

extension WireError: CustomStringConvertible {
    /// The code, its name and what was wrong, such as `501 FRAME_ERROR: unknown frame type 4`.
    package var description: String { "\(replyCode.rawValue) \(replyCode): \(text)" }
}
