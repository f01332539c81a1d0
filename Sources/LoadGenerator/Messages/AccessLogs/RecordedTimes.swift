/// When the lines of a log came: its seconds, and the first line of each.
///
/// A log tells whole seconds; the lines of one second are spread evenly over it.
package struct RecordedTimes: Sendable, Equatable {
    /// A second in which lines came.
    package struct Second: Sendable, Equatable {
        package var unixSeconds: Int64
        package var firstLine: UInt64

        package init(unixSeconds: Int64, firstLine: UInt64) {
            self.unixSeconds = unixSeconds
            self.firstLine = firstLine
        }
    }

    private let seconds: [Second]
    private let lines: UInt64

    /// Seconds in ascending order, the first beginning with line 0; `lines` is how many lines there are in all.
    package init(seconds: [Second], lines: UInt64) {
        // A log without any time is all one second.
        self.seconds = seconds.isEmpty ? [Second(unixSeconds: 0, firstLine: 0)] : seconds
        self.lines = max(lines, 1)
    }

    /// How long one round through the log takes, its last second included.
    package var spanSeconds: Double {
        Double((seconds.last?.unixSeconds ?? 0) - (seconds.first?.unixSeconds ?? 0) + 1)
    }

    /// The first line that came more than so many seconds after line 0; nil where none did.
    package func firstLine(later limit: Double) -> UInt64? {
        seconds.first { Double($0.unixSeconds - (seconds.first?.unixSeconds ?? 0)) > limit }?.firstLine
    }

    /// The time of a line since that of line 0; behind the last line the log begins again.
    package func seconds(of line: UInt64) -> Double {
        let (round, number) = line.quotientAndRemainder(dividingBy: lines)
        var low = 0
        var high = seconds.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if seconds[middle].firstLine <= number { low = middle } else { high = middle }
        }
        let end = low + 1 < seconds.count ? seconds[low + 1].firstLine : lines
        let share = Double(number - seconds[low].firstLine) / Double(max(end - seconds[low].firstLine, 1))
        let whole = Double(seconds[low].unixSeconds - seconds[0].unixSeconds)
        return Double(round) * spanSeconds + whole + share
    }
}
