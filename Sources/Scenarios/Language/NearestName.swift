/// Finds what a misspelt name was meant to be.
enum NearestName {
    /// The candidate closest to a name, or nil when none is close enough to be meant.
    static func of(_ name: String, among candidates: [String]) -> String? {
        let wanted = letters(name)
        // A bound, because names come from files: nothing that long is a misspelt key.
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        let allowed = max(1, wanted.count / 3)
        var best: (distance: Int, name: String)?
        for candidate in candidates {
            let distance = distance(wanted, letters(candidate))
            if distance <= allowed, distance < (best?.distance ?? .max) {
                best = (distance, candidate)
            }
        }
        return best?.name
    }

    /// The phrase that offers the nearest name or, without one, all there are.
    static func advice(_ name: String, among candidates: [String]) -> String {
        if let nearest = of(name, among: candidates) {
            return "did you mean '\(nearest)'?"
        }
        return "possible: " + candidates.joined(separator: ", ")
    }

    /// Case and word separators are never what makes two names different.
    private static func letters(_ name: String) -> [Unicode.Scalar] {
        name.lowercased().unicodeScalars.filter { $0 != "_" && $0 != "-" && $0 != " " }
    }

    /// Insertions, deletions, replacements and swaps of neighbours between two names.
    private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
        var before = [Int](repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        for i in 1...a.count {
            var current = [i] + [Int](repeating: 0, count: b.count)
            for j in 1...b.count {
                let replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                current[j] = min(previous[j] + 1, current[j - 1] + 1, replaced)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    current[j] = min(current[j], before[j - 2] + 1)
                }
            }
            (before, previous) = (previous, current)
        }
        return previous[b.count]
    }
}
