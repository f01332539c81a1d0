import LoadMetrics

extension StoreAudit {
    /// What the comparison of the store with the books has shown, in one line.
    var words: String {
        if let failure { return "\(collection): not compared with the books: \(failure)" }
        var parts = ["\(collection): \(Quantity.count(found)) documents"]
        if mismatches == 0 {
            parts[0] += " as the books say"
        } else {
            let counts = [
                ("missing", missing), ("that must not be there", unexpected), ("with another content", wrong),
            ]
            parts += counts.filter { $0.1 > 0 }.map { "\(Quantity.count($0.1)) \($0.0)" }
        }
        if undecided > 0 { parts.append("\(Quantity.count(undecided)) undecided") }
        return parts.joined(separator: " · ")
    }
}
