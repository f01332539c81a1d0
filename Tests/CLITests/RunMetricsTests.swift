import Drivers
import Foundation
import LoadMetrics
import Scenarios
import Testing

@testable import CLI
@testable import LoadGenerator

@Suite("Metrics of a running load")
struct RunMetricsTests {
    private static let second: Int64 = 1_000_000_000

    /// A plan of two phases, with keys added.
    private func plan(_ more: String = "", part: LoadPlan.Part = .whole) throws -> LoadPlan {
        let text = """
            phases:
              - {name: calm, rate: 10/s, for: 2s}
              - {name: burst, rate: 20/s, for: 2s}
            \(more)
            """
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "metrics.yaml").path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let scenario = try ScenarioFile(path: path, overrides: [], environment: [:]).scenario
        return LoadPlan(
            scenario, run: RunID(rawValue: 1), purge: false, keepsQueues: false, part: part, isRunNamed: false)
    }

    private func sample(
        _ number: Int64, phase: Int?, confirm: [Int64] = [], endToEnd: [Int64] = [],
        depths: QueueDepths = QueueDepths(), blocked: Bool = false
    ) -> SecondSample {
        SecondSample(
            startNanoseconds: number * Self.second, endNanoseconds: (number + 1) * Self.second, phase: phase,
            offered: 10, published: 9, confirmed: 8, nacked: 1, returned: 2, processed: 6, failed: 3,
            scheduleLag: LatencyHistogram(), confirm: histogram(confirm), confirmService: LatencyHistogram(),
            endToEnd: histogram(endToEnd), endToEndService: LatencyHistogram(), depths: depths, backlog: 5,
            blocked: blocked)
    }

    private func histogram(_ nanoseconds: [Int64]) -> LatencyHistogram {
        var histogram = LatencyHistogram()
        for value in nanoseconds { histogram.record(value) }
        return histogram
    }

    @Test("before the load, only what is known is there")
    func beforeTheLoad() {
        #expect(
            RunMetrics(version: "1.2.3").prometheusText == """
                # HELP rafale_build_info The version of Rafale.
                # TYPE rafale_build_info gauge
                rafale_build_info{version="1.2.3"} 1
                # HELP rafale_phase_info The phase of the scenario that runs, or connect, start, drain.
                # TYPE rafale_phase_info gauge
                rafale_phase_info{phase="connect"} 1

                """)
    }

    @Test("a run in the exposition format, line by line")
    func golden() throws {
        var metrics = RunMetrics(version: "1.2.3")
        metrics.begin(try plan())
        metrics.add(sample(0, phase: 0, confirm: [90_000], endToEnd: [2_000_000]), [])
        metrics.add(
            sample(
                1, phase: 1, confirm: [300_000, 1_100_000_000], depths: QueueDepths(incoming: 4, failed: 0),
                blocked: true),
            [
                .init(role: .generator, name: "generator", cpuNanoseconds: 1_500_000_000, residentBytes: 1024),
                .init(role: .worker, name: "worker-1", cpuNanoseconds: 0, residentBytes: 2048),
            ])
        let text = metrics.prometheusText
        let lines = text.split(separator: "\n").filter { !$0.contains("_histogram_") }
        let confirmed = metrics.latencies[.confirm]?.run.mean ?? 0
        let returned = metrics.latencies[.endToEnd]?.run.mean ?? 0
        let slowest = try #require(metrics.latencies[.confirm]?.second.percentile(99))
        #expect(slowest == 1_100_000_000)
        let median = Double(try #require(metrics.latencies[.confirm]?.second.percentile(50))) / 1e9
        #expect(abs(median - 0.0003) < 1e-6)
        let expected = """
            # HELP rafale_build_info The version of Rafale.
            # TYPE rafale_build_info gauge
            rafale_build_info{version="1.2.3"} 1
            # HELP rafale_phase_info The phase of the scenario that runs, or connect, start, drain.
            # TYPE rafale_phase_info gauge
            rafale_phase_info{phase="burst"} 1
            # HELP rafale_messages_total Messages since the start of the run, by what became of them.
            # TYPE rafale_messages_total counter
            rafale_messages_total{outcome="offered"} 20
            rafale_messages_total{outcome="published"} 18
            rafale_messages_total{outcome="confirmed"} 16
            rafale_messages_total{outcome="returned"} 4
            rafale_messages_total{outcome="nacked"} 2
            rafale_messages_total{outcome="processed"} 12
            rafale_messages_total{outcome="failed"} 6
            # HELP rafale_backlog_messages Messages published and not yet finished.
            # TYPE rafale_backlog_messages gauge
            rafale_backlog_messages 5
            # HELP rafale_queue_messages Messages that wait in the broker, by the queue's part.
            # TYPE rafale_queue_messages gauge
            rafale_queue_messages{queue="incoming"} 4
            rafale_queue_messages{queue="failed"} 0
            # HELP rafale_publishers_blocked 1 while the broker asks a publisher for a pause, else 0.
            # TYPE rafale_publishers_blocked gauge
            rafale_publishers_blocked 1
            # HELP rafale_latency_seconds Latencies: quantiles of the last second, sum and count of the run.
            # TYPE rafale_latency_seconds summary
            rafale_latency_seconds{metric="confirm",quantile="0.5"} \(median)
            rafale_latency_seconds{metric="confirm",quantile="0.9"} 1.1
            rafale_latency_seconds{metric="confirm",quantile="0.99"} 1.1
            rafale_latency_seconds{metric="confirm",quantile="0.999"} 1.1
            rafale_latency_seconds_sum{metric="confirm"} \(confirmed * 3 / 1e9)
            rafale_latency_seconds_count{metric="confirm"} 3
            rafale_latency_seconds_sum{metric="end_to_end"} \(returned / 1e9)
            rafale_latency_seconds_count{metric="end_to_end"} 1
            # HELP rafale_cpu_seconds_total CPU time of a process since the load began.
            # TYPE rafale_cpu_seconds_total counter
            rafale_cpu_seconds_total{role="generator",process="generator"} 1.5
            rafale_cpu_seconds_total{role="worker",process="worker-1"} 0.0
            # HELP rafale_resident_memory_bytes Resident memory of a process.
            # TYPE rafale_resident_memory_bytes gauge
            rafale_resident_memory_bytes{role="generator",process="generator"} 1024
            rafale_resident_memory_bytes{role="worker",process="worker-1"} 2048
            """
        #expect(lines.map(String.init) == expected.split(separator: "\n").map(String.init))
        #expect(text.hasSuffix("\n"))
    }

    @Test("a histogram's buckets hold all that is not longer, and the last one everything")
    func histogramBuckets() throws {
        var metrics = RunMetrics(version: "1")
        metrics.begin(try plan())
        metrics.add(sample(0, phase: 0, confirm: [90_000, 300_000, 1_100_000_000, 90_000_000_000]), [])
        let prefix = "rafale_latency_histogram_seconds_bucket{metric=\"confirm\",le=\""
        let buckets = metrics.prometheusText.split(separator: "\n").filter { $0.hasPrefix(prefix) }
            .map { $0.dropFirst(prefix.count).split(separator: "\"} ").map(String.init) }
        #expect(buckets.count == 19)
        let counts = Dictionary(uniqueKeysWithValues: buckets.map { ($0[0], $0[1]) })
        #expect(counts["0.0001"] == "1" && counts["0.00025"] == "1" && counts["0.0005"] == "2" && counts["1"] == "2")
        #expect(counts["2.5"] == "3" && counts["60"] == "3" && counts["+Inf"] == "4")
    }

    @Test("labels may hold anything")
    func escaping() {
        var text = PrometheusText()
        text.add("name", .gauge, "a \\ and\na \"", [.init(1, ("label", "q\"b\\n\nü"))])
        text.add("none", .gauge, "nothing", [])
        #expect(
            text.text == "# HELP name a \\\\ and\\na \"\n# TYPE name gauge\nname{label=\"q\\\"b\\\\n\\nü\"} 1\n")
    }

    @Test("what a run does not measure is absent")
    func absent() throws {
        func outcomes(_ plan: LoadPlan) -> Set<String> {
            var metrics = RunMetrics(version: "1")
            metrics.begin(plan)
            metrics.add(sample(0, phase: nil), [])
            return Set(metrics.messages.keys.map(\.rawValue))
        }
        let all = Set(RunMetrics.Outcome.allCases.map(\.rawValue))
        #expect(outcomes(try plan()) == all)
        #expect(
            outcomes(try plan("load: {confirm_window: 0, mandatory: false}"))
                == all.subtracting(["confirmed", "nacked", "returned"]))
        #expect(outcomes(try plan(part: .consuming)) == ["processed", "failed"])
        #expect(outcomes(try plan(part: .publishing)) == all.subtracting(["processed", "failed"]))

        var consuming = RunMetrics(version: "1")
        consuming.begin(try plan(part: .consuming))
        consuming.add(sample(0, phase: 2), [])
        #expect(consuming.backlog == nil && consuming.isBlocked == nil && consuming.phase == "drain")
        #expect(!consuming.prometheusText.contains("rafale_latency"))
    }

    @Test("addresses, with the loopback for a port alone")
    func addresses() {
        func parts(_ text: String) -> String? { MetricsEndpoint.Address(text).map { "\($0.host) \($0.port)" } }
        #expect(parts("10.0.0.5:9464") == "10.0.0.5 9464" && parts("[::1]:0") == "::1 0")
        #expect(parts(":9464") == "127.0.0.1 9464" && parts("9464") == "127.0.0.1 9464" && parts("0") == "127.0.0.1 0")
        #expect(parts("localhost:80") == "localhost 80")
        for wrong in ["", ":", "localhost", "localhost:", "1.2.3.4:65536", "::1:80", "[]:80", "a:-1", "a:+1"] {
            #expect(parts(wrong) == nil, "\(wrong)")
        }
    }
}
