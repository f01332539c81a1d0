import Scenarios
import Testing

@testable import LoadGenerator

@Suite struct KeyedBodiesTests {
    @Test func oneKeyNeedsNoSaying() {
        #expect(KeyedBodies(bodies: 3, keys: 1).pairs == (0..<3).map { .init(body: $0) })
        #expect(KeyedBodies(bodies: 2, keys: 0).pairs == (0..<2).map { .init(body: $0) })
    }

    @Test(arguments: [(1, 10), (2, 2), (256, 10), (1024, 10), (1000, 7), (4, 5000), (1, 100_000)])
    func everyKeyComesAsOftenAsTheOthersAndNoBodyIsForgotten(bodies: Int, keys: Int) {
        let pairs = KeyedBodies(bodies: bodies, keys: keys).pairs
        let perKey = Dictionary(grouping: pairs, by: \.key).mapValues(\.count)
        #expect(perKey.count == keys && Set(perKey.values).count == 1)
        #expect(Set(pairs.map(\.body)).count == bodies)
        #expect(pairs.count <= max(4096, bodies + keys))
        if bodies * keys <= 4096 { #expect(pairs.count == bodies * keys) }
    }

    @Test func drawnKeysAreDistinctAndFollowTheSeed() {
        var load = Scenario.Load()
        load.routingKeys = .random(5000)
        let keys = load.keys(seed: 7, topology: Scenario.Topology())
        #expect(Set(keys).count == 5000 && keys.allSatisfy { $0.utf8.count == 12 })
        #expect(load.keys(seed: 7, topology: Scenario.Topology()) == keys)
        #expect(load.keys(seed: 8, topology: Scenario.Topology()) != keys)
    }
}
