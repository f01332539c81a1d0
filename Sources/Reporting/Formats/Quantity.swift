import LoadMetrics

/// Numbers as people read them: three significant digits, a unit, no locale.
enum Quantity {
    /// What stands for a number that is not there.
    static let none = "–"

    /// A number with a fixed number of decimals; ``none`` for what is not finite.
    static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return none }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 9e18 else { return value < 0 ? "-9e18" : "9e18" }
        let digits = String(UInt64(scaled))
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard decimals > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }

    /// A number with three significant digits: 1.23, 12.3, 123, 1234.
    static func significant(_ value: Double) -> String {
        let size = abs(value)
        if size == 0 { return "0" }
        if size >= 99.95 { return fixed(value, decimals: 0) }
        if size >= 9.995 { return fixed(value, decimals: 1) }
        if size >= 0.9995 { return fixed(value, decimals: 2) }
        return fixed(value, decimals: size >= 0.0995 ? 3 : 4)
    }

    /// The same without zeros at the end of the decimals: 1.5, 20, 0.25.
    static func trimmed(_ value: Double) -> String {
        let text = significant(value)
        guard text.contains(".") else { return text }
        var end = text[...]
        while end.last == "0" { end.removeLast() }
        if end.last == "." { end.removeLast() }
        return String(end)
    }

    /// A duration with its unit: `850 ns`, `85.3 µs`, `12.4 ms`, `1.25 s`, `25.0 min`, `3.50 h`.
    static func duration(_ nanoseconds: Double, separator: String = " ") -> String {
        scaled(nanoseconds, separator: separator, format: significant)
    }

    /// A duration with its unit.
    static func duration(_ nanoseconds: Int64, separator: String = " ") -> String {
        duration(Double(nanoseconds), separator: separator)
    }

    /// A duration at a tick of an axis: no zeros that say nothing.
    static func tickDuration(_ nanoseconds: Double) -> String {
        scaled(nanoseconds, separator: " ", format: trimmed)
    }

    private static func scaled(_ nanoseconds: Double, separator: String, format: (Double) -> String) -> String {
        guard nanoseconds.isFinite else { return none }
        let units: [(from: Double, size: Double, name: String)] = [
            (0, 1, "ns"), (999.5, 1e3, "µs"), (999.5e3, 1e6, "ms"), (999.5e6, 1e9, "s"), (999.5e9, 60e9, "min"),
            (5_999.5e9, 3_600e9, "h"),
        ]
        let size = abs(nanoseconds)
        if size == 0 { return "0" + separator + "ns" }
        let unit = units.last { size >= $0.from } ?? units[0]
        return format(nanoseconds / unit.size) + separator + unit.name
    }

    /// How long something took, for people: `8.4 s`, `1 min 12 s`, `2 h 05 min`.
    static func span(_ nanoseconds: Int64) -> String {
        let seconds = Double(nanoseconds) / 1e9
        guard seconds >= 60 else { return fixed(max(0, seconds), decimals: seconds < 10 ? 1 : 0) + " s" }
        let whole = Int(seconds.rounded())
        if whole < 3_600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3_600) h \(whole % 3_600 / 60) min"
    }

    /// A count with commas: `1,234,567`.
    static func count(_ value: UInt64) -> String {
        let digits = Array(String(value))
        var text = ""
        for (position, digit) in digits.enumerated() {
            if position > 0, (digits.count - position).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// A rate: `1,234/s`, `12.5/s`.
    static func rate(_ perSecond: Double) -> String {
        guard perSecond.isFinite else { return none }
        if perSecond >= 99.95 { return count(UInt64(saturating: perSecond.rounded())) + "/s" }
        return trimmed(perSecond) + "/s"
    }

    /// A number with a letter for its magnitude: `950`, `12.5k`, `3M`.
    static func short(_ value: Double) -> String {
        guard value.isFinite else { return none }
        let steps: [(size: Double, letter: String)] = [(1e9, "G"), (1e6, "M"), (1e3, "k")]
        for step in steps where abs(value) >= step.size { return trimmed(value / step.size) + step.letter }
        return trimmed(value)
    }

    /// A size: `512 B`, `84.2 MiB`, `1.50 GiB`.
    static func bytes(_ value: UInt64) -> String {
        var size = Double(value)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if size < 1_023.5 { return (unit == "B" ? fixed(size, decimals: 0) : significant(size)) + " " + unit }
            size /= 1_024
        }
        return significant(size) + " TiB"
    }

    /// A share of a whole: `99.8 %`; ``none`` of nothing.
    static func percent(_ part: Double, of whole: Double) -> String {
        guard whole > 0 else { return none }
        let share = part / whole * 100
        // 99.96 % is not all of it: never rounded up to 100.
        let decimals = share > 99.9 && share < 100 ? 2 : 1
        let shown = share < 100 ? min(share, 99.99) : share
        return trimmedZeros(fixed(shown, decimals: decimals)) + " %"
    }

    private static func trimmedZeros(_ text: String) -> String {
        text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

extension Quantity {
    /// A percentile without zeros at its end: `99.9`.
    static func percentileLabel(_ percentile: Double) -> String {
        for decimals in 0...4 {
            let text = fixed(percentile, decimals: decimals)
            if let read = Double(text), abs(read - percentile) < 1e-7 { return text }
        }
        return fixed(percentile, decimals: 4)
    }

    /// A moment of a run that lasts `total` seconds: `12 s`, `1:30`, `1:05:00`.
    static func clock(_ seconds: Double, of total: Double) -> String {
        guard total > 180 else { return trimmed(seconds) + " s" }
        let whole = Int(max(0, min(seconds, 1e9)).rounded())
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if total > 7_200 { return "\(whole / 3_600):\(two(whole % 3_600 / 60))" }
        return "\(whole / 60):\(two(whole % 60))"
    }
}
