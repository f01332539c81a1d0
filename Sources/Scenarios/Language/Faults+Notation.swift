// How faults are written: when, what, and what belongs to it.

extension Notation where Value == [Scenario.Fault] {
    /// The faults in any order; those without a name are called after what they do.
    static var faults: Notation {
        list(of: Notation<Scenario.Fault>.fault, 0...1000).map { faults in
            var taken = Set(faults.map(\.name))
            return faults.map { fault in
                guard fault.name.isEmpty else { return fault }
                var fault = fault
                let base = "\(fault.action.kind)-\(fault.action.subject)"
                fault.name = base
                var number = 2
                while !taken.insert(fault.name).inserted {
                    fault.name = "\(base)-\(number)"
                    number += 1
                }
                return fault
            }
        } back: {
            $0
        }
        .written { !$0.isEmpty }
    }
}

extension Notation where Value == Scenario.Fault {
    fileprivate static var fault: Notation {
        let draft = Notation<FaultDraft>.object
        return Notation(
            form: draft.form,
            read: { node, decoding in
                guard let value = draft.read(node, &decoding) else { return nil }
                do throws(FaultMistake) {
                    return try value.fault()
                } catch {
                    decoding.report(node.place, error.message)
                    return nil
                }
            },
            write: { draft.write(FaultDraft($0)) })
    }
}

/// What is wrong with a fault as a whole.
private struct FaultMistake: Error {
    var message: String
}

/// A fault as the file writes it, before its parts are known to fit.
private struct FaultDraft: Keyed {
    var name: String?
    var at = Duration.zero
    var phase: String?
    // What happens: exactly one of these.
    var kill: String?
    var terminate: String?
    var pause: String?
    var cut: Scenario.FaultServer?
    var refuse: Scenario.FaultServer?
    var stall: Scenario.FaultServer?
    var delay: Scenario.FaultServer?
    var limit: Scenario.FaultServer?
    var restart: Scenario.FaultServer?
    var stop: Scenario.FaultServer?
    var crash: Scenario.FaultServer?
    var fill: Filled?
    var malformed: Double?
    // What belongs to it.
    var lasting: Duration?
    var after: Duration?
    var by: Duration?
    var jitter: Duration?
    var to: Int?
    var reset: Bool?
    var side: Scenario.FaultLink.Side?

    /// What can be filled.
    enum Filled: String, CaseIterable {
        case incoming
    }

    private static let times = Duration.milliseconds(1)...lastingAtMost

    static var keys: [Key<Self>] {
        [
            Key("at", \.at, .duration(.zero...lastingAtMost), required: true, "When, from the start of the load."),
            Key("phase", optional: \.phase, .name, "`at` counts from the start of this phase instead."),
            Key(
                "name", optional: \.name, .name,
                "Its name in reports and thresholds; without one what it does, such as `kill-worker-1`."),
        ] + whatHappens + whatBelongsToIt
    }

    private static var whatHappens: [Key<Self>] {
        let server = "`broker` or `store`"
        return [
            Key(
                "kill", optional: \.kill, .name,
                "A worker is killed (SIGKILL) and started again: `worker-1`, `any` by the scenario's seed, or `all`."),
            Key(
                "terminate", optional: \.terminate, .name,
                "A worker is asked to end (SIGTERM) and started again."),
            Key(
                "pause", optional: \.pause, .name,
                "A worker, the `broker` or the `store` is frozen (SIGSTOP) `for` a while."),
            Key("cut", optional: \.cut, .choice, "Every connection to the \(server) ends."),
            Key("refuse", optional: \.refuse, .choice, "New connections to the \(server) are refused `for` a while."),
            Key("stall", optional: \.stall, .choice, "Connections to the \(server) carry nothing `for` a while."),
            Key(
                "delay", optional: \.delay, .choice,
                "Bytes to and from the \(server) arrive later `by` a time, `for` a while."),
            Key(
                "limit", optional: \.limit, .choice,
                "Connections to the \(server) carry bytes up `to` a rate each way, `for` a while."),
            Key("restart", optional: \.restart, .choice, "The \(server) is stopped in good order and started again."),
            Key("stop", optional: \.stop, .choice, "The \(server) is stopped in good order `for` a while."),
            Key("crash", optional: \.crash, .choice, "The \(server) is killed, and started again."),
            Key(
                "fill", optional: \.fill, .choice,
                "All workers are frozen until the load has filled the queue to `topology.incoming.max_length`, and `for` a while longer."
            ),
            Key(
                "malformed", optional: \.malformed, .shareOfMessages,
                "This share of the messages is sent broken `for` a while."),
        ]
    }

    private static var whatBelongsToIt: [Key<Self>] {
        [
            Key("for", optional: \.lasting, .duration(times), "How long it lasts."),
            Key(
                "after", optional: \.after, .duration(.zero...lastingAtMost),
                "How long a worker is away before it is started again; without it, at once."),
            Key("by", optional: \.by, .duration(.zero...(.seconds(60))), "The time of `delay`, each way."),
            Key(
                "jitter", optional: \.jitter, .duration(.zero...(.seconds(60))),
                "How much more or less `delay` is by chance; the order stays."),
            Key("to", optional: \.to, .bandwidth, "The rate of `limit`, of all connections together."),
            Key(
                "reset", optional: \.reset, .boolean, "Whether `cut` resets connections (RST) instead of closing them."),
            Key(
                "link", optional: \.side, .choice,
                "Whose connections to the broker a link's fault concerns: the `workers`', the `generator`'s, or `both`."
            ),
        ]
    }

    init() {}

    private var given: [String] {
        let all: [(String, Bool)] = [
            ("kill", kill != nil), ("terminate", terminate != nil), ("pause", pause != nil), ("cut", cut != nil),
            ("refuse", refuse != nil), ("stall", stall != nil), ("delay", delay != nil), ("limit", limit != nil),
            ("restart", restart != nil), ("stop", stop != nil), ("crash", crash != nil), ("fill", fill != nil),
            ("malformed", malformed != nil),
        ]
        return all.filter(\.1).map(\.0)
    }

    /// The options of each kind: those it needs, and those it may have.
    private static let options: [String: (needs: Set<String>, may: Set<String>)] = [
        "kill": ([], ["after"]), "terminate": ([], ["after"]), "pause": (["for"], []),
        "cut": ([], ["reset", "link"]), "refuse": (["for"], ["link"]), "stall": (["for"], ["link"]),
        "delay": (["for", "by"], ["jitter", "link"]), "limit": (["for", "to"], ["link"]), "restart": ([], []),
        "stop": (["for"], []), "crash": ([], ["for"]), "fill": (["for"], []), "malformed": (["for"], []),
    ]

    private func checkOptions(of kind: String) throws(FaultMistake) {
        let given: [(String, Bool)] = [
            ("for", lasting != nil), ("after", after != nil), ("by", by != nil), ("jitter", jitter != nil),
            ("to", to != nil), ("reset", reset != nil), ("link", side != nil),
        ]
        guard let (needs, may) = Self.options[kind] else { return }
        for (option, isGiven) in given {
            if needs.contains(option), !isGiven {
                throw FaultMistake(message: "'\(kind)' needs '\(option)'; \(Self.example(of: kind))")
            }
            if isGiven, !needs.contains(option), !may.contains(option) {
                throw FaultMistake(message: "'\(option)' means nothing to '\(kind)'; \(Self.example(of: kind))")
            }
        }
    }

    private static func example(of kind: String) -> String {
        let text =
            switch kind {
            case "kill", "terminate": "{at: 5s, \(kind): worker-1, after: 2s}"
            case "pause": "{at: 5s, pause: worker-1, for: 3s}"
            case "cut": "{at: 5s, cut: broker}"
            case "delay": "{at: 5s, delay: broker, by: 20ms, for: 5s}"
            case "limit": "{at: 5s, limit: broker, to: 1MiB/s, for: 5s}"
            case "restart": "{at: 5s, restart: broker}"
            case "fill": "{at: 5s, fill: incoming, for: 2s}"
            case "malformed": "{at: 5s, malformed: 30%, for: 2s}"
            default: "{at: 5s, \(kind): broker, for: 2s}"
            }
        return "write it as \(text)"
    }

    func fault() throws(FaultMistake) -> Scenario.Fault {
        let given = given
        guard given.count == 1, let kind = given.first else {
            throw FaultMistake(
                message: given.isEmpty
                    ? "says not what happens; add one such as 'kill: worker-1' or 'cut: broker'"
                    : "says \(given.joined(separator: " and ")); give each a fault of its own")
        }
        try checkOptions(of: kind)
        return Scenario.Fault(name: name ?? "", at: at, phase: phase, action: action ?? .fill(for: .zero))
    }

    /// What happens; all that it needs is there.
    private var action: Scenario.FaultAction? {
        let lasting = lasting ?? .zero
        func link(_ server: Scenario.FaultServer) -> Scenario.FaultLink {
            Scenario.FaultLink(server: server, side: side ?? .both)
        }
        if let kill { return .kill(Scenario.FaultWorkers(kill), after: after ?? .zero) }
        if let terminate { return .terminate(Scenario.FaultWorkers(terminate), after: after ?? .zero) }
        if let pause {
            if let server = Scenario.FaultServer(rawValue: pause) { return .pauseServer(server, for: lasting) }
            return .pauseWorkers(Scenario.FaultWorkers(pause), for: lasting)
        }
        if let cut { return .cut(link(cut), reset: reset ?? false) }
        if let refuse { return .refuse(link(refuse), for: lasting) }
        if let stall { return .stall(link(stall), for: lasting) }
        if let delay { return .delay(link(delay), by: by ?? .zero, jitter: jitter ?? .zero, for: lasting) }
        if let limit { return .limit(link(limit), bytesPerSecond: to ?? 0, for: lasting) }
        if let restart { return .restart(restart) }
        if let stop { return .stop(stop, for: lasting) }
        if let crash { return .crash(crash, for: lasting) }
        if fill != nil { return .fill(for: lasting) }
        return malformed.map { .malformed(share: $0, for: lasting) }
    }

    init(_ fault: Scenario.Fault) {
        name = fault.name
        at = fault.at
        phase = fault.phase
        if let link = fault.action.link { side = link.side == .both ? nil : link.side }
        switch fault.action {
        case .kill(let workers, let time): (kill, after) = (workers.text, time == .zero ? nil : time)
        case .terminate(let workers, let time): (terminate, after) = (workers.text, time == .zero ? nil : time)
        case .pauseWorkers(let workers, let time): (pause, lasting) = (workers.text, time)
        case .pauseServer(let server, let time): (pause, lasting) = (server.rawValue, time)
        case .cut(let link, let isReset): (cut, reset) = (link.server, isReset ? true : nil)
        case .refuse(let link, let time): (refuse, lasting) = (link.server, time)
        case .stall(let link, let time): (stall, lasting) = (link.server, time)
        case .delay(let link, let time, let spread, let length):
            (delay, by, jitter, lasting) = (link.server, time, spread == .zero ? nil : spread, length)
        case .limit(let link, let rate, let time): (limit, to, lasting) = (link.server, rate, time)
        case .restart(let server): restart = server
        case .stop(let server, let time): (stop, lasting) = (server, time)
        case .crash(let server, let time): (crash, lasting) = (server, time == .zero ? nil : time)
        case .fill(let time): (fill, lasting) = (.incoming, time)
        case .malformed(let share, let time): (malformed, lasting) = (share, time)
        }
    }
}

extension Notation where Value == Int {
    /// Bytes a second.
    fileprivate static var bandwidth: Notation {
        let expected = "bytes a second; write 1MiB/s or 500kB/s"
        return scalar(
            .text(pattern: #"^[0-9]+(\.[0-9]+)? ?(B|kB|KiB|MB|MiB|GB|GiB) ?/ ?s$"#, words: "bytes a second, `1MiB/s`"),
            expected: expected
        ) { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[1].filter({ $0 != " " }) == "s",
                let bytes = Quantity.size.value(of: String(parts[0])), (1...1e12).contains(bytes)
            else { return nil }
            return Int(bytes)
        } write: {
            .bare(Quantity.size.text(Double($0)) + "/s")
        }
    }
}

extension Notation where Value == Double {
    /// A part of all, above nothing.
    fileprivate static var shareOfMessages: Notation {
        quantity(.percent, 0...100)
            .checked { $0 > 0 ? nil : "must be above 0%" }
            .map {
                $0 / 100
            } back: {
                $0 * 100
            }
    }
}

/// Why a command cannot control a server.
package struct ServerControlMistake: Error, Equatable, CustomStringConvertible {
    package let description: String
}

extension Scenario.ServerControl {
    /// Takes a command apart as the scenario does.
    package init(command: String) throws(ServerControlMistake) {
        do throws(ShellWords.Mistake) {
            self.init(words: try ShellWords(command).words.map(\.text))
        } catch {
            throw ServerControlMistake(description: error.message)
        }
        if let mistake { throw ServerControlMistake(description: mistake) }
    }

    /// What is wrong with it; nil where nothing is.
    fileprivate var mistake: String? {
        words.contains { $0.contains(Self.placeholder) }
            ? nil
            : "needs {{action}} where the action belongs: "
                + Action.allCases.map(\.rawValue).joined(separator: ", ")
    }
}

extension Notation where Value == Scenario.ServerControl {
    /// A command with `{{action}}` in it: a text to split, or the words.
    static var control: Notation {
        let list = Notation<[String]>.list(of: .text(bytes: 1...4096), 1...100)
        let single = Notation(
            form: .text(pattern: nil, words: "text"),
            read: { node, decoding in
                guard case .scalar(let scalar) = node.content, !scalar.isNull else {
                    decoding.report(node.place, "expected a command such as 'server.sh {{action}}', found \(node.kind)")
                    return nil
                }
                do throws(ShellWords.Mistake) {
                    return Scenario.ServerControl(words: try ShellWords(scalar.text).words.map(\.text))
                } catch {
                    decoding.report(node.place, error.message)
                    return nil
                }
            },
            write: { _ in nil })
        let words = list.map {
            Scenario.ServerControl(words: $0)
        } back: {
            $0.words
        }
        return .either(single: single, structured: words)
            .checked(\.mistake)
            .checked { control in
                control.words.contains { ServerURL($0).holdsSecret }
                    ? "would show a password to everybody who lists processes; keep it in a file or the environment"
                    : nil
            }
    }
}
