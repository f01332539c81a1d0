package import Drivers
package import Scenarios

extension Scenario {
    /// The nodes' addresses with what the `connection` section asks for as options: for the generator and its workers.
    ///
    /// `embedded` is the address of the run's own broker, where that is the one.
    package func brokerURIs(embedded: String?) -> [String] {
        switch broker.location {
        case .embedded: embedded.map { [connection.added(to: $0)] } ?? []
        case .servers(let urls): urls.map { connection.added(to: $0.secretText) }
        }
    }

    /// How connections choose among nodes, and what becomes of lost ones.
    package var connectionPolicy: ConnectionPolicy {
        let recovery = connection.recovery
        return ConnectionPolicy(
            allocation: ConnectionPolicy.Allocation(broker.allocation), seed: seed, recovers: recovery.isOn,
            firstDelay: recovery.initialDelay, maximumDelay: recovery.maxDelay, maximumRounds: recovery.attempts)
    }
}

extension ConnectionPolicy.Allocation {
    fileprivate init(_ allocation: Scenario.Allocation) {
        self =
            switch allocation {
            case .first: .first
            case .roundRobin: .roundRobin
            case .random: .random
            }
    }
}

extension Scenario.Connection {
    /// The address with the section's options, which outdo its own.
    fileprivate func added(to uri: String) -> String {
        let options = self.options.map { "\($0)=\(Self.encoded($1))" }
        guard !options.isEmpty else { return uri }
        return uri + (uri.contains("?") ? "&" : "?") + options.joined(separator: "&")
    }

    private var options: [(String, String)] {
        var options: [(String, String?)] = [
            ("heartbeat", heartbeat.map { String($0.wholeNanoseconds / 1_000_000_000) }),
            ("frame_max", frameMaxBytes.map { String($0) }), ("channel_max", channelMax.map { String($0) }),
            ("connection_timeout", connectTimeout.map { String($0.wholeNanoseconds / 1_000_000) }),
            ("tcp_nodelay", tcpNoDelay ? nil : "false"), ("send_buffer", sendBufferBytes.map { String($0) }),
            ("receive_buffer", receiveBufferBytes.map { String($0) }), ("connection_name", name),
        ]
        options += [
            ("cacertfile", tls.ca?.path), ("certfile", tls.certificate?.path), ("keyfile", tls.key?.path),
            ("verify", tls.verify ? nil : "verify_none"), ("server_name_indication", tls.serverName),
        ]
        return options.compactMap { name, value in value.map { (name, $0) } }
    }

    private static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if scalar.properties.isAlphabetic && scalar.isASCII || "0123456789-._~/".unicodeScalars.contains(scalar) {
                encoded.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16)
                encoded += digits.count < 2 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}
