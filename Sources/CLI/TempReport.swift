import LoadMetrics

enum ReportWriter { static func write(_ r: RunResult, to: String) throws {} }
struct TerminalSummary {
    let r: RunResult
    init(_ r: RunResult, isColored: Bool) { self.r = r }
    var text: String {
        "\(r.books)\n\(r.generator)\n\(r.totals.latencies.map { ($0.key.rawValue, $0.value.percentiles([50,99,100])) })\n\(r.roles.map { ($0.name, $0.cores, $0.cpuSecondsPerMillion as Any) })\n\(r.notes)"
    }
}
