import LoadMetrics

extension RunMetric {
    /// A value of it with its unit: `1,234/s`, `15.2 µs`, `4.5 KiB`, `12.4 ms`.
    ///
    /// CPU-seconds for a million messages are microseconds for one.
    func text(_ value: Double) -> String {
        guard value.isFinite else { return Quantity.none }
        return switch unit {
        case .perSecond: Quantity.rate(value)
        case .cpuSecondsPerMillion: Quantity.significant(value) + " µs"
        case .bytes: Quantity.bytes(UInt64(saturating: value))
        case .nanoseconds: Quantity.duration(value)
        }
    }

    /// Its title in a narrow table.
    var shortTitle: String {
        switch figure {
        case .cpuPerMillion(let role): "\(role.rawValue) CPU per msg"
        case .allocatedPerMessage(let role): "\(role.rawValue) allocated per msg"
        default: title
        }
    }
}

extension Quantity {
    /// A change as a share of what was: `+3.2 %`, `−0.4 %`, `0.0 %`.
    static func change(_ share: Double, unit: String = " %") -> String {
        guard share.isFinite else { return none }
        let text = fixed(abs(share) * 100, decimals: abs(share) < 0.9995 ? 1 : 0)
        if text == "0.0" { return text + unit }
        return (share < 0 ? "−" : "+") + text + unit
    }

    /// The ends of a change: `−0.4 … +3.2 %`.
    static func changes(_ low: Double, _ high: Double) -> String {
        change(low, unit: "") + " … " + change(high)
    }

    /// A round length of time: `15 min`, `90 s`.
    static func limit(_ nanoseconds: Int64) -> String {
        let seconds = nanoseconds / 1_000_000_000
        return seconds >= 120 && seconds.isMultiple(of: 60) ? "\(seconds / 60) min" : span(nanoseconds)
    }

    /// A share as a plain percentage: `5 %`, `2.5 %`.
    static func share(_ share: Double) -> String { trimmed(share * 100) + " %" }
}

extension MachineFacts {
    /// The machine in one line.
    var line: String {
        "\(cpuModel), \(usableCores) of \(cores) cores, \(Quantity.bytes(memoryBytes)), \(kernel)"
    }
}
