package import LoadMetrics

/// A chaos campaign as one table, for a terminal and for a file.
package enum ChaosSummary {
    /// The table with its heading and what failed, ending with a newline.
    package static func text(of result: ChaosResult) -> String {
        var lines = [heading(result), ""]
        var table = TextTable(header: [
            "run", "seed", "pipeline", "store", "sent", "processed", "failed", "dup.", "redeliv.", "lost", "agrees",
            "recovery", "verdict",
        ])
        for run in result.runs { table.rows.append(row(run)) }
        // The faults at the end of each line: they are as long as they are.
        let faults = ["faults"] + result.runs.map { $0.faults.map(TerminalSummary.printable).joined(separator: ", ") }
        lines += zip(table.lines(width: widest), faults).map { $0 + "   " + $1 }
        let trouble = result.runs.filter { $0.verdict != .ok }
        if !trouble.isEmpty { lines.append("") }
        for run in trouble {
            lines.append("run \(run.number): \(TerminalSummary.printable(run.reason ?? run.verdict.rawValue))")
        }
        lines.append("")
        lines.append(totals(result))
        return lines.map(\.withoutTrailingSpaces).joined(separator: "\n") + "\n"
    }

    private static let widest = 200

    private static func heading(_ result: ChaosResult) -> String {
        let broker = result.broker.map { " on \(TerminalSummary.printable($0.label))" } ?? ""
        return "\(result.runs.count) runs with faults by chance\(broker), seed \(result.seed)"
    }

    private static func row(_ run: ChaosRun) -> [String] {
        let books = run.books
        return [
            "\(run.number)", "\(run.seed)", run.pipeline, run.store, Quantity.count(books.published),
            Quantity.count(books.processed),
            Quantity.count(books.failed), Quantity.count(books.duplicated), Quantity.count(run.redelivered),
            Quantity.count(books.lost), run.storeAgrees.map { $0 ? "yes" : "NO" } ?? "—",
            run.worstRecoveryNanoseconds.map { Quantity.duration($0) } ?? "—",
            run.verdict == .ok ? "✓" : "✗ \(run.verdict.rawValue)",
        ]
    }

    private static func totals(_ result: ChaosResult) -> String {
        let runs = result.runs
        let clean = runs.count { $0.verdict == .ok }
        let lost = runs.reduce(UInt64(0)) { $0 + $1.books.lost }
        let faults = runs.reduce(0) { $0 + $1.faults.count }
        let disagree = runs.count { $0.storeAgrees == false }
        let broken = runs.count { $0.verdict == .broken }
        return "\(clean) of \(runs.count) runs in order · \(faults) faults · lost \(Quantity.count(lost)) · "
            + "store and books disagree in \(disagree) · not ended by itself \(broken)"
            + (result.interrupted ? " · ended early" : "")
    }
}
