internal import Foundation

// The keys of connections: what TCP, TLS and AMQP are asked for, and what becomes of a lost one.

extension Scenario.Connection: Keyed {
    static var keys: [Key<Self>] {
        [
            Key(
                "heartbeat", optional: \.heartbeat, .duration(.zero...(.seconds(65_535))),
                "After how long without a sign of life a connection is lost, in whole seconds; the broker may ask for less."
            ),
            Key(
                "frame_max", optional: \.frameMaxBytes, .size(4096...134_217_728),
                "The largest frame; the broker may ask for less."),
            Key(
                "channel_max", optional: \.channelMax, .integer(1...65_535),
                "Most channels on a connection; the broker may ask for less."),
            Key(
                "connect_timeout", optional: \.connectTimeout, .duration(.milliseconds(1)...(.seconds(3600))),
                "How long connecting and logging in may take each, in whole milliseconds."),
            Key("tcp_nodelay", \.tcpNoDelay, .boolean, "Whether small writes are sent at once (`TCP_NODELAY`)."),
            Key(
                "send_buffer", optional: \.sendBufferBytes, .size(1024...1_073_741_824),
                "The socket's buffer for sending (`SO_SNDBUF`)."),
            Key(
                "receive_buffer", optional: \.receiveBufferBytes, .size(1024...1_073_741_824),
                "The socket's buffer for receiving (`SO_RCVBUF`)."),
            Key("name", optional: \.name, .text(bytes: 1...255), "What the broker's tools call the connections."),
            Key(
                "recovery", \.recovery, .recovery, "What becomes of a lost connection: `off`, or how it is made again."),
            Key("tls", \.tls, .object, "What TLS checks and shows; for `amqps://` addresses."),
        ]
    }
}

extension Scenario.Recovery: Keyed {
    static var keys: [Key<Self>] {
        [
            Key(
                "initial_delay", \.initialDelay, .duration(.zero...(.seconds(3600))),
                "The wait before the first attempt; it doubles, and chance takes up to half of it."),
            Key("max_delay", \.maxDelay, .duration(.zero...(.seconds(3600))), "What the wait grows to."),
            Key(
                "attempts", optional: \.attempts, .integer(1...1_000_000),
                "Attempts on every node before the connection is given up; without the key no end."),
        ]
    }
}

extension Notation where Value == Scenario.Recovery {
    /// `off`, or a mapping.
    fileprivate static var recovery: Notation {
        let object = Notation<Scenario.Recovery>.object
        return .either(
            single: Notation(
                form: .choice(["off"]),
                read: { node, decoding in
                    // YAML 1.1 takes a plain `off` for a boolean; here it is the word.
                    if case .scalar(let scalar) = node.content, scalar.text == "off" || scalar.text == "false" {
                        var recovery = Scenario.Recovery()
                        recovery.isOn = false
                        return recovery
                    }
                    decoding.report(node.place, "expected off, or a mapping with initial_delay, max_delay and attempts")
                    return nil
                },
                write: { $0.isOn ? nil : .bare("off") }),
            structured: object)
    }
}

extension Scenario.TLS: Keyed {
    static var keys: [Key<Self>] {
        [
            Key("ca", optional: \.ca, .filePath, "The certificates to trust instead of the system's, a PEM file."),
            Key("certificate", optional: \.certificate, .filePath, "The client's certificate, a PEM file."),
            Key("key", optional: \.key, .filePath, "Its key, where it is not in the same file."),
            Key("verify", \.verify, .boolean, "Whether the server's certificate and name are checked."),
            Key("server_name", optional: \.serverName, .text(bytes: 1...255), "The name to ask for and to check."),
        ]
    }
}

extension Notation where Value == Scenario.FilePath {
    /// A file that is there.
    static var filePath: Notation {
        let path = Notation<String>.text(bytes: 1...4096, words: "the path of a file")
        return Notation(
            form: path.form,
            read: { node, decoding in
                guard let name = path.read(node, &decoding) else { return nil }
                let folder = URL(fileURLWithPath: decoding.folder, isDirectory: true)
                let file = URL(fileURLWithPath: name, relativeTo: folder).path
                guard FileManager.default.isReadableFile(atPath: file) else {
                    decoding.report(
                        node.place,
                        "\(name.quoted) cannot be read from the folder \(decoding.folder.quoted); is the path right?")
                    return nil
                }
                return Scenario.FilePath(name: name, path: file)
            },
            write: { .text($0.name) })
    }
}
