/// The kinds of number with a unit that the language knows.
enum Quantity: Sendable {
    case duration
    case rate
    case size
    case percent
    case count

    /// How it is written, for errors and the reference.
    var examples: String {
        switch self {
        case .duration: "10s, 500ms or 2m"
        case .rate: "500/s, 30k/s or 2/min"
        case .size: "600B, 4KiB or 1MB"
        case .percent: "25%"
        case .count: "20000, 20k or 1.5M"
        }
    }

    /// Its name with an article.
    var name: String {
        switch self {
        case .duration: "a duration"
        case .rate: "a rate"
        case .size: "a size"
        case .percent: "a percentage"
        case .count: "a number"
        }
    }

    /// What a JSON schema accepts for it.
    var pattern: String {
        let number = #"[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?"#
        return switch self {
        case .duration: #"^(\#(number) ?(ns|us|µs|ms|s|m|min|h|d) ?)+$"#
        case .rate: #"^\#(number) ?[kM]? ?/ ?(ms|s|m|min|h)$"#
        case .size: #"^\#(number) ?(B|kB|KiB|MB|MiB|GB|GiB)$"#
        case .percent: #"^\#(number) ?%$"#
        case .count: #"^\#(number) ?[kM]?$"#
        }
    }

    /// The value in the base unit (nanoseconds, messages per second, bytes, percent, one), or nil.
    func value(of text: String) -> Double? {
        var rest = Substring(text)
        guard let first = Self.number(from: &rest) else { return nil }
        let value: Double?
        switch self {
        case .duration: value = Self.duration(first, &rest)
        case .rate: value = Self.rate(first, &rest)
        case .size: value = Self.word(from: &rest).flatMap { Self.bytes[$0] }.map { first * $0 }
        case .percent:
            Self.skipSpaces(&rest)
            value = rest.first == "%" ? first : nil
            rest = rest.dropFirst()
        case .count: value = first * Self.magnitude(from: &rest)
        }
        guard let value, value.isFinite, rest.allSatisfy({ $0 == " " }) else { return nil }
        return value
    }

    private static let nanoseconds: [String: Double] = [
        "ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "min": 60e9, "h": 3600e9, "d": 86400e9,
    ]
    private static let bytes: [String: Double] = [
        "B": 1, "kB": 1e3, "KiB": 1024, "MB": 1e6, "MiB": 1_048_576, "GB": 1e9, "GiB": 1_073_741_824,
    ]

    private static func duration(_ first: Double, _ rest: inout Substring) -> Double? {
        var number = first
        var total = 0.0
        while true {
            guard let unit = word(from: &rest), let scale = nanoseconds[unit] else { return nil }
            total += number * scale
            skipSpaces(&rest)
            guard !rest.isEmpty else { return total }
            guard let next = Self.number(from: &rest) else { return nil }
            number = next
        }
    }

    private static func rate(_ number: Double, _ rest: inout Substring) -> Double? {
        let amount = number * magnitude(from: &rest)
        skipSpaces(&rest)
        guard rest.first == "/" else { return nil }
        rest = rest.dropFirst()
        guard let unit = word(from: &rest) else { return nil }
        return switch unit {
        case "ms": amount * 1000
        case "s": amount
        case "m", "min": amount / 60
        case "h": amount / 3600
        default: nil
        }
    }

    private static func magnitude(from rest: inout Substring) -> Double {
        skipSpaces(&rest)
        switch rest.first {
        case "k":
            rest = rest.dropFirst()
            return 1e3
        case "M":
            rest = rest.dropFirst()
            return 1e6
        default: return 1
        }
    }

    /// Digits with at most one point between them and an exponent; no sign, for no quantity here is negative.
    private static func number(from rest: inout Substring) -> Double? {
        skipSpaces(&rest)
        func digits(_ text: Substring) -> Substring { text.prefix(while: { $0.isASCII && $0.isNumber }) }
        let whole = digits(rest)
        guard !whole.isEmpty else { return nil }
        var end = whole.endIndex
        if rest[end...].first == "." {
            let fraction = digits(rest[end...].dropFirst())
            guard !fraction.isEmpty else { return nil }
            end = fraction.endIndex
        }
        if let mark = rest[end...].first, mark == "e" || mark == "E" {
            var tail = rest[end...].dropFirst()
            if tail.first == "-" || tail.first == "+" { tail = tail.dropFirst() }
            let exponent = digits(tail)
            if !exponent.isEmpty { end = exponent.endIndex }
        }
        let value = Double(rest[..<end])
        rest = rest[end...]
        return value.flatMap { $0.isFinite ? $0 : nil }
    }

    private static func word(from rest: inout Substring) -> String? {
        skipSpaces(&rest)
        let word = rest.prefix(while: { $0.isLetter })
        rest = rest[word.endIndex...]
        return word.isEmpty ? nil : String(word)
    }

    private static func skipSpaces(_ rest: inout Substring) {
        rest = rest.drop(while: { $0 == " " })
    }
}

// MARK: - Writing

extension Quantity {
    /// A number without a needless `.0`.
    static func text(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return String(value)
    }

    /// The quantity as the language writes it, in the largest unit that keeps it a whole number.
    func text(_ value: Double) -> String {
        switch self {
        case .duration:
            // Hours and minutes are written as such only when they are round, so that 90 s stays 90s.
            let units: [(String, Double)] = [
                ("h", 3600e9), ("m", 60e9), ("s", 1e9), ("ms", 1e6), ("us", 1e3), ("ns", 1),
            ]
            guard value > 0 else { return "0s" }
            for (unit, scale) in units where (value / scale).rounded() * scale == value {
                return Self.text(value / scale) + unit
            }
            return Self.text(value) + "ns"
        case .rate: return Self.text(value) + "/s"
        case .size:
            let units: [(String, Double)] = [("GiB", 1_073_741_824), ("MiB", 1_048_576), ("KiB", 1024)]
            for (unit, scale) in units where value >= scale && (value / scale).rounded() * scale == value {
                return Self.text(value / scale) + unit
            }
            return Self.text(value) + "B"
        case .percent: return Self.text(value) + "%"
        case .count: return Self.text(value)
        }
    }
}

extension Duration {
    /// The whole duration in nanoseconds, as a number that is exact up to 104 days.
    var nanosecondsValue: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1e9 + Double(attoseconds / 1_000_000_000)
    }
}
