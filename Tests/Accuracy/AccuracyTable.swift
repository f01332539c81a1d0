package import LoadMetrics

/// One figure that is known and reported.
package struct AccuracyRow: Sendable {
    /// What kind of number a row compares.
    package enum Unit: Sendable {
        case nanoseconds, messages, percent, plain
    }

    /// Which group of the table it stands in.
    package var group: String
    package var what: String
    package var unit: Unit
    package var truth: Double
    package var reported: Double
    /// What a tool that measures from the sending, in a closed window, shows in the same situation.
    package var naive: Double?
    /// The allowed error in words.
    package var bound: String
    package var isRight: Bool

    /// A row as given.
    package init(
        _ group: String, _ what: String, unit: Unit, truth: Double, reported: Double, naive: Double? = nil,
        bound: String, isRight: Bool
    ) {
        self.group = group
        self.what = what
        self.unit = unit
        self.truth = truth
        self.reported = reported
        self.naive = naive
        self.bound = bound
        self.isRight = isRight
    }

    /// A count, which must be exact.
    static func exact(_ group: String, _ what: String, truth: some BinaryInteger, reported: some BinaryInteger) -> Self
    {
        AccuracyRow(
            group, what, unit: .messages, truth: Double(truth), reported: Double(reported), bound: "exact",
            isRight: Int64(truth) == Int64(reported))
    }

    /// A duration that may be off by 2 % or 100 µs, and by what the machine held the generator up.
    static func time(
        _ group: String, _ what: String, truth: ClosedRange<Int64>, reported: Int64, naive: Int64? = nil
    ) -> Self {
        func tolerance(_ value: Int64) -> Int64 { max(value / 50, 100_000) }
        let held = truth.upperBound - truth.lowerBound
        let isRight =
            reported >= truth.lowerBound - tolerance(truth.lowerBound)
            && reported <= truth.upperBound + tolerance(truth.upperBound)
        let rule = truth.lowerBound > 5_000_000 ? "2 %" : "100 µs"
        return AccuracyRow(
            group, what, unit: .nanoseconds, truth: Double(truth.lowerBound), reported: Double(reported),
            naive: naive.map(Double.init),
            bound: held > 50_000 ? "\(rule) + \(Self.text(Double(held), .nanoseconds))" : rule, isRight: isRight)
    }

    /// Something that must not be more than a limit.
    static func atMost(
        _ group: String, _ what: String, unit: Unit, _ limit: Double, reported: Double, truth: Double = 0
    )
        -> Self
    {
        AccuracyRow(
            group, what, unit: unit, truth: truth, reported: reported, bound: "≤ \(text(limit, unit))",
            isRight: reported <= limit)
    }

    /// A value of the row in words.
    static func text(_ value: Double, _ unit: Unit) -> String {
        switch unit {
        case .messages: return "\(Int64(value))"
        case .percent: return "\(rounded(value, 3)) %"
        case .plain: return "\(rounded(value, 4))"
        case .nanoseconds:
            let magnitude = abs(value)
            if magnitude >= 1e9 { return "\(rounded(value / 1e9, 3)) s" }
            if magnitude >= 1e6 { return "\(rounded(value / 1e6, 2)) ms" }
            return magnitude >= 1e3 ? "\(rounded(value / 1e3, 1)) µs" : "\(Int64(value)) ns"
        }
    }

    private static func rounded(_ value: Double, _ digits: Int) -> String {
        let factor = (0..<digits).reduce(1.0) { product, _ in product * 10 }
        let whole = (value * factor).rounded() / factor
        return "\(whole == whole.rounded() && abs(whole) < 1e15 ? "\(Int64(whole))" : "\(whole)")"
    }

    var cells: [String] {
        [
            what, Self.text(truth, unit), Self.text(reported, unit), naive.map { Self.text($0, unit) } ?? "", bound,
            isRight ? "ok" : "WRONG",
        ]
    }
}

/// The rows of all checks, as text for a terminal and for the documentation.
package struct AccuracyTable: Sendable {
    package private(set) var rows: [AccuracyRow] = []

    package init() {}

    /// Adds the rows of one check.
    package mutating func append(_ more: [AccuracyRow]) { rows += more }

    /// Whether every figure was right.
    package var isRight: Bool { !rows.isEmpty && rows.allSatisfy(\.isRight) }

    /// The rows that were not.
    package var wrong: [AccuracyRow] { rows.filter { !$0.isRight } }

    private static let header = ["", "truth", "reported", "naive", "bound", ""]

    private var groups: [(name: String, rows: [AccuracyRow])] {
        var groups: [(name: String, rows: [AccuracyRow])] = []
        for row in rows {
            if groups.last?.name == row.group {
                groups[groups.count - 1].rows.append(row)
            } else {
                groups.append((row.group, [row]))
            }
        }
        return groups
    }

    /// Columns that line up.
    package var text: String {
        let cells = [Self.header] + rows.map(\.cells)
        let widths = Self.header.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            let parts = cells.enumerated().map { index, cell in
                let space = String(repeating: " ", count: widths[index] - cell.count)
                return index == 0 || index > 3 ? cell + space : space + cell
            }
            return "  " + parts.joined(separator: "  ")
        }
        return groups.map { group in
            ([group.name] + [line(Self.header)] + group.rows.map { line($0.cells) }).joined(separator: "\n")
        }.joined(separator: "\n\n") + "\n"
    }

    /// The page of the documentation.
    package func page(machine: MachineFacts) -> String {
        let head = """
            # Accuracy

            What Rafale reports against what is known to be true. Made by `make accuracy`; the same checks, shorter, are part
            of `make test`.

            A real run (scenario, engine, AMQP client, loopback socket) meets a peer whose misbehaviour is known: it confirms
            and delivers by a plan and writes down when it did what, by the same monotonic clock. *Truth* is what the peer
            did, not what it was told to do. *Naive* is what measuring from the sending in a closed window shows in the same
            situation. A bound such as “2 % + 1.3 ms” says that the machine held the generator up for that long at that
            percentile: it had no core, or the kernel was late to deliver. On a machine without other work nothing is added.

            \(rows.count) figures, \(wrong.isEmpty ? "all right" : "\(wrong.count) wrong"), on \(machine.usableCores) cores of \
            \(machine.cpuModel), \(machine.kernel).
            """
        let tables = groups.map { group in
            let lines = group.rows.map { "| " + $0.cells.joined(separator: " | ") + " |" }
            return
                (["## \(group.name)", "", "| | truth | reported | naive | bound | |", "|---|--:|--:|--:|---|---|"]
                + lines)
                .joined(separator: "\n")
        }
        return ([head] + tables).joined(separator: "\n\n") + "\n"
    }
}
