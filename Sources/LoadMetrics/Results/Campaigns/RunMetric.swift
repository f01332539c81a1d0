/// A figure of a run that runs are compared by, named as thresholds name it: `throughput`, `cpu_per_million.worker`,
/// `end_to_end.p99`, `allocated_per_message.worker`, `memory.broker`.
package struct RunMetric: Sendable, Hashable, Codable, CustomStringConvertible {
    /// What is read from a result.
    package enum Figure: Sendable, Hashable {
        /// Outcomes a second over the measured phases.
        case throughput
        /// CPU-seconds of a role for a million messages.
        case cpuPerMillion(RunRole)
        /// Bytes that a role allocated for each message.
        case allocatedPerMessage(RunRole)
        /// The sum of the highest resident memory of a role's processes.
        case memory(RunRole)
        /// A percentile of a latency over the measured phases.
        case latency(LatencyMetric, percentile: Double)
    }

    /// What a value is a number of.
    package enum Unit: String, Sendable, Codable {
        case perSecond, cpuSecondsPerMillion, bytes, nanoseconds
    }

    /// What is read from a result.
    package let figure: Figure

    /// A metric that reads this figure.
    package init(_ figure: Figure) {
        self.figure = figure
    }

    /// A metric by its name; nil where it names none.
    package init?(name: some StringProtocol) {
        let parts = name.split(separator: ".", maxSplits: 1)
        guard let base = parts.first else { return nil }
        let rest = parts.count > 1 ? parts[1] : ""
        if base == "throughput", parts.count == 1 {
            figure = .throughput
        } else if let role = RunRole(rawValue: String(rest)) {
            switch base {
            case "cpu_per_million": figure = .cpuPerMillion(role)
            case "allocated_per_message": figure = .allocatedPerMessage(role)
            case "memory": figure = .memory(role)
            default: return nil
            }
        } else {
            let latency = LatencyMetric(rawValue: String(base))
            guard LatencyMetric.inOrder.contains(latency), let percentile = Self.percentile(rest) else { return nil }
            figure = .latency(latency, percentile: percentile)
        }
    }

    /// `p99.9` as 99.9, `max` as 100; nil for anything else.
    private static func percentile(_ text: some StringProtocol) -> Double? {
        if text == "max" { return 100 }
        guard text.first == "p", let value = Double(text.dropFirst()), value > 0, value <= 100 else { return nil }
        return value
    }

    /// Its name as options and files write it.
    package var name: String {
        switch figure {
        case .throughput: "throughput"
        case .cpuPerMillion(let role): "cpu_per_million.\(role.rawValue)"
        case .allocatedPerMessage(let role): "allocated_per_message.\(role.rawValue)"
        case .memory(let role): "memory.\(role.rawValue)"
        case .latency(let latency, let percentile): "\(latency.rawValue).\(Self.label(percentile))"
        }
    }

    package var description: String { name }

    /// Its name in a table.
    package var title: String {
        switch figure {
        case .throughput: "throughput"
        case .cpuPerMillion(let role): "\(role.rawValue) CPU per message"
        case .allocatedPerMessage(let role): "\(role.rawValue) allocated per message"
        case .memory(let role): "\(role.rawValue) memory"
        case .latency(let latency, let percentile): "\(latency.title) \(Self.label(percentile))"
        }
    }

    private static func label(_ percentile: Double) -> String {
        if percentile == 100 { return "max" }
        return percentile == percentile.rounded() ? "p\(Int(percentile))" : "p\(percentile)"
    }

    /// What its values are numbers of.
    package var unit: Unit {
        switch figure {
        case .throughput: .perSecond
        case .cpuPerMillion: .cpuSecondsPerMillion
        case .allocatedPerMessage, .memory: .bytes
        case .latency: .nanoseconds
        }
    }

    /// Whether more of it is better; of everything but throughput less is.
    package var higherIsBetter: Bool { figure == .throughput }

    /// Its value in a result; nil where it was not measured, or is zero, of which nothing can be a share.
    package func value(in result: RunResult) -> Double? {
        let value: Double? =
            switch figure {
            case .throughput: result.totals.throughputPerSecond
            case .cpuPerMillion(let role):
                Self.perMessage(result, role) { Double($0.cpuNanoseconds) }.map { $0 / 1e3 }
            case .allocatedPerMessage(let role):
                Self.perMessage(result, role) { $0.allocatedBytes.map { Double($0) } }
            case .memory(let role):
                result.roles.filter { $0.role == role }.reduce(0) { $0 + Double($1.peakResidentBytes) }
            case .latency(let latency, let percentile):
                result.totals.latencies[latency].flatMap { $0.isEmpty ? nil : Double($0.percentile(percentile)) }
            }
        return value.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    }

    /// What the processes of a role used for one message; nil where one of them does not say.
    private static func perMessage(
        _ result: RunResult, _ role: RunRole, _ used: (RoleResult) -> Double?
    ) -> Double? {
        let processes = result.roles.filter { $0.role == role }
        let amounts = processes.compactMap(used)
        let messages = Double(result.messages(of: processes))
        guard messages > 0, amounts.count == processes.count else { return nil }
        return amounts.reduce(0, +) / messages
    }

    // MARK: - JSON: its name

    package init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        let name = try value.decode(String.self)
        guard let metric = RunMetric(name: name) else {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "'\(name)' is no metric of a run")
        }
        self = metric
    }

    package func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(name)
    }
}

extension RunMetric {
    /// The figures that every comparison of two results shows, in this order; those not measured are left out.
    package static let usual: [RunMetric] =
        [RunMetric(.throughput)]
        + [RunRole.worker, .broker, .generator].map { RunMetric(.cpuPerMillion($0)) }
        + [(LatencyMetric.endToEnd, 50), (.endToEnd, 99), (.confirm, 50), (.confirm, 99)].map {
            RunMetric(.latency($0.0, percentile: $0.1))
        }
        + [RunRole.worker, .broker, .generator].map { RunMetric(.allocatedPerMessage($0)) }
        + [RunRole.worker, .broker, .generator].map { RunMetric(.memory($0)) }
}
