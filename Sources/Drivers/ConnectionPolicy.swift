/// How the connections of a run choose among nodes, and what becomes of lost ones.
package struct ConnectionPolicy: Sendable, Equatable {
    /// Which node a connection tries first.
    package enum Allocation: Sendable, Equatable {
        /// The first of the list, always.
        case first
        /// Each connection the next one.
        case roundRobin
        /// One by chance.
        case random
    }

    package var allocation: Allocation
    /// What chance is drawn from.
    package var seed: UInt64
    /// Whether a lost connection is made again.
    package var recovers: Bool
    package var firstDelay: Duration
    package var maximumDelay: Duration
    /// Rounds over all nodes before a connection is given up; nil is no end.
    package var maximumRounds: Int?

    package init(
        allocation: Allocation = .first, seed: UInt64 = 1, recovers: Bool = true,
        firstDelay: Duration = .milliseconds(200), maximumDelay: Duration = .seconds(2), maximumRounds: Int? = nil
    ) {
        self.allocation = allocation
        self.seed = seed
        self.recovers = recovers
        self.firstDelay = firstDelay
        self.maximumDelay = maximumDelay
        self.maximumRounds = maximumRounds
    }

    /// The nodes in the order in which one of the connections tries them.
    package func ordered<Node>(_ nodes: [Node], connection: Int) -> [Node] {
        guard nodes.count > 1 else { return nodes }
        let first: Int
        switch allocation {
        case .first: return nodes
        case .roundRobin: first = connection % nodes.count
        case .random:
            // SplitMix64 of the seed and the connection's number.
            var word = (seed &+ UInt64(connection)) &* 0x9E37_79B9_7F4A_7C15
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            first = Int((word ^ (word >> 31)) % UInt64(nodes.count))
        }
        return Array(nodes[first...] + nodes[..<first])
    }
}
