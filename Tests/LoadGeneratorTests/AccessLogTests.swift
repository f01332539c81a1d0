import CZlib
import Drivers
import Foundation
import Scenarios
import TestSupport
import Testing
import WebLogs

@testable import LoadGenerator

@Suite("Made log lines")
struct AccessLogPoolTests {
    private static func cleaned(_ body: BodyTemplate) throws -> CleanedLine {
        try body.bytes.withUnsafeBytes { CleanedLine(try AccessLogLine($0), in: $0) }
    }

    @Test("the same seed makes the same lines, another seed others, and a larger pool begins with the smaller one")
    func seeds() {
        var settings = Scenario.Logs()
        settings.pool = 64
        let first = AccessLogPool(seed: 7, logs: settings)
        settings.pool = 128
        let larger = AccessLogPool(seed: 7, logs: settings)
        #expect(Array(larger.lines.prefix(64)) == first.lines)
        #expect(larger.malformed == first.malformed)
        #expect(AccessLogPool(seed: 8, logs: settings).lines != larger.lines)
        #expect(Set(larger.lines.map(\.bytes)).count == 128)
    }

    @Test("every line can be parsed, and has its two places")
    func places() throws {
        for line in AccessLogPool(seed: 3).lines {
            let time = try #require(line.timestampOffset)
            let id = try #require(line.idOffset)
            #expect(line.timestampForm == .accessLog)
            #expect(line.bytes[time - 1] == 0x5B && line.bytes[time + 26] == 0x5D)
            #expect(line.bytes[id..<id + 25].elementsEqual(BodyTemplate.placeholderID.utf8))
            #expect(line.bytes[..<id].suffix(4).elementsEqual("rid=".utf8))
            #expect(try Self.cleaned(line).path != nil)
        }
    }

    @Test("the shares are those that were asked for")
    func shares() throws {
        var settings = Scenario.Logs()
        (settings.pool, settings.ipv6, settings.bots, settings.users, settings.sessions) = (4_000, 0.4, 0, 0.2, 0.5)
        let lines = try AccessLogPool(seed: 1, logs: settings).lines.map(Self.cleaned)
        func share(_ isCounted: (CleanedLine) -> Bool) -> Double { Double(lines.count(where: isCounted)) / 4_000 }
        #expect(abs(share { $0.ip?.contains(0x3A) == true } - 0.4) < 0.03)
        #expect(abs(share { $0.user != nil } - 0.2) < 0.03)
        #expect(abs(share { $0.session != nil } - 0.5) < 0.03)
        #expect(share { $0.method?.elementsEqual("GET".utf8) == true } > 0.7)
        #expect(Set(lines.compactMap(\.status)).count > 8)
    }

    @Test(
        "broken lines are broken, each in its own place, and still hold their identifier",
        arguments: LineDefect.allCases)
    func broken(_ defect: LineDefect) throws {
        let index = try #require(LineDefect.allCases.firstIndex(of: defect))
        let pool = AccessLogPool(seed: 5).malformed
        #expect(pool.count == LineDefect.allCases.count * 4)
        for line in pool[index * 4..<index * 4 + 4] {
            #expect(throws: LineFault.self) { try Self.cleaned(line) }
            let id = try #require(line.idOffset)
            #expect(line.bytes[id..<id + 25].elementsEqual(BodyTemplate.placeholderID.utf8))
            if let time = line.timestampOffset { #expect(time + 26 <= line.bytes.count) }
        }
    }
}

@Suite("Recorded logs")
struct RecordedLogTests {
    private static func line(_ second: Int, _ number: Int) -> String {
        let clock = String(format: "%02d:%02d", second / 60, second % 60)
        return #"192.0.2.1 - - [21/Nov/2026:10:\#(clock) +0000] "GET /\#(number) HTTP/1.1" 200 1"#
    }

    private func write(_ text: String, to folder: URL, gzip: Bool = false) throws -> String {
        let path = folder.appending(path: "access.log").path
        if gzip {
            let file = try #require(gzopen(path, "wb"))
            var bytes = Array(text.utf8)
            #expect(gzwrite(file, &bytes, UInt32(bytes.count)) == Int32(bytes.count))
            gzclose(file)
        } else {
            try Data(text.utf8).write(to: URL(filePath: path))
        }
        return path
    }

    private func body(_ log: RecordedLog, _ number: UInt64) -> String {
        var text = ""
        log.part(holding: number).withBody(of: number) { text = String(decoding: $0, as: UTF8.self) }
        return text
    }

    @Test(
        "every line comes in its place, plain and packed, with a line end at the end and without",
        arguments: [
            (false, true), (false, false), (true, true), (true, false),
        ])
    func lines(_ gzip: Bool, _ endsLine: Bool) async throws {
        try await withTemporaryDirectory { folder in
            let lines = (0..<1_000).map { Self.line($0 / 10, $0) }
            let path = try write(lines.joined(separator: "\n") + (endsLine ? "\n" : ""), to: folder, gzip: gzip)
            let log = try RecordedLog(path: path, loops: true)
            #expect(log.facts.lines == 1_000)
            #expect(log.facts.untimed == 0 && log.facts.outOfOrder == 0)
            #expect(log.limit == nil)
            // In no order, as connections that lag behind each other ask.
            for number in [999, 0, 255, 256, 512, 511, 1_000, 1_255, 1_999, 700_123] as [UInt64] {
                #expect(body(log, number) == lines[Int(number % 1_000)])
            }
            #expect(try RecordedLog(path: path, loops: false).limit == 1_000)
        }
    }

    @Test("lines of all lengths, empty ones too, and bytes that are no UTF-8 stay as they are")
    func odd() async throws {
        try await withTemporaryDirectory { folder in
            let lines = ["", String(repeating: "x", count: 3_000_000), "é\r", "", "\u{0}\u{FFFD}", "last"]
            let log = try RecordedLog(
                path: try write(lines.joined(separator: "\n"), to: folder), loops: false)
            #expect(log.facts.lines == 6)
            #expect(log.facts.untimed == 6)
            for (number, line) in lines.enumerated() { #expect(body(log, UInt64(number)) == line) }
        }
    }

    @Test("times out of order and lines without one take the time of the line before, and are counted")
    func times() async throws {
        try await withTemporaryDirectory { folder in
            let lines = [
                "none", Self.line(5, 0), Self.line(5, 1), Self.line(3, 2), "none", Self.line(8, 3), Self.line(8, 4),
            ]
            let log = try RecordedLog(path: try write(lines.joined(separator: "\n"), to: folder), loops: true)
            #expect(log.facts.untimed == 2)
            #expect(log.facts.outOfOrder == 1)
            // Five lines in the first second, two in the fourth, and then all again.
            let expected = [0, 0.2, 0.4, 0.6, 0.8, 3, 3.5, 4, 4.2]
            for (number, seconds) in expected.enumerated() {
                #expect(abs(log.times.seconds(of: UInt64(number)) - seconds) < 1e-9)
            }
            #expect(log.times.spanSeconds == 4)
        }
    }

    @Test("what is no log is refused with the reason")
    func refusals() async throws {
        try await withTemporaryDirectory { folder in
            let empty = try write("", to: folder)
            #expect(throws: RecordedLog.Failure(path: empty, reason: "it has no lines")) {
                try RecordedLog(path: empty, loops: false)
            }
            let missing = folder.appending(path: "missing").path
            #expect(throws: RecordedLog.Failure(path: missing, reason: "No such file or directory")) {
                try RecordedLog(path: missing, loops: false)
            }
            let path = try write(
                (0..<5_000).map { Self.line($0 % 60, $0) }.joined(separator: "\n"), to: folder, gzip: true)
            let packed = try Data(contentsOf: URL(filePath: path))
            try packed.prefix(packed.count / 2).write(to: URL(filePath: path))
            #expect(throws: RecordedLog.Failure(path: path, reason: "cannot be unpacked: it ends too early")) {
                try RecordedLog(path: path, loops: false)
            }
            let long = try write(String(repeating: "x", count: RecordedLog.lineBytesMaximum + 2), to: folder)
            #expect(throws: RecordedLog.Failure.self) { try RecordedLog(path: long, loops: false) }
        }
    }

    @Test("a file that is shortened meanwhile gives empty lines, and they are counted")
    func shortened() async throws {
        try await withTemporaryDirectory { folder in
            let path = try write((0..<600).map { Self.line(0, $0) }.joined(separator: "\n"), to: folder)
            let log = try RecordedLog(path: path, loops: false)
            try FileHandle(forWritingTo: URL(filePath: path)).truncate(atOffset: 0)
            #expect(body(log, 300) == "")
            #expect(log.missingLines == 256)
        }
    }
}

@Suite("Arrivals of recorded lines")
struct RecordedArrivalTests {
    /// Four lines in the first second, one in the third, one in the fifth.
    private static let times = RecordedTimes(
        seconds: [
            .init(unixSeconds: 100, firstLine: 0), .init(unixSeconds: 102, firstLine: 4),
            .init(unixSeconds: 104, firstLine: 5),
        ],
        lines: 6)

    private func milliseconds(
        _ phases: [ArrivalSequence.Phase], speed: Double = 1, limit: UInt64? = 6, first: UInt64 = 0
    ) -> [[Int64]] {
        var sequence = ArrivalSequence(
            phases: phases, spacing: .uniform, seed: 1,
            recording: .init(times: Self.times, speed: speed, limit: limit, firstNumber: first))
        var found = phases.map { _ in [Int64]() }
        while let arrival = sequence.next() { found[arrival.phase].append(arrival.offsetNanoseconds / 1_000_000) }
        return found
    }

    @Test("the lines come as they came, to their end")
    func whole() {
        #expect(milliseconds([.recorded(until: .count(1 << 40))]) == [[0, 250, 500, 750, 2_000, 4_000]])
        #expect(milliseconds([.recorded(until: .count(1 << 40))], speed: 10) == [[0, 25, 50, 75, 200, 400]])
    }

    @Test("time or a count may end them, and a phase goes on where the one before ended")
    func phases() {
        let found = milliseconds([
            .recorded(until: .after(seconds: 1)), .init(curve: .constant(10), end: .count(1)),
            .recorded(until: .count(9)),
        ])
        #expect(found[0] == [0, 250, 500, 750])
        #expect(found[1] == [1_000])
        #expect(found[2] == [1_000])
    }

    @Test(
        "a time that no clock has is the latest one, and the first line behind a time is found", arguments: [1, 1e-6])
    func farAway(speed: Double) {
        let times = RecordedTimes(
            seconds: [.init(unixSeconds: 0, firstLine: 0), .init(unixSeconds: 11_360_000_000, firstLine: 3)], lines: 4)
        var sequence = ArrivalSequence(
            phases: [.recorded(until: .count(9)), .init(curve: .constant(1e-12), end: .count(3))], spacing: .uniform,
            seed: 1, recording: .init(times: times, speed: speed, limit: 4))
        #expect(sequence.boundariesNanoseconds.last == ArrivalSequence.latestNanoseconds)
        var last: Int64 = 0
        while let arrival = sequence.next() { last = arrival.offsetNanoseconds }
        #expect(last == ArrivalSequence.latestNanoseconds)
        #expect(times.firstLine(later: 86_400) == 3 && times.firstLine(later: 1e11) == nil)
    }

    @Test("a file that begins again never ends by itself")
    func loops() {
        #expect(
            milliseconds([.recorded(until: .count(8))], limit: nil) == [[0, 250, 500, 750, 2_000, 4_000, 5_000, 5_250]])
    }

    @Test("a rate stops with the file, and its phase keeps its time")
    func rates() {
        let phases = [
            ArrivalSequence.Phase(curve: .constant(4), end: .after(seconds: 10)),
            ArrivalSequence.Phase(curve: .constant(4), end: .after(seconds: 1)),
        ]
        #expect(milliseconds(phases) == [[0, 250, 500, 750, 1_000, 1_250], []])
        let sequence = ArrivalSequence(
            phases: phases, spacing: .uniform, seed: 1, recording: .init(times: Self.times, limit: 6))
        #expect(sequence.boundariesNanoseconds == [0, 10_000_000_000, 11_000_000_000])
        #expect(sequence.counts(before: 1_000_000_000) == nil)
        #expect(milliseconds(phases, first: 4) == [[0, 250], []])
    }
}
