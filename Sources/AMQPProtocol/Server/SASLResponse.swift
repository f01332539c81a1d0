/// User and password out of what a client answers to connection.start (PLAIN: RFC 4616; AMQPLAIN: RabbitMQ's).
package struct SASLResponse: Sendable, Equatable {
    /// The mechanisms understood, as connection.start lists them.
    package static let mechanisms = "PLAIN AMQPLAIN"

    package let user: String
    package let password: String

    /// Reads the response of that mechanism; throws 503 for another mechanism, 502 for a malformed response.
    package init(mechanism: String, response: [UInt8]) throws(WireError) {
        switch mechanism {
        case "PLAIN": self = try Self(plain: response)
        case "AMQPLAIN": self = try Self(amqplain: response)
        default:
            throw WireError(
                .commandInvalid, "unknown authentication mechanism '\(mechanism)'; known: \(Self.mechanisms)",
                method: .connectionStartOk)
        }
    }

    private init(user: String, password: String) {
        self.user = user
        self.password = password
    }

    /// Authorization identity, NUL, user, NUL, password.
    private init(plain response: [UInt8]) throws(WireError) {
        let parts = response.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let user = String(validating: parts[1], as: UTF8.self),
            let password = String(validating: parts[2], as: UTF8.self)
        else { throw WireError(.syntaxError, "malformed PLAIN response", method: .connectionStartOk) }
        self.init(user: user, password: password)
    }

    /// A field table without its length, with LOGIN and PASSWORD.
    private init(amqplain response: [UInt8]) throws(WireError) {
        let fields = try response.withUnsafeBytes(Self.readLogin).get()
        guard let user = fields.user, let password = fields.password else {
            throw WireError(
                .syntaxError, "AMQPLAIN response without LOGIN and PASSWORD", method: .connectionStartOk)
        }
        self.init(user: user, password: password)
    }

    private static func readLogin(
        _ bytes: UnsafeRawBufferPointer
    ) -> Result<(user: String?, password: String?), WireError> {
        do throws(WireError) {
            var table = RawTable(bytes)
            var user: String?
            var password: String?
            while let (name, value) = try table.next() {
                if name.elementsEqual("LOGIN".utf8) { user = try value.decode().string }
                if name.elementsEqual("PASSWORD".utf8) { password = try value.decode().string }
            }
            return .success((user, password))
        } catch {
            return .failure(error)
        }
    }
}
