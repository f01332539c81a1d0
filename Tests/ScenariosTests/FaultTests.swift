import Testing

@testable import Scenarios

@Suite("Faults in a scenario")
struct FaultTests {
    private static let base = """
        phases: [{name: calm, rate: 100/s, for: 10s}, {name: rush, rate: 200/s, for: 10s}]
        workers: {count: 2}
        broker: {url: "amqp://127.0.0.1/", control: "server.sh {{action}} --keep"}
        topology: {incoming: {max_length: 100}}

        """

    private static func fault(_ text: String, more: String = "") -> String {
        base + "faults:\n  - \(text)\n" + more
    }

    @Test(
        "Each kind is written as a person would say it",
        arguments: [
            ("{at: 5s, kill: worker-1}", Scenario.FaultAction.kill(.named("worker-1"), after: .zero)),
            ("{at: 5s, kill: any, after: 2s}", .kill(.any, after: .seconds(2))),
            ("{at: 5s, terminate: all}", .terminate(.all, after: .zero)),
            ("{at: 5s, pause: worker-2, for: 3s}", .pauseWorkers(.named("worker-2"), for: .seconds(3))),
            ("{at: 5s, pause: broker, for: 3s}", .pauseServer(.broker, for: .seconds(3))),
            ("{at: 5s, cut: broker}", .cut(Scenario.FaultLink(server: .broker), reset: false)),
            (
                "{at: 5s, cut: broker, reset: true, link: workers}",
                .cut(Scenario.FaultLink(server: .broker, side: .workers), reset: true)
            ),
            ("{at: 5s, refuse: broker, for: 2s}", .refuse(Scenario.FaultLink(server: .broker), for: .seconds(2))),
            ("{at: 5s, stall: broker, for: 2s}", .stall(Scenario.FaultLink(server: .broker), for: .seconds(2))),
            (
                "{at: 5s, delay: broker, by: 20ms, jitter: 5ms, for: 5s}",
                .delay(
                    Scenario.FaultLink(server: .broker), by: .milliseconds(20), jitter: .milliseconds(5),
                    for: .seconds(5))
            ),
            (
                "{at: 5s, limit: broker, to: 1MiB/s, for: 5s}",
                .limit(Scenario.FaultLink(server: .broker), bytesPerSecond: 1_048_576, for: .seconds(5))
            ),
            ("{at: 5s, restart: broker}", .restart(.broker)),
            ("{at: 5s, stop: broker, for: 10s}", .stop(.broker, for: .seconds(10))),
            ("{at: 5s, crash: broker}", .crash(.broker, for: .zero)),
            ("{at: 5s, fill: incoming, for: 1s}", .fill(for: .seconds(1))),
            ("{at: 5s, malformed: 30%, for: 2s}", .malformed(share: 0.3, for: .seconds(2))),
        ])
    func kinds(text: String, action: Scenario.FaultAction) throws {
        let fault = try #require(try scenario(Self.fault(text)).faults.first)
        #expect(fault.action == action && fault.at == .seconds(5))
        // What is written back means the same.
        let written = try #require(Notation<[Scenario.Fault]>.faults.write([fault]))
        guard case .list(let items) = written, case .map(let pairs)? = items.first else {
            Issue.record("a fault is a mapping in a list: \(written)")
            return
        }
        #expect(pairs.contains { $0.key == action.kind })
    }

    @Test("Faults without a name are called after what they do, each by a name of its own")
    func names() throws {
        let faults = try scenario(
            Self.fault("{at: 1s, kill: any}\n  - {at: 5s, kill: any}\n  - {at: 9s, name: last, cut: broker}")
        ).faults
        #expect(faults.map(\.name) == ["kill-any", "kill-any-2", "last"])
    }

    @Test("Times count from the start of the load, or from a phase's")
    func times() throws {
        let scenario = try scenario(Self.fault("{at: 1s, phase: rush, cut: broker}\n  - {at: 1s, restart: broker}"))
        #expect(scenario.faults.map { scenario.start(of: $0) } == [.seconds(11), .seconds(1)])
    }

    @Test(
        "What cannot happen is refused with what to do",
        arguments: [
            ("{at: 5s}", "says not what happens"), ("{at: 5s, kill: worker-1, cut: broker}", "kill and cut"),
            ("{kill: worker-1}", "'at' is missing"), ("{at: 5s, pause: worker-1}", "'pause' needs 'for'"),
            ("{at: 5s, delay: broker, for: 2s}", "'delay' needs 'by'"),
            ("{at: 5s, kill: worker-1, by: 2s}", "'by' means nothing to 'kill'"),
            ("{at: 5s, kill: worker-3}", "is no worker of the run"), ("{at: 20s, cut: broker}", "over after 20s"),
            ("{at: 10s, phase: calm, cut: broker}", "over after 10s"),
            ("{at: 1s, phase: clam, cut: broker}", "did you mean 'calm'"),
            ("{at: 5s, cut: store}", "this store is a file"), ("{at: 5s, stop: store, for: 1s}", "no server"),
            ("{at: 5s, limit: broker, to: 1MiB, for: 1s}", "1MiB/s"),
            ("{at: 5s, malformed: 0%, for: 1s}", "above 0%"),
            (
                "{at: 5s, stop: broker, for: 2s}\n  - {at: 6s, restart: broker}", "last at the same time"
            ),
            (
                "{at: 5s, stall: broker, for: 2s}\n  - {at: 6s, stall: broker, link: workers, for: 2s}",
                "last at the same time"
            ),
            ("{at: 1s, name: a, cut: broker}\n  - {at: 2s, name: a, kill: any}", "is the name of faults[0]"),
        ])
    func refused(text: String, words: String) {
        let found = problems(Self.fault(text))
        #expect(found.count == 1 && found[0].contains(words), "\(found)")
    }

    @Test("A fault that needs a server to be controlled is refused where nobody says how")
    func control() {
        let file = """
            phases: [{rate: 1/s, for: 10s}]
            broker: {url: "amqp://127.0.0.1/"}
            faults: [{at: 1s, restart: broker}]
            """
        #expect(problems(file).map { $0.contains("broker.control") } == [true])
        let embedded = """
            phases: [{rate: 1/s, for: 10s}]
            faults: [{at: 1s, restart: broker}]
            """
        #expect(problems(embedded).isEmpty)
        #expect(
            problems(minimal + "broker: {control: \"x {{action}}\"}\n").map { $0.contains("embedded broker itself") }
                == [true])
        #expect(
            problems(Self.base.replacing("{{action}}", with: "stop")).map { $0.contains("needs {{action}}") } == [true])
    }

    @Test("A queue without a limit cannot be filled, an encrypted link not be proxied, a closed loop not be broken")
    func misfits() {
        let base = "workers: {count: 1}\n"
        #expect(
            problems(minimal + base + "faults: [{at: 0s, fill: incoming, for: 1s}]\n").map {
                $0.contains("topology.incoming.max_length")
            } == [true])
        #expect(
            problems(
                minimal + base + "broker: {url: \"amqps://127.0.0.1/\"}\nfaults: [{at: 0s, cut: broker}]\n"
            ).map { $0.contains("amqp:// address") } == [true])
        #expect(
            problems(
                "phases: [{rate: {saturate: 10}, for: 5s}]\n" + base
                    + "faults: [{at: 0s, malformed: 10%, for: 1s}]\n"
            ).map { $0.contains("closed loop") } == [true])
    }

    @Test(
        "A store's link is refused where connections would not lead through the proxy",
        arguments: [
            ("mysql://u@db/base?socket=/run/my.sock", "remove 'socket'"),
            ("mysql://u@db/base?tls=verify", "'tls=require'"),
            ("mongodb://one,two/base", "give store.url one"),
            ("mongodb://one/base?replicaSet=rs0", "'directConnection=true'"),
            ("mongodb+srv://cluster/base", "mongodb:// address"),
            ("mongodb://one/base?w=1&tls=true", "'tlsAllowInvalidHostnames=true'"),
            ("mysql://u@db/base?tls=require", nil),
            ("mysql://u@db/base?pool=2&tls=off", nil), ("mongodb://u:p@one:27018/base?directConnection=true", nil),
            ("mongodb://one/base?tls=true&tlsAllowInvalidHostnames=true", nil),
        ] as [(String, String?)])
    func storeLinks(url: String, words: String?) {
        let base = minimal + "workers: {count: 1}\nstore: {url: \"\(url)\"}\n"
        #expect(problems(base).isEmpty)
        let found = problems(base + "faults: [{at: 0s, cut: store}]\n")
        if let words {
            #expect(found.count == 1 && found[0].contains(words), "\(found)")
        } else {
            #expect(found.isEmpty, "\(found)")
        }
    }

    @Test("Thresholds speak of all faults or of one")
    func thresholds() throws {
        let more = """
            thresholds:
              - faults.recovery < 5s
              - {fault: cut-broker, check: faults.detection < 1s}
              - faults.lost == 0

            """
        let thresholds = try scenario(Self.fault("{at: 5s, cut: broker}", more: more)).thresholds
        #expect(thresholds.map(\.metric) == [.faultRecovery, .faultDetection, .faultLost])
        #expect(thresholds.map(\.fault) == [nil, "cut-broker", nil])
        #expect(thresholds[1].description == "faults.detection < 1s (fault cut-broker)")
    }

    @Test(
        "A threshold about faults needs one",
        arguments: [
            ("- faults.recovery < 5s", minimal, "not measured without faults"),
            ("- {fault: cut-brokr, check: faults.recovery < 5s}", fault("{at: 5s, cut: broker}"), "cut-broker"),
            ("- {fault: cut-broker, check: lost == 0}", fault("{at: 5s, cut: broker}"), "no figure of a fault"),
            ("- {phase: calm, check: faults.lost == 0}", fault("{at: 5s, cut: broker}"), "not to a phase"),
            ("- {check: lost == 0}", minimal, "give 'phase' or 'fault'"),
            ("- faults.recovery < 5", fault("{at: 5s, cut: broker}"), "duration"),
        ])
    func badThresholds(threshold: String, file: String, words: String) {
        let found = problems(file + "thresholds:\n  \(threshold)\n")
        #expect(found.count == 1 && found[0].contains(words), "\(found)")
    }

    @Test(
        "An address is led to another place with its credentials and path",
        arguments: [
            ("amqp://u:p@host:5673/v%2F", "host", 5673, "amqp://u:p@127.0.0.1:9/v%2F"),
            ("amqp://host", "host", 5672, "amqp://127.0.0.1:9"),
            ("amqp://[::1]/x", "::1", 5672, "amqp://127.0.0.1:9/x"),
            ("mysql://u:p%40q@db/base?tls=1", "db", 3306, "mysql://u:p%40q@127.0.0.1:9/base?tls=1"),
        ])
    func addresses(text: String, host: String, port: Int, led: String) {
        let url = ServerURL(text)
        #expect(url.hostAndPort == (host, port))
        #expect(url.leading(to: "127.0.0.1:9") == led)
    }
}
