/// Durations in nanoseconds with three significant digits, from 1 ns to 39 hours, in HdrHistogram's bucket layout.
///
/// ```
///  value    0 … 2047     2048 … 4095    4096 … 8191    …
///  bucket   0 (step 1)   1 (step 2)     2 (step 4)     …    2048 entries, then 1024 for each bucket
/// ```
///
/// Space for 73 minutes is allocated at once (264 KiB), so that ``record(_:)`` allocates nothing; a longer duration
/// grows the table once for each doubling. What cannot be placed is counted: negative values in ``negativeCount``,
/// values past 39 hours in ``overflowCount``.
package struct LatencyHistogram: Sendable, Equatable {
    /// Number of values recorded, without the negative and overflowing ones.
    package private(set) var count: UInt64 = 0
    /// Number of values below zero: a clock that does not agree, never taken for a latency.
    package internal(set) var negativeCount: UInt64 = 0
    /// Number of values past ``highestTrackableNanoseconds``.
    package internal(set) var overflowCount: UInt64 = 0

    private(set) var counts: [UInt64]
    private var lowest = UInt64.max
    private var highest: UInt64 = 0

    /// The longest duration that is recorded rather than counted as overflow: 2^47 − 1 ns, 39 hours.
    package static let highestTrackableNanoseconds: Int64 = (1 << 47) - 1

    /// An empty histogram with room for 73 minutes.
    package init() {
        counts = [UInt64](repeating: 0, count: Layout.index(of: Layout.preallocatedHighest) + 1)
    }

    /// Records one duration.
    package mutating func record(_ nanoseconds: Int64) {
        record(nanoseconds, count: 1)
    }

    /// Records `occurrences` equal durations.
    package mutating func record(_ nanoseconds: Int64, count occurrences: UInt64) {
        guard nanoseconds >= 0 else {
            negativeCount &+= occurrences
            return
        }
        let value = UInt64(bitPattern: nanoseconds)
        let index = Layout.index(of: value)
        if index >= counts.count {
            guard nanoseconds <= Self.highestTrackableNanoseconds else {
                overflowCount &+= occurrences
                return
            }
            grow(toHold: index)
        }
        counts[index] &+= occurrences
        count &+= occurrences
        if value > highest { highest = value }
        if value < lowest { lowest = value }
    }

    /// Records many durations at once, for less than one after the other.
    package mutating func record(_ nanoseconds: Span<Int64>) {
        var (smallest, largest) = (lowest, highest)
        var recorded: UInt64 = 0
        // What is negative or finds no room yet is left to `record(_:)`.
        var others: [Int64] = []
        counts.withUnsafeMutableBufferPointer { counts in
            for position in nanoseconds.indices {
                let value = UInt64(bitPattern: nanoseconds[position])
                let index = Layout.index(of: value)
                guard nanoseconds[position] >= 0, index < counts.count else {
                    others.append(nanoseconds[position])
                    continue
                }
                counts[index] &+= 1
                recorded &+= 1
                if value > largest { largest = value }
                if value < smallest { smallest = value }
            }
        }
        count &+= recorded
        (lowest, highest) = (smallest, largest)
        for other in others { record(other) }
    }

    /// Adds everything that `other` recorded.
    package mutating func merge(_ other: LatencyHistogram) {
        if other.counts.count > counts.count { grow(toHold: other.counts.count - 1) }
        for index in other.counts.indices {
            counts[index] &+= other.counts[index]
        }
        count &+= other.count
        negativeCount &+= other.negativeCount
        overflowCount &+= other.overflowCount
        highest = Swift.max(highest, other.highest)
        lowest = Swift.min(lowest, other.lowest)
    }

    /// Takes out what `part` recorded, which must have been recorded here too; the extremes are then known to the
    /// histogram's precision.
    package mutating func subtract(_ part: LatencyHistogram) {
        guard part.count + part.negativeCount + part.overflowCount > 0 else { return }
        var rest = counts
        for index in part.counts.indices where part.counts[index] > 0 { rest[index] &-= part.counts[index] }
        var result = LatencyHistogram(counts: rest, lowest: lowest, highest: highest)
        result.negativeCount = negativeCount &- part.negativeCount
        result.overflowCount = overflowCount &- part.overflowCount
        self = result
    }

    /// Forgets everything and keeps the space.
    package mutating func reset() {
        if count > 0 {
            // What was not used is empty: mostly nearly all of the table.
            let used = Layout.index(of: lowest)...Layout.index(of: highest)
            counts.withUnsafeMutableBufferPointer { $0[used].update(repeating: 0) }
        }
        count = 0
        negativeCount = 0
        overflowCount = 0
        lowest = .max
        highest = 0
    }

    private mutating func grow(toHold index: Int) {
        // Whole buckets, so that the next values of the same magnitude find room.
        let length = (index / Layout.halfBucket + 1) * Layout.halfBucket
        counts.append(contentsOf: repeatElement(0, count: length - counts.count))
    }
}

// MARK: - Reading

extension LatencyHistogram {
    /// Whether nothing was recorded.
    package var isEmpty: Bool { count == 0 }

    /// The longest recorded duration, exact; 0 when nothing was recorded.
    package var max: Int64 { Int64(bitPattern: highest) }

    /// The shortest recorded duration, exact; 0 when nothing was recorded.
    package var min: Int64 { count == 0 ? 0 : Int64(bitPattern: lowest) }

    /// The mean of the recorded durations in nanoseconds, to the histogram's precision; 0 when nothing was recorded.
    package var mean: Double {
        guard count > 0 else { return 0 }
        var sum = 0.0
        forEachBucket { sum += Double(Layout.middle(of: $0)) * Double($1) }
        return sum / Double(count)
    }

    /// The standard deviation of the recorded durations in nanoseconds; 0 when nothing was recorded.
    package var standardDeviation: Double {
        guard count > 0 else { return 0 }
        let mean = mean
        var sum = 0.0
        forEachBucket { index, occurrences in
            let distance = Double(Layout.middle(of: index)) - mean
            sum += distance * distance * Double(occurrences)
        }
        return (sum / Double(count)).squareRoot()
    }

    /// The duration that `p` per cent (0…100) of the recorded ones do not exceed; 0 when nothing was recorded.
    package func percentile(_ p: Double) -> Int64 {
        percentiles([p])[0]
    }

    /// The durations at several percentiles, given in ascending order, in one pass over the table.
    package func percentiles(_ ascending: [Double]) -> [Int64] {
        var values = [Int64](repeating: 0, count: ascending.count)
        guard count > 0 else { return values }
        var next = 0
        while next < ascending.count, ascending[next] <= 0 {
            values[next] = min
            next += 1
        }
        var target = next < ascending.count ? rank(of: ascending[next]) : 0
        var seen: UInt64 = 0
        // A second's figures are asked for on an event loop: only the part of the table that was used is walked.
        for index in Layout.index(of: lowest)...Layout.index(of: highest) {
            guard next < ascending.count else { break }
            seen &+= counts[index]
            while seen >= target {
                let upper = Int64(bitPattern: Layout.highest(of: index))
                values[next] = Swift.max(Swift.min(upper, max), min)
                next += 1
                guard next < ascending.count else { break }
                target = rank(of: ascending[next])
            }
        }
        while next < ascending.count {
            values[next] = max
            next += 1
        }
        return values
    }

    /// The share (0…1) of recorded durations that do not exceed `nanoseconds`, to the histogram's precision.
    package func fraction(atOrBelow nanoseconds: Int64) -> Double {
        guard count > 0, nanoseconds >= 0 else { return 0 }
        let last = Swift.min(Layout.index(of: UInt64(bitPattern: nanoseconds)), counts.count - 1)
        var seen: UInt64 = 0
        for index in 0...last { seen &+= counts[index] }
        return Double(seen) / Double(count)
    }

    /// Number of recorded durations in the `p` lowest per cent, at least one, without rounding into the next one.
    private func rank(of p: Double) -> UInt64 {
        guard p < 100 else { return count }
        let share = (Swift.max(p.nextDown, 0) * Double(count) / 100).rounded(.up)
        return Swift.min(count, Swift.max(1, UInt64(saturating: share)))
    }

    /// One step of the table that holds values.
    package struct Bucket: Sendable, Equatable {
        /// The lowest and highest duration that the step stands for.
        package let nanoseconds: ClosedRange<Int64>
        /// How many values fell into it.
        package let count: UInt64
    }

    /// The steps that hold values, ascending.
    package var buckets: [Bucket] {
        var result: [Bucket] = []
        forEachBucket { index, occurrences in
            let lower = Int64(bitPattern: Layout.lowest(of: index))
            let upper = Int64(bitPattern: Layout.highest(of: index))
            result.append(Bucket(nanoseconds: lower...upper, count: occurrences))
        }
        return result
    }

    private func forEachBucket(_ body: (_ index: Int, _ count: UInt64) -> Void) {
        for index in counts.indices where counts[index] != 0 { body(index, counts[index]) }
    }
}

extension LatencyHistogram: CustomStringConvertible {
    /// Count, median and extremes in nanoseconds: the table is too long to print.
    package var description: String {
        "LatencyHistogram(count: \(count), min: \(min), p50: \(percentile(50)), max: \(max))"
    }
}

// MARK: - Whole tables, for the codec

extension LatencyHistogram {
    /// A histogram rebuilt from a table of counts; the exact extremes are optional, the table gives them to its precision.
    init(counts table: [UInt64], lowest exactLowest: UInt64?, highest exactHighest: UInt64?) {
        self.init()
        if table.count > counts.count { grow(toHold: table.count - 1) }
        var first: Int?
        var last: Int?
        for index in table.indices where table[index] != 0 {
            counts[index] = table[index]
            count &+= table[index]
            first = first ?? index
            last = index
        }
        guard let first, let last else { return }
        lowest = Self.extreme(exactLowest, within: first) ?? Layout.lowest(of: first)
        highest = Self.extreme(exactHighest, within: last) ?? Layout.highest(of: last)
    }

    /// The exact extreme, if it lies in the step where the table says the extreme is.
    private static func extreme(_ value: UInt64?, within index: Int) -> UInt64? {
        guard let value, value <= UInt64(highestTrackableNanoseconds), Layout.index(of: value) == index else {
            return nil
        }
        return value
    }

    /// HdrHistogram's bucket layout for a lowest value of 1 and three significant digits.
    enum Layout {
        static let halfBucketMagnitude = 10
        static let halfBucket = 1 << halfBucketMagnitude
        static let preallocatedHighest: UInt64 = (1 << 42) - 1

        static func index(of value: UInt64) -> Int {
            let bucket = 53 - (value | 0x7FF).leadingZeroBitCount
            return (bucket << halfBucketMagnitude) + Int(truncatingIfNeeded: value >> UInt64(bucket))
        }

        static func lowest(of index: Int) -> UInt64 {
            let bucket = Swift.max(0, (index >> halfBucketMagnitude) - 1)
            return UInt64(index - (bucket << halfBucketMagnitude)) << UInt64(bucket)
        }

        static func highest(of index: Int) -> UInt64 {
            lowest(of: index + 1) - 1
        }

        static func middle(of index: Int) -> UInt64 {
            let low = lowest(of: index)
            return low + (lowest(of: index + 1) - low) / 2
        }
    }
}
