package import LoadMetrics

/// The series of a run as comma-separated values (RFC 4180): one line a second, units in the column names.
package enum SeriesCSV {
    /// The text, header line first.
    package static func text(of result: RunResult) -> String {
        let rows = result.series
        let queues = Set(rows.flatMap(\.queueDepths.keys)).sorted()
        let processes = Set(rows.flatMap(\.cpuCores.keys) + rows.flatMap(\.residentBytes.keys)).sorted()
        var header = [
            "start_seconds", "duration_seconds", "phase", "offered", "published", "confirmed", "processed", "failed",
            "offered_per_second", "published_per_second", "confirmed_per_second", "processed_per_second",
        ]
        for metric in ["end_to_end", "end_to_end_service", "confirm", "confirm_service", "schedule_lag"] {
            header += ["count", "p50_nanoseconds", "p99_nanoseconds", "max_nanoseconds"].map { "\(metric)_\($0)" }
        }
        let branches = Set(rows.flatMap { $0.answers?.keys.map(\.self) ?? [] }).sorted()
        header += branches.flatMap { ["processed_\($0)", "failed_\($0)"] }
        header += queues.map { "queue_\($0.replacing(" ", with: "_"))" }
        header += processes.map { "cpu_cores_\($0)" } + processes.map { "resident_bytes_\($0)" }

        var text = header.map(field).joined(separator: ",") + "\n"
        for row in rows {
            var cells = [
                Quantity.fixed(Double(row.startNanoseconds) / 1e9, decimals: 3),
                Quantity.fixed(Double(row.durationNanoseconds) / 1e9, decimals: 3),
                phase(at: row, in: result.phases),
            ]
            cells += [row.offered, row.published, row.confirmed, row.processed, row.failed].map { String($0) }
            cells += [row.offered, row.published, row.confirmed, row.processed].map {
                Quantity.fixed(row.perSecond($0), decimals: 1)
            }
            for latency in [row.endToEnd, row.endToEndService, row.confirm, row.confirmService, row.scheduleLag] {
                cells += figures(of: latency)
            }
            for branch in branches {
                let answers = row.answers?[branch] ?? BranchAnswers()
                cells += [String(answers.processed), String(answers.failed)]
            }
            cells += queues.map { name in row.queueDepths[name].map { String($0) } ?? "" }
            cells += processes.map { name in row.cpuCores[name].map { Quantity.fixed($0, decimals: 3) } ?? "" }
            cells += processes.map { name in row.residentBytes[name].map { String($0) } ?? "" }
            text += cells.map(field).joined(separator: ",") + "\n"
        }
        return text
    }

    /// The phase in which the middle of the second lies; `drain` after the last one.
    private static func phase(at row: SeriesRow, in phases: [PhaseResult]) -> String {
        let middle = row.startNanoseconds &+ row.durationNanoseconds / 2
        if let phase = phases.first(where: { $0.startNanoseconds <= middle && middle < $0.endNanoseconds }) {
            return phase.name
        }
        return phases.contains { middle < $0.startNanoseconds } || phases.isEmpty ? "" : "drain"
    }

    private static func figures(of latency: SecondLatency?) -> [String] {
        guard let latency else { return ["0", "", "", ""] }
        return [
            String(latency.count), String(latency.p50Nanoseconds), String(latency.p99Nanoseconds),
            String(latency.maxNanoseconds),
        ]
    }

    /// A value, in quotes where the format asks for them; a spreadsheet takes none of it for a formula.
    static func field(_ value: String) -> String {
        var value = value
        if let first = value.first, "=+@\t".contains(first) || (first == "-" && Double(value) == nil) {
            value = "'" + value
        }
        guard value.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return value }
        return "\"" + value.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
