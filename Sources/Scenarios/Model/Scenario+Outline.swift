extension Scenario {
    /// The scenario in one line: phases, time, arrivals, and where they go.
    package var outline: String {
        var parts = ["\(name):"]
        parts.append("\(phases.count) phase\(phases.count == 1 ? "" : "s")")
        if let seconds = plannedSeconds {
            parts.append("over \(Quantity.duration.text((seconds * 1e3).rounded() * 1e6))")
        }
        if let peak = phases.compactMap(\.rate.peakPerSecond).max() {
            parts.append("up to \(Quantity.text(peak.rounded()))/s")
        }
        if phases.contains(where: \.rate.isClosedLoop) { parts.append("saturating") }
        if let file = logs.file { parts.append("replaying \(file.name)") }
        switch target {
        case .broker: parts.append("on \(broker.location.outline)")
        case .store: parts.append("into the store")
        case .churn:
            let kinds = churn.map(\.kind.rawValue).joined(separator: ", ")
            parts.append("opening and closing \(kinds) on \(broker.location.outline)")
        }
        switch workers.source {
        case .reference where target == .churn: break
        case .external: parts.append("with external workers")
        case .reference where consumers != nil:
            let count = (consumers?.connections ?? 0) * (consumers?.channels ?? 0)
            parts.append("with \(count) consumer\(count == 1 ? "" : "s")")
        case .command:
            parts.append("with \(workers.count) worker\(workers.count == 1 ? "" : "s") of your own")
        case .reference: parts.append("with \(workers.count) worker\(workers.count == 1 ? "" : "s")")
        }
        if !thresholds.isEmpty { parts.append("and \(thresholds.count) threshold\(thresholds.count == 1 ? "" : "s")") }
        return parts.joined(separator: " ")
    }

    /// How long the phases take, the drain not counted; nil when counts decide.
    package var plannedSeconds: Double? {
        var seconds = 0.0
        for phase in phases {
            switch (phase.end, phase.rate) {
            case (.duration(let duration), _): seconds += duration.nanosecondsValue / 1e9
            case (.count(let count), .constant(let rate)) where rate > 0: seconds += Double(count) / rate
            default: return nil
            }
        }
        return seconds
    }
}

extension Scenario.BrokerLocation {
    fileprivate var outline: String {
        switch self {
        case .embedded: "the embedded broker"
        case .servers(let urls): urls.map(\.redacted).joined(separator: ", ")
        }
    }
}
