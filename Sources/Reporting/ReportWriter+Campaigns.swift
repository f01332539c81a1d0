package import LoadMetrics

extension ReportWriter {
    /// Writes everything that is drawn from a sweep's result.
    @discardableResult
    package func writeReports(_ result: SweepResult) throws(ReportWriteError) -> [String] {
        [
            try write(Array(SweepReport.page(of: result).utf8), "report.html"),
            try write(Array(SweepReport.svg(of: result).utf8), "report.svg"),
            try write(Array(SweepSummary.text(of: result).utf8), "summary.txt"),
        ]
    }

    /// Writes everything that is drawn from the result of a capacity search.
    @discardableResult
    package func writeReports(_ result: CapacityResult) throws(ReportWriteError) -> [String] {
        [
            try write(Array(CapacityReport.page(of: result).utf8), "report.html"),
            try write(Array(CapacityReport.svg(of: result).utf8), "report.svg"),
            try write(Array(CapacitySummary.text(of: result).utf8), "summary.txt"),
        ]
    }
}
