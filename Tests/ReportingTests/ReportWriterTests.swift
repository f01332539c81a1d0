import Foundation
import LoadMetrics
import Testing

@testable import Reporting

@Suite struct ReportWriterTests {
    /// A folder of this test's own; `RAFALE_KEEP_REPORT` names one that stays, to look at.
    private static func inFolder(_ body: (String) throws -> Void) rethrows {
        if let kept = ProcessInfo.processInfo.environment["RAFALE_KEEP_REPORT"] { return try body(kept) }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test func writesTheResultFirstAndEveryReport() throws {
        try Self.inFolder { folder in
            let result = SampleRun.result
            let paths = try ReportWriter(folder: folder + "/deep/er").write(result)
            let names = paths.map { $0.replacingOccurrences(of: folder + "/deep/er/", with: "") }
            #expect(names.prefix(5) == ["result.json", "report.html", "report.svg", "summary.txt", "series.csv"])
            #expect(names.contains("histograms/end_to_end.hgrm"))
            let json = try #require(FileManager.default.contents(atPath: paths[0]))
            #expect(try RunResult(json: json) == result)
            let left = try FileManager.default.subpathsOfDirectory(atPath: folder)
            #expect(!left.contains { $0.hasSuffix(".unfinished") })
        }
    }

    @Test func aNameFromAResultCannotLeaveTheFolder() throws {
        try Self.inFolder { folder in
            var result = RunResultFixture.single
            result.totals.latencies[LatencyMetric(rawValue: "../../escape")] = result.totals.latencies[.endToEnd]
            let paths = try ReportWriter(folder: folder + "/safe").write(result)
            #expect(!paths.contains { $0.contains("escape") })
        }
    }

    @Test func reportsOfResultsAtTheEdgesAreWritten() throws {
        try Self.inFolder { folder in
            for (name, result) in RunResultFixture.all {
                let paths = try ReportWriter(folder: folder + "/" + name).write(result)
                let json = try #require(FileManager.default.contents(atPath: paths[0]))
                let read = try RunResult(json: json)
                #expect(read.books == result.books && read.totals == result.totals && read.outcome == result.outcome)
            }
        }
    }

    @Test func whatCannotBeWrittenIsSaidInOneLine() throws {
        try Self.inFolder { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: folder + "/file"))
            let error = #expect(throws: ReportWriteError.self) {
                try ReportWriter(folder: folder + "/file/below").write(RunResultFixture.empty)
            }
            #expect(error?.description.contains("not a directory") == true)
            let none = #expect(throws: ReportWriteError.self) {
                try ReportWriter(folder: "/proc/nowhere").write(RunResultFixture.empty)
            }
            #expect(none?.description.contains("/proc/nowhere/result.json") == true)
        }
        #expect(ReportWriteError(errno: ENOSPC, path: "p") == .noSpace(path: "p"))
        #expect(ReportWriteError(errno: EDQUOT, path: "p") == .noSpace(path: "p"))
        #expect(ReportWriteError(errno: EROFS, path: "p") == .notPermitted(path: "p"))
        #expect(ReportWriteError(errno: EACCES, path: "p") == .notPermitted(path: "p"))
        #expect(ReportWriteError(errno: EISDIR, path: "p") == .failed(path: "p", reason: "is a directory"))
        #expect(!ReportWriteError.noSpace(path: "p").description.contains("\n"))
    }
}
