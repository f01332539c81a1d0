import Foundation
import LoadMetrics
import Testing

@testable import CLI

@Suite struct SeriesLogTests {
    private static let rows = (0..<500).map { second in
        SeriesRow(
            startNanoseconds: second * 1_000_000_000, offered: UInt64(second), processed: 7,
            endToEnd: SecondLatency(count: 7, p50Nanoseconds: 1, p99Nanoseconds: 2, maxNanoseconds: .max),
            queueDepths: ["incoming": 3], cpuCores: ["broker": 1.0 / 3], residentBytes: ["broker": .max])
    }

    @Test func everySecondComesBackAsItWasAndTheFileGoes() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "series-\(UUID()).jsonl").path
        let log = SeriesLog(path: path)
        for row in Self.rows { log.append(row) }
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(try log.end() == Self.rows)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func withoutAFileTheSecondsAreKept() throws {
        for path in ["/no/such/folder/series.jsonl", "/dev/full"] {
            let log = SeriesLog(path: path)
            for row in Self.rows.prefix(3) { log.append(row) }
            #expect(try log.end() == Array(Self.rows.prefix(3)), "\(path)")
        }
    }
}
