import FoundationEssentials
import LoadMetrics

// What terminal and page say of the generator itself.

extension CriterionResult {
    /// The figure with its unit.
    var valueText: String { value.map(text) ?? "not measured" }

    /// The bound from which on it makes the generator SUSPECT.
    var suspectText: String { suspectAbove < .greatestFiniteMagnitude ? "> \(text(suspectAbove))" : Quantity.none }

    /// The bound from which on it makes the generator INVALID.
    var invalidText: String { invalidAbove.map { "> \(text($0))" } ?? Quantity.none }

    private func text(_ value: Double) -> String {
        switch unit {
        case .nanoseconds: Quantity.duration(value)
        case .messages, .times: Quantity.count(UInt64(saturating: value))
        case .share: Quantity.percent(value, of: 1)
        case .gaps: "\(Quantity.significant(value)) gaps"
        }
    }
}

extension GeneratorVerdict {
    /// The figures that say at a glance how the generator did.
    var glance: [String] {
        let shown = ["schedule_lag": "schedule lag p99", "loop_busy": "loops busy", "loop_delay": "loop delay p99"]
        return (criteria ?? []).compactMap { criterion in
            guard let title = shown[criterion.name], criterion.value != nil else { return nil }
            return "\(title) \(criterion.valueText)"
        }
    }
}

extension CalibrationUse {
    /// How far the run was from what the generator can do; nil where nothing is known of that.
    var words: String? {
        if let whyNot { return "The calibration was not used. \(whyNot)" }
        guard let share, let limitPerSecond, let busiestPerSecond, let calibration else { return nil }
        return "This run used \(Quantity.percent(share, of: 1)) of what this generator can do here: "
            + "\(Quantity.rate(busiestPerSecond)) in its busiest second of \(Quantity.rate(limitPerSecond)), as calibrated "
            + "\(WallTime.label(calibration.measuredAt))."
    }
}

extension HTMLReport {
    /// Every criterion of the generator's verdict, with its figure and its bounds.
    static func generator(_ main: inout Markup, _ result: RunResult) {
        let criteria = result.generator.criteria ?? []
        guard !criteria.isEmpty || result.calibration?.words != nil else { return }
        card(&main, "Generator") { section in
            section.element(
                "p", ["class": "hint"],
                text: "Whether the load was the one the scenario asks for, and not the generator's own limit: of each "
                    + "criterion the worst measured phase.")
            if let words = result.calibration?.words { section.element("p", ["class": "hint"], text: words) }
            guard !criteria.isEmpty else { return }
            table(
                &section,
                columns: [
                    ("", false), ("measured", false), ("SUSPECT", true), ("INVALID", true), ("phase", true),
                    ("verdict", false),
                ],
                rows: criteria.map { criterion in
                    (
                        [
                            criterion.title, criterion.valueText, criterion.suspectText, criterion.invalidText,
                            criterion.phase ?? Quantity.none,
                            criterion.value == nil ? Quantity.none : criterion.judgement.rawValue,
                        ], criterion.judgement == .valid ? "" : "bad"
                    )
                })
        }
    }
}
