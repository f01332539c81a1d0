import Testing

@testable import AMQPClient

@Suite struct AMQPURITests {
    private struct Parts: Equatable {
        var user: String?
        var password: String?
        var host: String?
        var port: Int?
        var virtualHost: String?
    }

    /// The examples of appendix A of https://www.rabbitmq.com/uri-spec.
    @Test func readsTheExamplesOfTheSpecification() throws {
        let examples: [(String, Parts)] = [
            (
                "amqp://user:pass@host:10000/vhost",
                Parts(user: "user", password: "pass", host: "host", port: 10000, virtualHost: "vhost")
            ),
            (
                "amqp://user%61:%61pass@ho%61st:10000/v%2fhost",
                Parts(user: "usera", password: "apass", host: "hoast", port: 10000, virtualHost: "v/host")
            ),
            ("amqp://", Parts()),
            ("amqp://:@/", Parts(user: "", password: "", virtualHost: "")),
            ("amqp://user@", Parts(user: "user")),
            ("amqp://user:pass@", Parts(user: "user", password: "pass")),
            ("amqp://host", Parts(host: "host")),
            ("amqp://:10000", Parts(port: 10000)),
            ("amqp:///vhost", Parts(virtualHost: "vhost")),
            ("amqp://host/", Parts(host: "host", virtualHost: "")),
            ("amqp://host/%2f", Parts(host: "host", virtualHost: "/")),
            ("amqp://[::1]", Parts(host: "::1")),
        ]
        for (text, expected) in examples {
            let uri = try AMQPURI(text)
            let parts = Parts(
                user: uri.user, password: uri.password, host: uri.host, port: uri.port, virtualHost: uri.virtualHost)
            #expect(parts == expected, "\(text)")
            #expect(uri.isTLS == false)
        }
    }

    @Test func fillsInDefaults() throws {
        let plain = try AMQPConfiguration(uri: "amqp://")
        #expect(plain.host == "localhost")
        #expect(plain.port == 5672)
        #expect(plain.virtualHost == "/")
        #expect(plain.credentials == .plain(user: "guest", password: "guest"))
        #expect(plain.tls == nil)
        #expect(try AMQPConfiguration(uri: "amqp://h/").virtualHost == "/")
        #expect(try AMQPConfiguration(uri: "amqp://h/a").virtualHost == "a")
        let secure = try AMQPConfiguration(uri: "AMQPS://me@[::1]:7/%2f")
        #expect(secure.port == 7)
        #expect(secure.tls == TLSOptions())
        #expect(secure.tls?.verification == .peer)
        #expect(secure.credentials == .plain(user: "me", password: "guest"))
        #expect(secure.address == "[::1]:7")
        #expect(try AMQPConfiguration(uri: "amqps://h").port == 5671)
    }

    @Test func readsOptions() throws {
        let configuration = try AMQPConfiguration(
            uri: "amqps://h?heartbeat=7&connection_timeout=1500&channel_max=12&frame_max=8192&auth_mechanism=external"
                + "&cacertfile=%2Fca.pem&certfile=/c.pem&keyfile=/k.pem&verify=verify_none"
                + "&server_name_indication=broker&connection_name=a%20b&tcp_nodelay=false&send_buffer=65536"
                + "&receive_buffer=4096")
        #expect(!configuration.tcpNoDelay)
        #expect(configuration.sendBufferBytes == 65_536 && configuration.receiveBufferBytes == 4096)
        #expect(configuration.heartbeat == .seconds(7))
        #expect(configuration.connectTimeout == .milliseconds(1500))
        #expect(configuration.channelMax == 12)
        #expect(configuration.frameMaxBytes == 8192)
        #expect(configuration.credentials == .external)
        #expect(configuration.connectionName == "a b")
        #expect(
            configuration.tls
                == TLSOptions(
                    caFile: "/ca.pem", certificateFile: "/c.pem", keyFile: "/k.pem", verification: .none,
                    serverName: "broker"))
    }

    @Test(arguments: [
        ("http://h", AMQPURIError.scheme("http")),
        ("localhost", .scheme("localhost")),
        ("amqp://h:x", .port("x")), ("amqp://h:0", .port("0")), ("amqp://h:65536", .port("65536")),
        ("amqp://h:+5", .port("+5")),
        ("amqp://h/a/b", .unexpected("a second /", in: "the virtual host (write %2f)")),
        ("amqp://h/%2", .percentEncoding(in: "the virtual host")),
        ("amqp://h/%zz", .percentEncoding(in: "the virtual host")),
        ("amqp://u:%ff@h", .percentEncoding(in: "the password")),
        ("amqp://[::1", .unexpected("[ without ]", in: "the host")),
        ("amqp://[::1]5", .unexpected("\"5\" behind ]", in: "the host")),
        ("amqp://h#f", .unexpected("a fragment (#…)", in: "the URI")),
        ("amqp://u:a@b@h", .unexpected("@", in: "user or password (write %40)")),
        ("amqp://h?heartbeet=3", .unknownOption("heartbeet", nearest: "heartbeat")),
        ("amqp://h?zzz=3", .unknownOption("zzz", nearest: nil)),
        ("amqp://h?heartbeat=-1", .optionValue(name: "heartbeat", value: "-1", expected: "0 to 65535 seconds")),
        ("amqp://h?frame_max=100", .optionValue(name: "frame_max", value: "100", expected: "0 or at least 4096 bytes")),
        ("amqp://h?tcp_nodelay=1", .optionValue(name: "tcp_nodelay", value: "1", expected: "true or false")),
        ("amqp://h?send_buffer=0", .optionValue(name: "send_buffer", value: "0", expected: "1 to 1073741824 bytes")),
        ("amqp://h?verify=verify_peer", .tlsOptionWithoutTLS("verify")),
        ("amqps://h?verify=yes", .optionValue(name: "verify", value: "yes", expected: "verify_peer or verify_none")),
        (
            "amqp://h?auth_mechanism=cram",
            .optionValue(name: "auth_mechanism", value: "cram", expected: "plain or external")
        ),
    ]) func refuses(uri: String, error: AMQPURIError) {
        #expect(throws: error) { try AMQPConfiguration(uri: uri) }
        #expect(error.description.contains("\n") == false)
    }

    @Test func neverShowsThePassword() throws {
        let configuration = try AMQPConfiguration(uri: "amqp://me%40home:s3cret%2F@h:1/v%2fh")
        #expect(configuration.credentials == .plain(user: "me@home", password: "s3cret/"))
        var dumped = ""
        dump(configuration, to: &dumped)
        let shown = [
            configuration.redactedURI, "\(configuration)", String(reflecting: configuration), dumped,
            "\(configuration.credentials)", String(reflecting: configuration.credentials),
            AMQPClientError.refusedCredentials(
                address: configuration.address, user: configuration.credentials.user, text: "no"
            ).description,
        ]
        for text in shown { #expect(!text.contains("s3cret")) }
        #expect(configuration.redactedURI == "amqp://me%40home@h:1/v%2fh")
        for uri in ["amqp://u:s3cret@h:x", "amqp://u:s3cret%@h", "amqp:/u:s3cret@h", "u:s3cret@h", "s3cret@h"] {
            do {
                _ = try AMQPConfiguration(uri: uri)
                Issue.record("\(uri) was taken")
            } catch {
                if uri != "s3cret@h" { #expect(!"\(error)".contains("s3cret"), "\(error)") }
            }
        }
    }
}
