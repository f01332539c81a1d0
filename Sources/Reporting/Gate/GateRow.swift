import LoadMetrics
import Statistics

// What the terminal, the page, the Markdown and the JUnit file of a gate show alike.

/// One metric of a gate in words.
struct GateRow: Sendable, Equatable {
    var finding: GateFinding
    var baseline: [Double]
    var candidate: [Double]

    var metric: RunMetric { finding.metric }

    /// The metrics of a gate that have figures, the gating ones first.
    static func all(of result: GateResult) -> [GateRow] {
        result.findings.map {
            GateRow(
                finding: $0, baseline: result.values(of: $0.metric, .baseline),
                candidate: result.values(of: $0.metric, .candidate))
        }
    }

    var baselineText: String { Self.middle(baseline).map(metric.text) ?? Quantity.none }
    var candidateText: String { Self.middle(candidate).map(metric.text) ?? Quantity.none }
    var changeText: String { finding.change.map { Quantity.change($0) } ?? Quantity.none }

    var intervalText: String {
        guard let low = finding.changeLow, let high = finding.changeHigh else { return Quantity.none }
        return Quantity.changes(low, high)
    }

    /// The median of some values; nil of none.
    static func middle(_ values: [Double]) -> Double? { OrderedSamples(values)?.median }

    /// Whether the change goes another way than the medians beside it, as far as both are shown.
    var goesAgainstMedians: Bool {
        guard let change = finding.change, let before = Self.middle(baseline), let after = Self.middle(candidate),
            baselineText != candidateText, !changeText.hasPrefix("0")
        else { return false }
        return (after > before) != (change > 0)
    }

    var sign: String {
        switch finding.decision {
        case .pass: finding.gates ? "✓" : "·"
        case .improvement: "✓"
        case .regression: finding.gates ? "✗" : "!"
        case .unclear, .notMeasured: finding.gates ? "?" : "·"
        }
    }

    /// The class that colours it.
    var tone: String {
        guard finding.gates else { return "" }
        return switch finding.decision {
        case .pass, .improvement: "good"
        case .regression: "bad"
        case .unclear, .notMeasured: "warn"
        }
    }

    /// What is known of it, without its name: `10.4 % worse: +10.4 % (+8.1 … +12.9 %)`.
    func words(leastEffect: Double) -> String {
        guard let change = finding.change else { return "not measured on both sides" }
        let isWorse = metric.higherIsBetter ? change < 0 : change > 0
        let figures = "\(changeText)\(finding.changeLow == nil ? "" : " (\(intervalText))")"
        switch finding.decision {
        case .regression: return "worse, \(figures)"
        case .improvement: return "better, \(figures)"
        case .pass: return "not \(Quantity.share(leastEffect)) worse, \(figures)"
        case .notMeasured: return "measured in too few rounds, \(figures)"
        case .unclear:
            let open = isWorse && abs(change) >= leastEffect ? "no change" : "\(Quantity.share(leastEffect)) worse"
            return "unclear, \(figures): the rounds do not rule out \(open)"
        }
    }
}

extension GateResult {
    /// Why the verdict is what it is, one sentence each, the most important first.
    package var reasons: [String] {
        let rows = GateRow.all(of: self).filter(\.finding.gates)
        let least = rules.leastEffect
        var reasons: [String] = brokenCounts.map {
            "\($0) did not hold for the candidate, and held in every run of the baseline."
        }
        reasons += rows.filter { $0.finding.decision == .regression }.map {
            "\($0.metric.title): \($0.words(leastEffect: least))."
        }
        // What kept a gate from a verdict comes first; of one that has a verdict, it is what else there was.
        reasons = verdict == .inconclusive ? problems + reasons : reasons + problems
        if verdict != .regression {
            reasons += rows.filter { [.unclear, .notMeasured].contains($0.finding.decision) }.map {
                "\($0.metric.title): \($0.words(leastEffect: least))."
            }
        }
        if verdict == .pass {
            let names = rows.map(\.metric.title).joined(separator: ", ")
            reasons.append("\(names): none is \(Quantity.share(least)) worse or more.")
        }
        return reasons
    }

    /// How much was run: `8 rounds, interleaved`.
    var courseText: String {
        let rounds = completedRounds
        if rules.interleaved { return "\(rounds) \(rounds == 1 ? "round" : "rounds"), interleaved" }
        return
            "\(rounds) \(rounds == 1 ? "run" : "runs") against \(runs.count { $0.side == .baseline }) of the baseline"
    }

    /// How it was decided: `least effect 5 %, false alarms at most 5 %, 5 to 15 rounds within 15 min`.
    var rulesText: String {
        "least effect \(Quantity.share(rules.leastEffect)), false alarms at most \(Quantity.share(rules.falseAlarmRate)), "
            + "\(rules.roundsMinimum) to \(rules.roundsMaximum) rounds within \(Quantity.limit(rules.budgetNanoseconds))"
    }

    /// How sure each bound of a change is, as a heading: `95 % bounds`.
    var intervalTitle: String {
        let confidences = Set(findings.compactMap(\.confidence))
        guard confidences.count == 1, let confidence = confidences.first else { return "bounds" }
        return "\(Quantity.share(confidence)) bounds"
    }

    /// What stands under the figures where a change goes another way than the medians beside it; nil where none does.
    var pairsWords: String? {
        GateRow.all(of: self).contains(where: \.goesAgainstMedians)
            ? "A change is that of runs in pairs, which may go another way than the medians." : nil
    }

    /// The runs whose generator was near its limit, in one sentence; nil where there were none.
    var suspectWords: String? {
        let suspects = runs.filter { $0.judgement == .suspect }
        guard let reason = suspects.compactMap(\.reason).first else { return nil }
        let closed = reason.hasSuffix(".") ? String(reason.dropLast()) : reason
        return "\(suspects.count) of \(runs.count) runs are SUSPECT; the first: \(closed)."
    }
}

extension GateResult.Verdict {
    var sign: String {
        switch self {
        case .pass: "✓"
        case .regression: "✗"
        case .inconclusive: "?"
        }
    }

    /// The class that colours it.
    var tone: String {
        switch self {
        case .pass: "good"
        case .regression: "bad"
        case .inconclusive: "warn"
        }
    }
}

extension GateSide {
    /// The side as a reader knows it: `main, 5c2dcc6`.
    var text: String {
        var parts = [label]
        if let revision, revision != label { parts.append(String(revision.prefix(12))) }
        if let toolVersion, !toolVersion.isEmpty { parts.append("version \(toolVersion)") }
        if !overrides.isEmpty { parts.append(overrides.joined(separator: " ")) }
        if let measuredAt { parts.append(WallTime.label(measuredAt)) }
        return parts.joined(separator: ", ")
    }
}
