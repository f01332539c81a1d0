import AMQPProtocol

extension AMQPConfiguration {
    /// Reads `amqp://user:password@host:port/vhost?option=value`, or `amqps://`, as RabbitMQ specifies it.
    ///
    /// What the URI leaves out is guest, guest, localhost, 5672 (5671 with TLS) and the virtual host `/`. An empty virtual
    /// host, as in `amqp://host/`, is `/` too: no broker has one that is called "". Options: heartbeat (seconds),
    /// connection_timeout (milliseconds), channel_max, frame_max, auth_mechanism (plain or external), connection_name, tcp_nodelay
    /// (true or false), send_buffer and receive_buffer (bytes), and for TLS cacertfile, certfile, keyfile, verify (verify_peer or verify_none), server_name_indication.
    package init(uri text: String) throws(AMQPURIError) {
        let uri = try AMQPURI(text)
        self.init(
            host: uri.host.flatMap { $0.isEmpty ? nil : $0 } ?? "localhost", port: uri.port,
            virtualHost: uri.virtualHost.flatMap { $0.isEmpty ? nil : $0 } ?? "/",
            credentials: .plain(user: uri.user ?? "guest", password: uri.password ?? "guest"),
            tls: uri.isTLS ? TLSOptions() : nil)
        for (name, value) in uri.query { try apply(option: name, value) }
    }

    private static let tlsOptions = ["cacertfile", "certfile", "keyfile", "verify", "server_name_indication"]
    private static let plainOptions = [
        "heartbeat", "connection_timeout", "channel_max", "frame_max", "auth_mechanism", "connection_name",
        "tcp_nodelay", "send_buffer", "receive_buffer",
    ]

    private mutating func apply(option name: String, _ value: String) throws(AMQPURIError) {
        switch name {
        case "heartbeat": heartbeat = .seconds(try number(name, value, in: 0...65_535, unit: "seconds"))
        case "connection_timeout":
            connectTimeout = .milliseconds(try number(name, value, in: 1...3_600_000, unit: "milliseconds"))
        case "channel_max": channelMax = UInt16(try number(name, value, in: 0...65_535, unit: "channels"))
        case "frame_max":
            let bytes = try number(name, value, in: 0...Int(UInt32.max), unit: "bytes")
            guard bytes == 0 || bytes >= Int(AMQP.minimumFrameMaxBytes) else {
                throw AMQPURIError.optionValue(name: name, value: value, expected: "0 or at least 4096 bytes")
            }
            frameMaxBytes = UInt32(bytes)
        case "connection_name": connectionName = value
        case "auth_mechanism":
            switch value.lowercased() {
            case "plain": break
            case "external": credentials = .external
            default: throw AMQPURIError.optionValue(name: name, value: value, expected: "plain or external")
            }
        case "tcp_nodelay":
            guard let isOn = ["true": true, "false": false][value] else {
                throw AMQPURIError.optionValue(name: name, value: value, expected: "true or false")
            }
            tcpNoDelay = isOn
        case "send_buffer": sendBufferBytes = try number(name, value, in: 1...1_073_741_824, unit: "bytes")
        case "receive_buffer": receiveBufferBytes = try number(name, value, in: 1...1_073_741_824, unit: "bytes")
        default: try apply(tlsOption: name, value)
        }
    }

    private mutating func apply(tlsOption name: String, _ value: String) throws(AMQPURIError) {
        guard Self.tlsOptions.contains(name) else {
            throw AMQPURIError.unknownOption(name, nearest: Self.nearest(to: name))
        }
        guard tls != nil else { throw AMQPURIError.tlsOptionWithoutTLS(name) }
        switch name {
        case "cacertfile": tls?.caFile = value
        case "certfile": tls?.certificateFile = value
        case "keyfile": tls?.keyFile = value
        case "server_name_indication": tls?.serverName = value
        default:
            switch value {
            case "verify_peer": tls?.verification = .peer
            case "verify_none": tls?.verification = TLSOptions.Verification.none
            default:
                throw AMQPURIError.optionValue(name: name, value: value, expected: "verify_peer or verify_none")
            }
        }
    }

    private func number(
        _ name: String, _ value: String, in range: ClosedRange<Int>, unit: String
    ) throws(AMQPURIError) -> Int {
        guard let number = Int(value), range.contains(number) else {
            throw AMQPURIError.optionValue(
                name: name, value: value, expected: "\(range.lowerBound) to \(range.upperBound) \(unit)")
        }
        return number
    }

    /// The known option that shares the most leading and trailing characters with `name`, where it shares any worth naming.
    private static func nearest(to name: String) -> String? {
        func likeness(_ option: String) -> Int {
            zip(option, name).prefix { $0 == $1 }.count
                + zip(option.reversed(), name.reversed()).prefix { $0 == $1 }.count
        }
        let best = (plainOptions + tlsOptions).max { likeness($0) < likeness($1) }
        return best.flatMap { likeness($0) >= 3 ? $0 : nil }
    }

    /// The URI that leads here again, without the password.
    package var redactedURI: String {
        let user =
            switch credentials {
            case .plain(let user, _): Self.encode(user) + "@"
            case .external: ""
            }
        let scheme = tls == nil ? "amqp" : "amqps"
        return "\(scheme)://\(user)\(address)/\(Self.encode(virtualHost))"
    }

    private static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16)
                encoded += digits.count < 2 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}

extension AMQPConfiguration: CustomStringConvertible {
    package var description: String { redactedURI }
}
