/// Binding patterns of a topic exchange, word by word: `*` stands for one word, `#` for any number of them.
///
///     "eu.*.warn", "eu.#":   eu ─┬─ * ── warn ●
///                                └─ # ●
package struct TopicTrie<Value: Hashable> {
    /// Children by word, of each node; the root is node 0.
    private var nodes: [[String: Int]] = [[:]]
    /// Values under the pattern that ends at each node.
    private var values: [[Value]] = [[]]
    /// Whether the node stands behind a "#", where any word may stay.
    private var isMany = [false]

    /// Holds no pattern.
    package init() {}

    /// Adds a value under a pattern; the same value may stand under several.
    package mutating func insert(_ value: Value, pattern: String) {
        var node = 0
        for word in Self.words(pattern) {
            if let next = nodes[node][word] {
                node = next
            } else {
                nodes.append([:])
                values.append([])
                isMany.append(word == "#")
                nodes[node][word] = nodes.count - 1
                node = nodes.count - 1
            }
        }
        values[node].append(value)
    }

    /// Calls `found` for each value whose pattern matches; one value may come several times.
    ///
    /// All ways through the trie are followed at once, word by word: no pattern takes more steps than words times nodes.
    package func match(_ key: String, _ found: (Value) -> Void) {
        var active: Set<Int> = []
        enter(0, &active)
        for word in Self.words(key) {
            var next: Set<Int> = []
            for node in active {
                if isMany[node] { next.insert(node) }
                if let one = nodes[node]["*"] { enter(one, &next) }
                if word != "*", word != "#", let same = nodes[node][word] { enter(same, &next) }
            }
            active = next
        }
        for node in active { values[node].forEach(found) }
    }

    /// Enters a node, and those behind it that a "#" for no word leads to.
    private func enter(_ node: Int, _ active: inout Set<Int>) {
        guard active.insert(node).inserted, let many = nodes[node]["#"] else { return }
        enter(many, &active)
    }

    private static func words(_ key: String) -> [String] {
        key.isEmpty ? [] : key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }
}
