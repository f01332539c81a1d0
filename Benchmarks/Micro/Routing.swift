import AMQPBroker
import Benchmark

/// A topic exchange with a thousand bindings.
func routingBenchmarks() {
    var trie = TopicTrie<Int>()
    for number in 0..<1000 {
        let region = ["eu", "us", "ap", "sa"][number % 4]
        let pattern =
            switch number % 5 {
            case 0: "\(region).#"
            case 1: "\(region).*.warn"
            case 2: "*.shop-\(number).*"
            case 3: "#.shop-\(number)"
            default: "\(region).shop-\(number).info"
            }
        trie.insert(number, pattern: pattern)
    }
    let full = trie
    measure("route") {
        var found = 0
        full.match("eu.shop-42.warn") { found &+= $0 }
        return found
    }
}
