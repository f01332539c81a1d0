extension Scenario {
    /// Something that is broken on purpose while the load runs.
    package struct Fault: Sendable, Equatable {
        /// Its name in reports and thresholds, unique in the scenario.
        package var name: String
        /// When it begins, from the start of the load or of its phase.
        package var at: Duration
        /// The phase from whose start `at` counts; nil for the load's.
        package var phase: String?
        /// What happens.
        package var action: FaultAction

        /// Describes a fault.
        package init(name: String, at: Duration, phase: String? = nil, action: FaultAction) {
            self.name = name
            self.at = at
            self.phase = phase
            self.action = action
        }
    }

    /// What a fault does.
    package enum FaultAction: Sendable, Equatable {
        /// Workers are killed (SIGKILL) and started again after a while.
        case kill(FaultWorkers, after: Duration)
        /// Workers are asked to end (SIGTERM) and started again after a while.
        case terminate(FaultWorkers, after: Duration)
        /// Workers are frozen (SIGSTOP) and let go on.
        case pauseWorkers(FaultWorkers, for: Duration)
        /// A server is frozen and let go on.
        case pauseServer(FaultServer, for: Duration)
        /// Every connection of a link ends, in good order or with a reset.
        case cut(FaultLink, reset: Bool)
        /// New connections over a link are refused.
        case refuse(FaultLink, for: Duration)
        /// A link carries nothing.
        case stall(FaultLink, for: Duration)
        /// A link delivers every byte later, give or take the jitter.
        case delay(FaultLink, by: Duration, jitter: Duration, for: Duration)
        /// A link carries no more bytes a second.
        case limit(FaultLink, bytesPerSecond: Int, for: Duration)
        /// A server is stopped in good order and started again at once.
        case restart(FaultServer)
        /// A server is stopped in good order for a while.
        case stop(FaultServer, for: Duration)
        /// A server is killed, and started again after a while.
        case crash(FaultServer, for: Duration)
        /// The workers are frozen until the incoming queue holds its limit, and then for a while.
        case fill(for: Duration)
        /// A share of the messages, 0…1, is sent broken.
        case malformed(share: Double, for: Duration)
    }

    /// Which of the run's workers are meant.
    package enum FaultWorkers: Sendable, Equatable {
        /// The one of that name.
        case named(String)
        /// One by chance, which the scenario's seed decides.
        case any
        /// All of them.
        case all
    }

    /// A server that the pipeline needs.
    package enum FaultServer: String, Sendable, CaseIterable {
        case broker, store
    }

    /// A link of the pipeline: whose connections to which server.
    package struct FaultLink: Sendable, Hashable {
        /// Whose connections.
        package enum Side: String, Sendable, CaseIterable {
            case workers, generator, both
        }

        /// The server at its end.
        package var server: FaultServer
        /// Whose connections; those to the store are all the workers'.
        package var side: Side

        /// Describes a link.
        package init(server: FaultServer, side: Side = .both) {
            self.server = server
            self.side = side
        }
    }

    /// How a server that the run did not start is told what to do.
    package struct ServerControl: Sendable, Equatable {
        /// What a server can be told.
        package enum Action: String, Sendable, CaseIterable {
            /// Start, with the data of before.
            case up
            /// End in good order.
            case stop
            /// End as by a power cut.
            case crash
            /// Freeze, and go on.
            case pause, resume
            /// End in good order and start again.
            case restart
        }

        /// The program and its arguments; `{{action}}` stands for the action.
        package var words: [String]

        /// A program with arguments.
        package init(words: [String]) {
            self.words = words
        }

        /// The place of the action.
        package static let placeholder: String = "{{action}}"

        /// The words for one action.
        package func words(for action: Action) -> [String] {
            words.map { $0.replacing(Self.placeholder, with: action.rawValue) }
        }
    }
}

extension Scenario.FaultAction {
    /// The word that the scenario has for it.
    package var kind: String {
        switch self {
        case .kill: "kill"
        case .terminate: "terminate"
        case .pauseWorkers, .pauseServer: "pause"
        case .cut: "cut"
        case .refuse: "refuse"
        case .stall: "stall"
        case .delay: "delay"
        case .limit: "limit"
        case .restart: "restart"
        case .stop: "stop"
        case .crash: "crash"
        case .fill: "fill"
        case .malformed: "malformed"
        }
    }

    /// What it happens to, in a word.
    package var subject: String {
        switch self {
        case .kill(let workers, _), .terminate(let workers, _), .pauseWorkers(let workers, _): workers.text
        case .pauseServer(let server, _), .restart(let server), .stop(let server, _), .crash(let server, _):
            server.rawValue
        case .cut(let link, _), .refuse(let link, _), .stall(let link, _), .delay(let link, _, _, _),
            .limit(let link, _, _):
            link.server.rawValue
        case .fill: "incoming"
        case .malformed: "messages"
        }
    }

    /// How long it is meant to last; zero for what is over when it has happened.
    package var length: Duration {
        switch self {
        case .kill(_, let time), .terminate(_, let time), .pauseWorkers(_, let time), .pauseServer(_, let time),
            .refuse(_, let time), .stall(_, let time), .delay(_, _, _, let time), .limit(_, _, let time),
            .stop(_, let time), .crash(_, let time), .fill(let time), .malformed(_, let time):
            time
        case .cut, .restart: .zero
        }
    }

    /// The link that it disturbs; nil where it needs none.
    package var link: Scenario.FaultLink? {
        switch self {
        case .cut(let link, _), .refuse(let link, _), .stall(let link, _), .delay(let link, _, _, _),
            .limit(let link, _, _):
            link
        default: nil
        }
    }

    /// The workers that it happens to; nil where it happens to none.
    package var workers: Scenario.FaultWorkers? {
        switch self {
        case .kill(let workers, _), .terminate(let workers, _), .pauseWorkers(let workers, _): workers
        case .fill: .all
        default: nil
        }
    }

    /// The server that has to be controlled; nil where none has.
    package var server: Scenario.FaultServer? {
        switch self {
        case .pauseServer(let server, _), .restart(let server), .stop(let server, _), .crash(let server, _): server
        default: nil
        }
    }
}

extension Scenario.FaultWorkers {
    /// The words that stand for no single worker.
    static let words = ["any", "all"]

    /// As the scenario writes it.
    package var text: String {
        switch self {
        case .named(let name): name
        case .any: "any"
        case .all: "all"
        }
    }

    init(_ text: String) {
        switch text {
        case "any": self = .any
        case "all": self = .all
        default: self = .named(text)
        }
    }
}

extension Scenario {
    /// When a phase begins, from the start of the load; nil where a phase before it ends by a count.
    package func start(ofPhase name: String) -> Duration? {
        var start = Duration.zero
        for phase in phases {
            if phase.name == name { return start }
            guard case .duration(let duration) = phase.end else { return nil }
            start += duration
        }
        return nil
    }

    /// When a fault begins, from the start of the load; nil where only the run will tell.
    package func start(of fault: Fault) -> Duration? {
        guard let phase = fault.phase else { return fault.at }
        return start(ofPhase: phase).map { $0 + fault.at }
    }

    /// The names of the workers that the run starts.
    package var workerNames: [String] {
        guard workers.source != .external, workers.count > 0 else { return [] }
        return branches.flatMap { branch in (1...workers.count).map { branch.workerName($0) } }
    }
}
