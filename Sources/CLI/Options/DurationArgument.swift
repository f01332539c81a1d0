import ArgumentParser

/// A duration as a flag's value: `5ms`, `1.5s`, `2m`.
struct DurationArgument: ExpressibleByArgument, CustomStringConvertible, Equatable {
    let duration: Duration
    let description: String

    init?(argument: String) {
        let units: [(String, Double)] = [("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9)]
        let unit = argument.drop { $0.isNumber || $0 == "." }
        guard let scale = units.first(where: { $0.0 == unit })?.1,
            let number = Double(argument.dropLast(unit.count)), number * scale < 1e18
        else { return nil }
        duration = .nanoseconds(Int64(number * scale))
        description = argument
    }

    init(milliseconds: Int64) {
        duration = .milliseconds(milliseconds)
        description = "\(milliseconds)ms"
    }

    init(seconds: Int64, _ description: String? = nil) {
        duration = .seconds(seconds)
        self.description = description ?? "\(seconds)s"
    }

    /// Whole nanoseconds.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    var defaultValueDescription: String { description }
}
