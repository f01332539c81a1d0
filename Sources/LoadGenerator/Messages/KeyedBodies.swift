import Scenarios

/// Pairs bodies with routing keys, so that drawing a pair by chance draws each key, and nearly each body, equally often.
struct KeyedBodies {
    /// A body and the key it is published with.
    struct Pair: Equatable {
        var body: Int
        /// Nil where there is only one key, which needs no saying.
        var key: Int?
    }

    /// Every body stands with every key only as long as that makes no more pairs than this.
    private static let fullPairs = 4096

    /// The pairs.
    let pairs: [Pair]

    init(bodies: Int, keys: Int) {
        guard keys > 1 else {
            pairs = (0..<bodies).map { Pair(body: $0) }
            return
        }
        if bodies <= Self.fullPairs / keys {
            pairs = (0..<bodies * keys).map { Pair(body: $0 / keys, key: $0 % keys) }
            return
        }
        // As many pairs as there are bodies, or keys, up to a multiple of the keys: each key in as many as the others.
        let count = (max(bodies, keys) + keys - 1) / keys * keys
        pairs = (0..<count).map { Pair(body: $0 % bodies, key: $0 % keys) }
    }
}

extension Scenario.Load {
    /// The stream of the run's seed that routing keys are drawn from.
    private static let keyStream: UInt64 = 5 << 32

    /// The routing keys the load is published with, in order; at least one.
    func keys(seed: UInt64, topology: Scenario.Topology) -> [String] {
        switch routingKeys {
        case nil: return topology.routingKeys
        case .named(let keys): return keys
        case .random(let count):
            var random = SeededGenerator(seed: seed, stream: Self.keyStream)
            let letters = Array("abcdefghijklmnopqrstuvwxyz234567")
            var keys: [String] = []
            var seen: Set<String> = []
            while keys.count < count {
                let word = random.next()
                let key = String((0..<12).map { letters[Int(word >> (5 * $0) & 31)] })
                if seen.insert(key).inserted { keys.append(key) }
            }
            return keys
        }
    }
}
