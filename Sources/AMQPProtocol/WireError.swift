/// Bytes or a sequence of frames that AMQP 0-9-1 does not allow: always fatal to the connection.
package struct WireError: Error, Sendable, Equatable {
    /// What `connection.close` should carry.
    package let replyCode: ReplyCode
    /// What was wrong, with the numbers.
    package let text: String
    /// The method that failed, where one is known.
    package let method: MethodID?

    package init(_ replyCode: ReplyCode, _ text: String, method: MethodID? = nil) {
        self.replyCode = replyCode
        self.text = text
        self.method = method
    }

    static func truncated(needed: Int, left: Int) -> WireError {
        WireError(.syntaxError, "field needs \(needed) bytes, \(left) left")
    }

    static func unknownMethod(_ id: MethodID) -> WireError {
        WireError(.notImplemented, "unknown method \(id.classID).\(id.methodID)", method: id)
    }
}

extension WireError: CustomStringConvertible {
    package var description: String { "\(replyCode.rawValue) \(replyCode): \(text)" }
}
