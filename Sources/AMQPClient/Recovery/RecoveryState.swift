/// How long to wait between attempts to connect again.
package struct RecoveryPolicy: Sendable, Equatable {
    /// Before the first attempt after a loss.
    package var firstDelay: Duration
    /// What the delay grows to.
    package var maximumDelay: Duration
    /// By what the delay grows after every node was tried in vain.
    package var factor: Double
    /// How much of each delay chance may take away, 0 to 1: it keeps many clients from coming back at once.
    package var jitter: Double
    /// After so many rounds over all nodes the connection is given up; 0 is at once, nil is never.
    package var maximumRounds: Int?

    package init(
        firstDelay: Duration = .milliseconds(200), maximumDelay: Duration = .seconds(10), factor: Double = 2,
        jitter: Double = 0.5, maximumRounds: Int? = nil
    ) {
        self.firstDelay = firstDelay
        self.maximumDelay = maximumDelay
        self.factor = factor
        self.jitter = jitter
        self.maximumRounds = maximumRounds
    }

    /// The delay before a round, counted from 0; `chance` is from 0 up to 1.
    package func delay(round: Int, chance: Double) -> Duration {
        var delay = firstDelay
        for _ in 0..<min(max(round, 0), 64) where delay < maximumDelay { delay = delay * max(factor, 1) }
        return min(delay, maximumDelay) * (1 - min(max(jitter, 0), 1) * min(max(chance, 0), 1))
    }
}

/// What to do next to have a connection: which node, when, and when to give up.
///
/// It has no clock, no chance and no socket of its own.
///
///     idle ─start─► connecting(node) ─connected─► connected(node) ─lost─┐
///                      ▲    │ failed: next node, or after the last      │
///                      │    ▼                                           │
///                      └─ waiting(node) ◄───────────────────────────────┘      ended: no round is left
///
/// The first time every node is tried once, without waiting: a wrong address should show at once.
package struct RecoveryState: Sendable {
    /// Where it is.
    package enum Phase: Sendable, Equatable {
        case idle
        case connecting(node: Int)
        case connected(node: Int)
        case waiting(node: Int)
        case ended
    }

    /// What its owner does.
    package enum Action: Sendable, Equatable {
        case connect(node: Int)
        /// Wait, then call `waited`.
        case wait(Duration)
        /// No attempt is left: fail with the last error.
        case giveUp
        case nothing
    }

    package private(set) var phase = Phase.idle
    /// How often a lost connection was made good.
    package private(set) var recoveries = 0
    private let nodeCount: Int
    private let policy: RecoveryPolicy
    /// Whether there was a connection before the one that is sought now.
    private var wasConnected = false
    private var failuresInRow = 0

    /// Starts idle; at least one node.
    package init(nodeCount: Int, policy: RecoveryPolicy) {
        precondition(nodeCount > 0, "a connection needs a node")
        self.nodeCount = nodeCount
        self.policy = policy
    }

    /// Whether the connection that is sought now replaces a lost one.
    package var isRecovering: Bool {
        if case .connected = phase { false } else { wasConnected }
    }

    /// Begins with the first node.
    package mutating func start() -> Action {
        guard phase == .idle else { return .nothing }
        phase = .connecting(node: 0)
        return .connect(node: 0)
    }

    /// The connection is there and set up.
    package mutating func connected() {
        guard case .connecting(let node) = phase else { return }
        phase = .connected(node: node)
        if wasConnected { recoveries += 1 }
        wasConnected = true
        failuresInRow = 0
    }

    /// An attempt came to nothing; `chance` is from 0 up to 1.
    package mutating func failed(chance: Double) -> Action {
        guard case .connecting(let node) = phase else { return .nothing }
        failuresInRow += 1
        let next = (node + 1) % nodeCount
        if failuresInRow % nodeCount != 0 {
            phase = .connecting(node: next)
            return .connect(node: next)
        }
        let round = failuresInRow / nodeCount
        if !wasConnected || round >= policy.maximumRounds ?? .max {
            phase = .ended
            return .giveUp
        }
        phase = .waiting(node: next)
        return .wait(policy.delay(round: round, chance: chance))
    }

    /// The connection ended by itself; `chance` is from 0 up to 1.
    package mutating func lost(chance: Double) -> Action {
        guard case .connected(let node) = phase else { return .nothing }
        guard policy.maximumRounds != 0 else {
            phase = .ended
            return .giveUp
        }
        phase = .waiting(node: (node + 1) % nodeCount)
        failuresInRow = 0
        return .wait(policy.delay(round: 0, chance: chance))
    }

    /// The wait that was asked for is over.
    package mutating func waited() -> Action {
        guard case .waiting(let node) = phase else { return .nothing }
        phase = .connecting(node: node)
        return .connect(node: node)
    }
}
