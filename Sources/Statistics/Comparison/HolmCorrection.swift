/// Several tests at once without more false alarms in all (Holm 1979).
package enum HolmCorrection {
    /// What each probability becomes when all are looked at: below the level in question it counts as found.
    package static func adjusted(_ probabilities: [Double]) -> [Double] {
        var adjusted = probabilities
        var reached = 0.0
        for (step, index) in probabilities.indices.sorted(by: { probabilities[$0] < probabilities[$1] }).enumerated() {
            reached = max(reached, min(1, probabilities[index] * Double(probabilities.count - step)))
            adjusted[index] = reached
        }
        return adjusted
    }
}
