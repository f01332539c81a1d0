/// Binding patterns of a topic exchange, word by word: `*` stands for one word, `#` for any number of them.
///
///     "eu.*.warn", "eu.#":   eu ─┬─ * ── warn ●
///                                └─ # ●
struct TopicTrie<Value: Hashable> {
    /// Children by word, of each node; the root is node 0.
    private var nodes: [[String: Int]] = [[:]]
    /// Values under the pattern that ends at each node.
    private var values: [[Value]] = [[]]

    /// Adds a value under a pattern; the same value may stand under several.
    mutating func insert(_ value: Value, pattern: String) {
        var node = 0
        for word in Self.words(pattern) {
            if let next = nodes[node][word] {
                node = next
            } else {
                nodes.append([:])
                values.append([])
                nodes[node][word] = nodes.count - 1
                node = nodes.count - 1
            }
        }
        values[node].append(value)
    }

    /// Calls `found` for each value whose pattern matches; one value may come several times.
    func match(_ key: String, _ found: (Value) -> Void) {
        match(Self.words(key)[...], at: 0, found)
    }

    private func match(_ words: ArraySlice<String>, at node: Int, _ found: (Value) -> Void) {
        if let many = nodes[node]["#"] {
            // "#" takes none, one, two … of the words left.
            var rest = words
            match(rest, at: many, found)
            while !rest.isEmpty {
                rest.removeFirst()
                match(rest, at: many, found)
            }
        }
        guard let word = words.first else {
            values[node].forEach(found)
            return
        }
        if let one = nodes[node]["*"] { match(words.dropFirst(), at: one, found) }
        if word != "*", word != "#", let same = nodes[node][word] { match(words.dropFirst(), at: same, found) }
    }

    private static func words(_ key: String) -> [String] {
        key.isEmpty ? [] : key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }
}
