import Drivers
import LoadMetrics

/// The text exposition format of Prometheus, version 0.0.4.
struct PrometheusText {
    /// What the format calls the types of metrics.
    enum Kind: String {
        case counter, gauge, summary, histogram
    }

    /// One line of a metric: its labels in order and its value as written.
    struct Sample {
        var suffix = ""
        var labels: [(name: String, value: String)] = []
        var value: String

        init(_ value: UInt64, _ labels: (name: String, value: String)..., suffix: String = "") {
            (self.value, self.labels, self.suffix) = ("\(value)", labels, suffix)
        }

        init(seconds: Double, _ labels: (name: String, value: String)..., suffix: String = "") {
            (self.value, self.labels, self.suffix) = ("\(seconds)", labels, suffix)
        }
    }

    private(set) var text = ""

    /// Adds a metric with all its lines; nothing where it has none.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
            let braced = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
            text += "\(name)\(sample.suffix)\(braced) \(sample.value)\n"
        }
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension RunMetrics {
    private static let quantiles = ["0.5", "0.9", "0.99", "0.999"]
    private static let percentiles = [50, 90, 99, 99.9]

    /// The upper bounds of the histogram's buckets, 100 µs to a minute.
    private static let bounds: [(label: String, nanoseconds: Int64)] = [
        ("0.0001", 100_000), ("0.00025", 250_000), ("0.0005", 500_000), ("0.001", 1_000_000), ("0.0025", 2_500_000),
        ("0.005", 5_000_000), ("0.01", 10_000_000), ("0.025", 25_000_000), ("0.05", 50_000_000),
        ("0.1", 100_000_000), ("0.25", 250_000_000), ("0.5", 500_000_000), ("1", 1_000_000_000),
        ("2.5", 2_500_000_000), ("5", 5_000_000_000), ("10", 10_000_000_000), ("30", 30_000_000_000),
        ("60", 60_000_000_000),
    ]

    /// The figures as Prometheus reads them.
    var prometheusText: String {
        var text = PrometheusText()
        text.add("rafale_build_info", .gauge, "The version of Rafale.", [.init(1, ("version", version))])
        text.add(
            "rafale_phase_info", .gauge, "The phase of the scenario that runs, or connect, start, drain.",
            [.init(1, ("phase", phase))])
        text.add(
            "rafale_messages_total", .counter, "Messages since the start of the run, by what became of them.",
            Outcome.allCases.compactMap { outcome in
                messages[outcome].map { .init($0, ("outcome", outcome.rawValue)) }
            })
        text.add(
            "rafale_backlog_messages", .gauge, "Messages published and not yet finished.",
            backlog.map { [.init($0)] } ?? [])
        text.add(
            "rafale_queue_messages", .gauge, "Messages that wait in the broker, by the queue's part.",
            QueueRole.allCases.compactMap { role in queues[role].map { .init($0, ("queue", "\(role)")) } })
        text.add(
            "rafale_publishers_blocked", .gauge, "1 while the broker asks a publisher for a pause, else 0.",
            isBlocked.map { [.init($0 ? 1 : 0)] } ?? [])
        addLatencies(to: &text)
        text.add(
            "rafale_cpu_seconds_total", .counter, "CPU time of a process since the load began.",
            processes.map {
                .init(seconds: Double($0.cpuNanoseconds) / 1e9, ("role", $0.role.rawValue), ("process", $0.name))
            })
        text.add(
            "rafale_resident_memory_bytes", .gauge, "Resident memory of a process.",
            processes.map { .init($0.residentBytes, ("role", $0.role.rawValue), ("process", $0.name)) })
        return text.text
    }

    private func addLatencies(to text: inout PrometheusText) {
        var summary: [PrometheusText.Sample] = []
        var histogram: [PrometheusText.Sample] = []
        for metric in LatencyMetric.inOrder {
            guard let latency = latencies[metric] else { continue }
            let label = (name: "metric", value: metric.rawValue)
            let sum = latency.run.mean * Double(latency.run.count) / 1e9
            if !latency.second.isEmpty {
                for (quantile, nanoseconds) in zip(Self.quantiles, latency.second.percentiles(Self.percentiles)) {
                    summary.append(.init(seconds: Double(nanoseconds) / 1e9, label, ("quantile", quantile)))
                }
            }
            summary.append(.init(seconds: sum, label, suffix: "_sum"))
            summary.append(.init(latency.run.count, label, suffix: "_count"))

            var buckets = latency.run.buckets[...]
            var count: UInt64 = 0
            for bound in Self.bounds {
                while let bucket = buckets.first, bucket.nanoseconds.lowerBound <= bound.nanoseconds {
                    count += bucket.count
                    buckets.removeFirst()
                }
                histogram.append(.init(count, label, ("le", bound.label), suffix: "_bucket"))
            }
            histogram.append(.init(latency.run.count, label, ("le", "+Inf"), suffix: "_bucket"))
            histogram.append(.init(seconds: sum, label, suffix: "_sum"))
            histogram.append(.init(latency.run.count, label, suffix: "_count"))
        }
        text.add(
            "rafale_latency_seconds", .summary, "Latencies: quantiles of the last second, sum and count of the run.",
            summary)
        text.add("rafale_latency_histogram_seconds", .histogram, "Latencies of the run so far.", histogram)
    }
}
