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
            let result = SampleRun.make()
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
}
