import LoadMetrics

extension CapacityPoint {
    /// The rate in words, as sure as it is: `12,400/s`, `at least 12,400/s`.
    var rateText: String {
        switch outcome {
        case .belowRange: return ratePerSecond.map { "below \(Quantity.rate($0))" } ?? "none held"
        case .aboveRange, .generatorLimited:
            return ratePerSecond.map { "at least \(Quantity.rate($0))" } ?? Quantity.none
        case .unclear: return "not settled"
        case .found, .interrupted: return ratePerSecond.map(Quantity.rate) ?? Quantity.none
        }
    }

    /// What was shown to hold, where the search ended before it was clear how much more does; nil otherwise.
    var shownText: String? {
        guard outcome == .unclear else { return nil }
        return heldPerSecond.map { "\(Quantity.rate($0)) was shown to hold" } ?? "no rate was shown to hold"
    }

    /// `12,100 – 12,700/s`; empty without an interval.
    var intervalText: String {
        guard let lowPerSecond else { return "" }
        guard let highPerSecond, highPerSecond.isFinite, outcome != .aboveRange, outcome != .generatorLimited else {
            return "\(Quantity.rate(lowPerSecond)) or more"
        }
        return "\(Quantity.rate(lowPerSecond).dropLast(2)) – \(Quantity.rate(highPerSecond))"
    }

    /// Why not more, or what hindered the search.
    var reasonText: String {
        let above = reasonAbove.map(\.capitalizedFirst)
        switch outcome {
        case .found: return above ?? ""
        case .belowRange: return above ?? "No rate that was tried holds the limits"
        case .aboveRange: return "Nothing failed up to the highest rate that was tried"
        case .generatorLimited: return above ?? "The generator could not put more on"
        case .unclear:
            return ["The probes ran out before it was clear", shownText, above].compactMap(\.self)
                .joined(separator: "; ")
        case .interrupted: return "Ended early"
        }
    }

    /// Whether the rate is of the system under load.
    var tone: String {
        switch outcome {
        case .found, .aboveRange: ""
        case .belowRange: "bad"
        case .generatorLimited, .unclear, .interrupted: "warn"
        }
    }
}

extension CapacityProbe.Verdict {
    var words: String {
        switch self {
        case .holds: "holds"
        case .fails: "fails"
        case .unclear: "unclear"
        case .generatorLimited: "generator limited"
        }
    }

    var sign: String {
        switch self {
        case .holds: "✓"
        case .fails: "✗"
        case .unclear: "?"
        case .generatorLimited: "!"
        }
    }

    var tone: String {
        switch self {
        case .holds: "good"
        case .fails: "bad"
        case .unclear, .generatorLimited: "warn"
        }
    }

    var swatch: Swatch {
        switch self {
        case .holds: .green
        case .fails: .red
        case .unclear: .orange
        case .generatorLimited: .grey
        }
    }
}

extension LimitFinding {
    /// The measured value with its interval: `152 ms (140 ms – 171 ms)`.
    var observedText: String {
        guard let observed else { return "not measured" }
        let value = text(of: observed)
        guard let low, let high, low < high, low.isFinite, high.isFinite else { return value }
        return "\(value) (\(text(of: low)) – \(text(of: high)))"
    }

    private func text(of value: Double) -> String {
        ThresholdResult(text: text, verdict: .passed, observed: value, unit: unit).observedText
    }
}

extension CapacityResult {
    /// The generator set the limit, not the system, at these points; nil where at none.
    var generatorWarning: String? {
        let values = points.filter { $0.outcome == .generatorLimited }.map { $0.values.first ?? "" }
        guard !values.isEmpty else { return nil }
        let place = key.map { "With \(ScalingKey($0).words(values)), the" } ?? "The"
        return
            "\(place) generator could not put more load on: the system carries at least this much, and how much more is "
            + "not known."
    }

    /// That the probes ran out before the capacity was known, and what is known: a sentence for each such point.
    var unsettled: [String] {
        points.filter { $0.outcome == .unclear }.map { point in
            let place = key.flatMap { key in point.values.first.map { ", with \(ScalingKey(key).words($0))" } } ?? ""
            let interval = point.intervalText.isEmpty ? "" : " the capacity lies within \(point.intervalText);"
            let count = point.probes.count == 1 ? "1 probe" : "\(point.probes.count) probes"
            return "Not settled by \(count)\(place):\(interval) \(point.shownText ?? "")."
        }
    }

    /// What was asked, and what had to hold, in a sentence.
    var method: String {
        let limits = self.limits.isEmpty ? "" : self.limits.joined(separator: " and ") + ", and "
        guard let rate = target?.ratePerSecond else {
            return "The highest rate at which \(limits)the backlog does not grow."
        }
        return "The fewest workers with which \(limits)the backlog does not grow at \(Quantity.rate(rate))."
    }
}

extension CapacityTarget {
    /// What is known where there is no count to tell, in a few words.
    var wordsWithoutCount: String {
        guard !isUnsettled else { return "not settled" }
        let isNone = probes.last.map { $0.workers == candidates.last && $0.probe.verdict == .fails } ?? false
        return isNone ? "none of those that were allowed" : "not known"
    }
}
