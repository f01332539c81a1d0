import ArgumentParser
import LoadMetrics

/// `4..20`: from how many rounds on a gate may decide, and how many it may run.
struct RoundRange: ExpressibleByArgument, Equatable, CustomStringConvertible {
    let rounds: ClosedRange<Int>

    init(_ rounds: ClosedRange<Int>) { self.rounds = rounds }

    init?(argument: String) {
        let ends = argument.split(separator: ".", omittingEmptySubsequences: true).map { Int($0) }
        guard let low = ends.first ?? nil, let high = ends.last ?? nil, 1...2 ~= ends.count,
            ends.count == 1 ? !argument.contains(".") : argument.contains(".."), low >= 1, low <= high, high <= 1_000
        else { return nil }
        rounds = low...high
    }

    var description: String { "\(rounds.lowerBound)..\(rounds.upperBound)" }
    var defaultValueDescription: String { description }
}

/// `5%` or `0.05`: a share of something.
struct ShareArgument: ExpressibleByArgument, Equatable, CustomStringConvertible {
    let share: Double

    init(percent: Double) { share = percent / 100 }

    init?(argument: String) {
        let isPercent = argument.hasSuffix("%")
        let digits = argument.prefix(argument.count - (isPercent ? 1 : 0))
        guard let number = Double(digits.filter { $0 != " " }), number.isFinite, number >= 0 else { return nil }
        share = isPercent ? number / 100 : number
    }

    var description: String {
        let percent = share * 100
        return percent == percent.rounded() ? "\(Int(percent))%" : "\(percent)%"
    }
    var defaultValueDescription: String { description }
}

/// `throughput,cpu_per_million.worker`: the metrics of runs, by their names.
struct MetricList: ExpressibleByArgument, Equatable {
    let metrics: [RunMetric]

    init?(argument: String) {
        let names = argument.split(separator: ",").map { $0.filter { $0 != " " } }
        let metrics = names.compactMap { RunMetric(name: $0) }
        guard !metrics.isEmpty, metrics.count == names.count, Set(metrics).count == metrics.count else { return nil }
        self.metrics = metrics
    }

    /// How names are made, for those who gave one that is none.
    static let grammar =
        "throughput, cpu_per_million.ROLE, allocated_per_message.ROLE, memory.ROLE, or a latency such as end_to_end.p99 "
        + "(ROLE: generator, broker, worker)"
}
