import ArgumentParser
import Drivers
import Foundation
import LoadMetrics
import Scenarios
import Stores
import Testing

@testable import CLI

@Suite struct ListeningProcessTests {
    @Test func findsTheListeningSocketsOfAPort() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1628 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11111 1 0
               1: 0100007F:1628 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 22222 1 0
               2: 0100007F:1629 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 33333 1 0
            """
        #expect(ListeningProcess.listeningInodes(in: table, port: 0x1628) == ["11111"])
        #expect(ListeningProcess.listeningInodes(in: table, port: 1).isEmpty)
        #expect(ListeningProcess.listeningInodes(in: "", port: 1).isEmpty)
    }

    @Test func findsItself() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 && listen(descriptor, 1) == 0
                    && getsockname(descriptor, address, &size) == 0
            }
        }
        try #require(bound)
        #expect(ListeningProcess.pid(onPort: Int(UInt16(bigEndian: address.sin_port))) == getpid())
    }
}

@Suite struct ThresholdFiguresTests {
    private func result() -> RunResult {
        var latency = LatencyHistogram()
        for milliseconds in Int64(1)...100 { latency.record(milliseconds * 1_000_000) }
        let figures = Figures(
            durationNanoseconds: 10_000_000_000,
            books: Books(offered: 1000, published: 1000, confirmed: 1000, processed: 980, failed: 20),
            carried: 900, latencies: [.endToEnd: latency])
        var result = RunResult(
            scenario: ScenarioFacts(name: "t"),
            run: RunFacts(id: "00000000", startedAt: Date(timeIntervalSince1970: 0)),
            machine: MachineFacts.current(), books: Books(offered: 1500, published: 1500, lost: 3, queued: 1),
            totals: figures,
            phases: [
                PhaseResult(name: "warm", measured: false, startNanoseconds: 0, endNanoseconds: 1),
                PhaseResult(name: "main", startNanoseconds: 0, endNanoseconds: 10_000_000_000, figures: figures),
            ])
        result.roles = [
            RoleResult(
                role: .worker, name: "worker-1", wallNanoseconds: 1, userNanoseconds: 3_000_000_000,
                systemNanoseconds: 1_000_000_000, peakResidentBytes: 100, messages: 500),
            RoleResult(
                role: .worker, name: "worker-2", wallNanoseconds: 1, userNanoseconds: 1_000_000_000,
                systemNanoseconds: 0, peakResidentBytes: 300, messages: 500),
        ]
        // The warm-up's row does not count; worker-2 grows by 40 bytes, with a peak in between.
        result.series = [SeriesRow(startNanoseconds: -1_000_000_000, residentBytes: ["worker-1": 1, "worker-2": 1])]
        result.series += (0..<10).map { second in
            SeriesRow(
                startNanoseconds: second * 1_000_000_000,
                residentBytes: ["worker-1": 100, "worker-2": second == 4 ? 300 : second < 4 ? 200 : 240])
        }
        return result
    }

    @Test(arguments: [
        (Metric.endToEnd, Statistic.percentile(99) as Statistic?, nil as String?, 99e6 as Double?),
        (.endToEnd, .max, "main", 100e6), (.endToEnd, .percentile(50), "warm", nil),
        (.confirm, .percentile(50), nil, nil),
        (.lost, nil, nil, 3), (.lost, nil, "main", 0), (.queued, nil, nil, 1), (.failed, nil, nil, 20),
        // Throughput is what came back in time, offered_rate what the schedule asked for.
        (.throughput, nil, nil, 90), (.offeredRate, nil, nil, 100), (.published, nil, "no such phase", nil),
        (.cpuPerMillion, .role(.worker), nil, 5e12), (.cpuPerMillion, .role(.broker), nil, nil),
        (.memory, .role(.worker), nil, 300), (.memoryGrowth, .role(.worker), nil, 40),
        (.memoryGrowth, .role(.worker), "warm", nil), (.memoryGrowth, .role(.broker), nil, nil),
    ])
    func aFigureIsFoundWhereItStands(metric: Metric, statistic: Statistic?, phase: String?, expected: Double?) {
        let value = ThresholdFigures(result()).value(.init(metric: metric, statistic: statistic, phase: phase))
        if let expected, let value {
            #expect(abs(value - expected) <= expected * 0.001)
        } else {
            #expect(value == expected)
        }
    }

    @Test func growthIsAShareOfTheSameRolesMemory() {
        let threshold = Threshold(
            metric: .memoryGrowth, statistic: .role(.worker), comparison: .lessOrEqual,
            bound: .percent(13, decimals: 0), text: "memory_growth.worker <= 13%")
        let judged = ThresholdFigures(result()).judge(threshold)
        #expect(judged.verdict == .failed)
        #expect(judged.observed.map { abs($0 - 40.0 / 3) < 0.001 } == true)
    }
}

@Suite struct ExitStatusTests {
    @Test(
        arguments: [
            (StoreError.unavailable(store: "mysql:h/d", reason: "it is down"), 69),
            (StoreError.denied(store: "mysql:h/d", reason: "access denied"), 77),
            (StoreError.permanent(store: "mysql:h/d", reason: "read-only"), 78),
            (StoreError.leftOut("mysql", package: "libmariadb-dev"), 64), (StoreError.invalidURL("no host"), 64),
            (DriverError(.precondition, "the queue is another"), 78), (DriverError(.refused, "no such user"), 77),
            (LaunchError.refused(run: "a", exitCode: 69, lastWords: "nobody listens"), 69),
            (LaunchError.interrupted(run: "a"), 130), (CommandFailure(.regression, "worse"), 96),
            (MergeError.nothing, 64),
        ] as [(any Error & Sendable, Int32)])
    func everyCommandEndsTheSameWayForTheSameError(error: any Error & Sendable, exitCode: Int32) async {
        let code = await #expect(throws: ExitCode.self) { try await CommandFailure.ending { throw error } }
        #expect(code?.rawValue == exitCode)
        #expect(CommandFailure(whatEnded: error)?.description == "\(error)")
    }

    @Test func aBadScenarioEndsEveryCommandTheSameWay() async {
        let code = await #expect(throws: ExitCode.self) {
            try await CommandFailure.ending {
                _ = try ScenarioFile(path: "/nowhere/at-all.yaml", overrides: [], environment: [:])
            }
        }
        #expect(code?.rawValue == 65)
    }

    @Test func whatNoUserShouldSeeIsNotMadeALine() async {
        await #expect(throws: CancellationError.self) {
            try await CommandFailure.ending { throw CancellationError() }
        }
    }

    @Test func everyStatusHasItsMeaningAndTheReadmesTableHasThemAll() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        for status in ExitStatus.allCases {
            let row = "| \(status.rawValue) | \(status.meaning) |"
            #expect(!status.meaning.isEmpty && readme.contains(row), "README's table lacks: \(row)")
        }
    }
}
