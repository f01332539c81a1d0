import LoadGenerator
import Scenarios

/// A run of a chaos campaign, drawn by chance: the same seed, number and surroundings give the same scenario.
struct ChaosDraw: Sendable, Equatable {
    /// What there is to break.
    struct Surroundings: Sendable, Equatable {
        var pipelines = ["text"]
        var stores = [Store(name: "SQLite", url: "sqlite", control: nil)]
        /// The broker's control; nil for the embedded one, which keeps nothing over its end.
        var brokerControl: String?
        /// Whether the broker is one that the run does not start.
        var hasServer = false
    }

    /// A place for results.
    struct Store: Sendable, Equatable {
        var name: String
        /// Its address; a server's may hold a password.
        var url: String
        /// The command that controls it; nil for one that is no server, or that nobody controls.
        var control: String?

        var isServer: Bool { url.contains("://") }
    }

    let number: Int
    /// The scenario's seed.
    let seed: UInt64
    let pipeline: String
    let store: Store
    let ratePerSecond: Int
    let workers: Int
    /// The faults as the scenario writes them, in the order of their times.
    let faults: [String]
    /// Whether the queue has a limit that can be reached.
    let isBounded: Bool

    /// How long the load lasts.
    static let seconds = 15

    private static let stream: UInt64 = 9 << 32

    init(campaign seed: UInt64, number: Int, _ surroundings: Surroundings) {
        var random = SeededGenerator(seed: seed &+ UInt64(number) &* 0x9E37_79B9, stream: Self.stream)
        func pick<Item>(_ items: [Item]) -> Item { items[random.nextIndex(below: items.count)] }
        self.number = number
        self.seed = UInt64(random.nextIndex(below: 1 << 31))
        pipeline = pick(surroundings.pipelines)
        store = pick(surroundings.stores)
        ratePerSecond = pick([200, 300, 400, 600])
        workers = pick([2, 3])
        var kinds = Self.kinds(surroundings, store)
        var drawn: [String] = []
        let count = 3 + random.nextIndex(below: 4)
        for index in 0..<count where !kinds.isEmpty {
            let kind = pick(kinds)
            // What is away for long is away once: the next of its kind would meet it on the ground.
            kinds.removeAll { $0 == kind || ($0.group != nil && $0.group == kind.group) || $0.excludes(kind) }
            let slot = Double(Self.seconds - 4) / Double(count)
            let at = 1 + Double(index) * slot + random.nextUnit() * slot * 0.8
            drawn.append("{at: \(Self.milliseconds(at)), \(kind.text(&random))}")
        }
        faults = drawn
        isBounded = drawn.contains { $0.contains("fill") }
    }

    private static func milliseconds(_ seconds: Double) -> String { "\(Int(seconds * 1000))ms" }

    // MARK: - Kinds

    /// A kind of fault, and what it is drawn with.
    private enum Kind: Equatable {
        case kill, terminate, pauseWorker, malformed, fill
        case link(String, String)
        case pause(String)
        case end(String, String)

        /// Of a group one fault is enough for a run; nil for those of which there may be several kinds.
        var group: String? {
            switch self {
            case .end(_, let server), .pause(let server): "server " + server
            default: nil
            }
        }

        /// Whether two kinds may meet in one run and must not: the one needs all workers, the other takes one away.
        func excludes(_ other: Kind) -> Bool {
            let takesWorker: [Kind] = [.kill, .terminate, .pauseWorker]
            return self == .fill && takesWorker.contains(other) || other == .fill && takesWorker.contains(self)
        }

        func text(_ random: inout SeededGenerator) -> String {
            func time(_ least: Int, _ most: Int) -> String { "\(least + random.nextIndex(below: most - least))ms" }
            switch self {
            case .kill: return "kill: any, after: \(time(0, 1000))"
            case .terminate: return "terminate: any, after: \(time(0, 1000))"
            case .pauseWorker: return "pause: any, for: \(time(500, 2000))"
            case .malformed: return "malformed: \(10 + random.nextIndex(below: 80))%, for: \(time(300, 1500))"
            case .fill: return "fill: incoming, for: \(time(200, 800))"
            case .pause(let server): return "pause: \(server), for: \(time(500, 2000))"
            case .link("cut", let server):
                return "cut: \(server)" + (random.nextIndex(below: 2) == 0 ? ", reset: true" : "")
            case .link("delay", let server):
                return "delay: \(server), by: \(time(5, 80)), jitter: \(time(0, 20)), for: \(time(500, 2000))"
            case .link("limit", let server):
                return "limit: \(server), to: \(200 + random.nextIndex(below: 1800))KiB/s, for: \(time(500, 2000))"
            case .link(let kind, let server): return "\(kind): \(server), for: \(time(300, 1500))"
            case .end("restart", let server): return "restart: \(server)"
            case .end(let kind, let server): return "\(kind): \(server), for: \(time(200, 2000))"
            }
        }
    }

    private static func kinds(_ surroundings: Surroundings, _ store: Store) -> [Kind] {
        var kinds: [Kind] = [.kill, .terminate, .pauseWorker, .malformed, .fill]
        let links = ["cut", "refuse", "stall", "delay", "limit"]
        let ends = ["restart", "stop", "crash"]
        kinds += links.map { .link($0, "broker") }
        if surroundings.hasServer {
            if surroundings.brokerControl != nil { kinds += [.pause("broker")] + ends.map { .end($0, "broker") } }
        } else {
            kinds.append(.pause("broker"))
        }
        if store.isServer {
            if ServerURL(store.url).reasonAgainstProxy == nil { kinds += links.map { .link($0, "store") } }
            if store.control != nil { kinds += [.pause("store")] + ends.map { .end($0, "store") } }
        }
        return kinds
    }

    // MARK: - The scenario

    /// Its name, which its queues bear too: what one run leaves behind is no other's.
    var name: String { "chaos-\(number)" }

    /// The scenario's text; addresses come from the environment, for they may hold passwords.
    func scenario(_ surroundings: Surroundings) -> String {
        var lines = [
            "# Run \(number) of a chaos campaign: drawn by chance, and the same again by its seed.",
            "name: \(name)", "summary: \"\(faults.count) faults by chance\"", "seed: \(seed)", "arrivals: poisson",
        ]
        if pipeline != "text" { lines.append("pipeline: \(pipeline)") }
        lines += ["broker:", "  url: ${BROKER:-embedded}"]
        if surroundings.hasServer, let control = surroundings.brokerControl {
            lines.append("  control: \(Self.quoted(control))")
        }
        lines += ["store:", "  url: ${STORE:-sqlite}"]
        if store.isServer, let control = store.control { lines.append("  control: \(Self.quoted(control))") }
        lines += ["topology:"]
        for role in ["incoming", "processed", "failed"] {
            var keys = ["name: \(name)-\(role)", "durable: true"]
            if role == "incoming", isBounded { keys += ["max_length: 300", "overflow: reject-publish"] }
            lines.append("  \(role): {\(keys.joined(separator: ", "))}")
        }
        lines += [
            "phases: [{name: load, rate: \(ratePerSecond)/s, for: \(Self.seconds)s}]",
            "load: {connections: 2, persistent: true}", "workers: {count: \(workers), prefetch: 100}", "drain: 90s",
        ]
        if pipeline == "text" { lines.append("mix: {update: 90, delete: 10}") }
        lines += ["faults:"] + faults.map { "  - " + $0 }
        lines += ["thresholds: [lost == 0]"]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
