import Foundation
import Testing

@testable import LoadMetrics

@Suite struct SnapshotFileTests {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("snapshots-\(UUID().uuidString)").path

    private func expectNew(
        _ reader: inout SnapshotReader, _ expected: [RoleSnapshot], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let new = reader.readNew()
        #expect(new == expected, sourceLocation: sourceLocation)
    }

    @Test func whatIsAppendedIsReadOnce() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        var reader = SnapshotReader(path: path)
        expectNew(&reader, [])
        let writer = try SnapshotWriter(path: path)
        var histogram = LatencyHistogram()
        histogram.record(1_000_000)
        let ready = RoleSnapshot(role: .worker, event: .ready, address: "127.0.0.1:41234")
        let last = RoleSnapshot(
            role: .worker, event: .stopped, counters: ["processed": 2, "failed.text-missing": 1],
            histograms: ["service": histogram])
        try writer.append(ready)
        expectNew(&reader, [ready])
        expectNew(&reader, [])
        try writer.append(last)
        expectNew(&reader, [last])
    }

    @Test func halfALineWaitsForItsEndAndNonsenseIsCounted() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let snapshot = RoleSnapshot(role: .broker, event: .running, counters: ["published": 7])
        let line = [UInt8](try JSONEncoder().encode(snapshot)) + [10]
        var reader = SnapshotReader(path: path)
        try Data(line.prefix(20)).write(to: URL(fileURLWithPath: path))
        expectNew(&reader, [])
        try Data(line + Array("nonsense\n\n".utf8)).write(to: URL(fileURLWithPath: path))
        expectNew(&reader, [snapshot])
        #expect(reader.unreadableLines == 1)
    }

    @Test func aPathThatCannotBeWrittenIsSaidInOneLine() {
        let error = #expect(throws: SnapshotFileError.self) { try SnapshotWriter(path: "/nowhere/at/all") }
        #expect(error?.description.contains("/nowhere/at/all: no such file or directory") == true)
    }
}
