package import LoadMetrics

// What a list shows of a campaign: how it ended, and the one figure that people look for.

extension KeptCampaign {
    /// A sweep, with the point that carried the most.
    package init(_ result: SweepResult, folder: String) {
        var rates: [(values: [String], rate: Double)] = []
        if result.mode == .capacity {
            for point in result.capacities {
                if let rate = point.ratePerSecond { rates.append((point.values, rate)) }
            }
        } else {
            for (values, runs) in Dictionary(grouping: result.runs.filter(\.figures.counts), by: \.values) {
                let middle = GateRow.middle(runs.map(\.figures.throughputPerSecond))
                if let middle { rates.append((values, middle)) }
            }
        }
        let best = rates.max { $0.rate < $1.rate }.map { best in
            let point = zip(result.keys, best.values).map { ScalingKey($0.name).words($1) }
            return "\(Quantity.rate(best.rate)) with \(point.joined(separator: ", "))"
        }
        self.init(
            result.campaign, folder: folder, kind: .sweep, isUnsettled: !result.unsettledPoints.isEmpty,
            headline: best ?? "no run counts")
    }

    /// A capacity search, with its answer.
    package init(_ result: CapacityResult, folder: String) {
        let headline: String
        if let target = result.target {
            let workers = target.workers.map { ScalingKey("workers.count").words("\($0)") } ?? "no count"
            headline = "\(workers) for \(Quantity.rate(target.ratePerSecond))"
        } else if let best = result.points.max(by: { ($0.ratePerSecond ?? 0) < ($1.ratePerSecond ?? 0) }) {
            let place = result.key.flatMap { key in best.values.first.map { " with \(ScalingKey(key).words($0))" } }
            headline = (best.shownText ?? best.rateText) + (place ?? "")
        } else {
            headline = "nothing was tried"
        }
        self.init(
            result.campaign, folder: folder, kind: .capacity, isUnsettled: result.isUnsettled, headline: headline)
    }

    /// A gate, with the first metric that is worse, or the first that decides.
    package init(_ result: GateResult, folder: String) {
        let rows = GateRow.all(of: result).filter(\.finding.gates)
        let shown =
            rows.first { $0.finding.decision == .regression } ?? rows.first { $0.finding.change != nil }
        let outcome: Outcome =
            switch result.verdict {
            case .pass: .pass
            case .regression: .regression
            case .inconclusive: .inconclusive
            }
        self.init(
            folder: folder, kind: .gate, scenario: result.scenario.name, startedAt: result.startedAt,
            gitRevision: result.candidate.revision, outcome: outcome,
            headline: shown.map { "\($0.metric.shortTitle) \($0.changeText)" } ?? "nothing was compared")
    }

    private init(_ facts: CampaignFacts, folder: String, kind: Kind, isUnsettled: Bool, headline: String) {
        self.init(
            folder: folder, kind: kind, scenario: facts.scenario.name, startedAt: facts.startedAt,
            gitRevision: facts.gitRevision,
            outcome: facts.interrupted ? .interrupted : isUnsettled ? .unsettled : .done,
            headline: headline)
    }
}

extension KeptCampaign.Outcome {
    var sign: String {
        switch self {
        case .done, .pass: "✓"
        case .regression: "✗"
        case .interrupted: "!"
        case .unsettled, .inconclusive: "?"
        }
    }

    /// The class that colours it.
    var tone: String {
        switch self {
        case .done: "plain"
        case .pass: "good"
        case .regression: "bad"
        case .interrupted, .unsettled, .inconclusive: "warn"
        }
    }
}
