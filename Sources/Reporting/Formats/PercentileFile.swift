package import LoadMetrics

/// A histogram as HdrHistogram's percentile distribution (`.hgrm`), in milliseconds, as its plotters read it.
package enum PercentileFile {
    /// The text: value, percentile, count up to it, 1/(1 − percentile); five lines for each halving of the rest.
    package static func text(of histogram: LatencyHistogram, ticksPerHalfDistance: Int = 5) -> String {
        var text = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
        let total = Double(histogram.count)
        let buckets = histogram.buckets
        var level = 0.0
        var seen: UInt64 = 0
        for bucket in buckets {
            seen += bucket.count
            let value = milliseconds(bucket.nanoseconds.upperBound)
            while level < 100, Double(seen) / total * 100 >= level {
                text += "\(value) \(Quantity.fixed(level / 100, decimals: 12)) \(count(seen)) "
                text += Quantity.fixed(1 / (1 - level / 100), decimals: 2).filled(to: 14) + "\n"
                level += step(from: level, ticksPerHalfDistance: ticksPerHalfDistance)
                // The last value closes the table with its own line.
                if seen == histogram.count { break }
            }
        }
        if let last = buckets.last {
            text += "\(milliseconds(last.nanoseconds.upperBound)) 1.000000000000 \(count(histogram.count))\n"
        }
        let greatest = buckets.last?.nanoseconds.upperBound ?? 0
        text += "#[Mean    = \(decimals(histogram.mean / 1e6)), StdDeviation   = "
        text += "\(decimals(histogram.standardDeviation / 1e6))]\n"
        text += "#[Max     = \(milliseconds(greatest)), Total count    = "
        text += String(histogram.count).filled(to: 12) + "]\n"
        text += "#[Buckets = \("32".filled(to: 12)), SubBuckets     = "
        text += "2048".filled(to: 12) + "]\n"
        return text
    }

    /// Half of what is left to 100 per cent, in this many steps.
    private static func step(from level: Double, ticksPerHalfDistance: Int) -> Double {
        var halvings = 1.0
        var rest = 100 / (100 - level)
        while rest >= 2 {
            rest /= 2
            halvings += 1
        }
        var ticks = Double(ticksPerHalfDistance)
        for _ in 0..<Int(halvings) { ticks *= 2 }
        return 100 / ticks
    }

    private static func milliseconds(_ nanoseconds: Int64) -> String { decimals(Double(nanoseconds) / 1e6) }

    private static func decimals(_ value: Double) -> String {
        Quantity.fixed(value, decimals: 3).filled(to: 12)
    }

    private static func count(_ value: UInt64) -> String { String(value).filled(to: 10) }
}

extension String {
    /// With spaces before it to `width` characters; longer text stays whole.
    fileprivate func filled(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
