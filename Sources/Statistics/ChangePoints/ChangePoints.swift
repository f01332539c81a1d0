/// Where a history changed: E-divisive (Matteson and James, "A nonparametric approach for multiple change point analysis
/// of multivariate data", JASA 2014), with the exponent 1.
///
/// The split of a stretch is where the energy distance between both sides is greatest. It counts when permuting the values
/// within their stretches seldom gives so great a distance; the stretches on either side are then split further. No
/// distribution is assumed, and any kind of change is found, of spread too.
package enum ChangePoints {
    /// A change between two values of a history.
    package struct Change: Sendable, Equatable {
        /// The first value after it.
        package let index: Int
        /// How likely so clear a change would be if there were none.
        package let probability: Double
        /// The medians of the stretches before and after.
        package let medians: (before: Double, after: Double)

        package static func == (first: Change, second: Change) -> Bool {
            first.index == second.index && first.probability == second.probability
                && first.medians == second.medians
        }
    }

    /// The changes of a history in order of time.
    ///
    /// A stretch has at least `shortest` values; a change counts when its probability by `permutations` permutations is at
    /// most `significance`, which is the chance of a false one at each step from coarse to fine. The work grows with the square of the history's length.
    package static func of(
        _ history: [Double], significance: Double = 0.01, shortest: Int = 4, permutations: Int = 199,
        using random: inout some RandomNumberGenerator
    ) -> [Change] {
        let shortest = max(2, shortest)
        guard history.allSatisfy(\.isFinite) else { return [] }
        var bounds = [0, history.count]
        var found: [(index: Int, probability: Double)] = []
        while let candidate = bestSplit(of: history, bounds, shortest) {
            var asGreat = 0
            for _ in 0..<permutations {
                var shuffled = history
                for (from, to) in zip(bounds, bounds.dropFirst()) { shuffled[from..<to].shuffle(using: &random) }
                if let split = bestSplit(of: shuffled, bounds, shortest), split.distance >= candidate.distance {
                    asGreat += 1
                }
            }
            let probability = Double(asGreat + 1) / Double(permutations + 1)
            guard probability <= significance else { break }
            found.append((candidate.index, probability))
            bounds.append(candidate.index)
            bounds.sort()
        }
        return found.sorted { $0.index < $1.index }.map { change in
            let place = bounds.firstIndex(of: change.index) ?? 0
            func median(_ from: Int, _ to: Int) -> Double { OrderedSamples(history[from..<to])?.median ?? 0 }
            return Change(
                index: change.index, probability: change.probability,
                medians: (median(bounds[place - 1], change.index), median(change.index, bounds[place + 1])))
        }
    }

    /// The split of any stretch with the greatest distance; nil when none is long enough, or all values are equal.
    private static func bestSplit(of values: [Double], _ bounds: [Int], _ shortest: Int) -> (
        index: Int, distance: Double
    )? {
        var best: (index: Int, distance: Double)?
        for (from, to) in zip(bounds, bounds.dropFirst()) {
            guard let split = bestSplit(of: values, from..<to, shortest), split.distance > best?.distance ?? 0 else {
                continue
            }
            best = split
        }
        return best
    }

    private static func bestSplit(of values: [Double], _ range: Range<Int>, _ shortest: Int) -> (
        index: Int, distance: Double
    )? {
        guard range.count >= 2 * shortest else { return nil }
        // Sums of distances within the left part, within the right part, and between them: kept up to date as one value
        // after the other moves from right to left.
        var (left, right, between) = (0.0, 0.0, 0.0)
        var best: (index: Int, distance: Double)?
        values.withUnsafeBufferPointer { values in
            var first = range.lowerBound
            while first < range.upperBound {
                var second = first + 1
                while second < range.upperBound {
                    right += abs(values[first] - values[second])
                    second += 1
                }
                first += 1
            }
            for split in (range.lowerBound + 1)..<range.upperBound {
                let moved = values[split - 1]
                var (toLeft, toRight) = (0.0, 0.0)
                var other = range.lowerBound
                while other < split - 1 {
                    toLeft += abs(values[other] - moved)
                    other += 1
                }
                other = split
                while other < range.upperBound {
                    toRight += abs(values[other] - moved)
                    other += 1
                }
                left += toLeft
                right -= toRight
                between += toRight - toLeft
                let n = Double(split - range.lowerBound)
                let m = Double(range.upperBound - split)
                guard Int(n) >= shortest, Int(m) >= shortest else { continue }
                let energy = 2 * between / (n * m) - 2 * left / (n * (n - 1)) - 2 * right / (m * (m - 1))
                let distance = energy * n * m / (n + m)
                if distance > best?.distance ?? 0 { best = (split, distance) }
            }
        }
        return best
    }
}
