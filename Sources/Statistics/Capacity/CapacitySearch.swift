/// Finds the highest rate that holds, by probes that somebody else makes, without input or output.
///
/// ```
///  hint ──► × growth while it holds, ÷ growth while it fails ──► bracket ──► the rate that halves what is possible
///                                                                  ▲                     │ answer
///  bracket given ──────────────────────────────────────────────────┘     ◄───────────────┘
///                                                            until the interval is narrow, or probes run out
/// ```
///
/// Ask for ``next``, probe that rate, ``record(_:)`` the answer, and again. Near the capacity a probe's answer is chance,
/// so the boundary is probed again from both sides before the search is sure, see `CapacityBelief`.
package struct CapacitySearch: Sendable {
    /// What a probe at a rate found.
    package enum Answer: Sendable, Equatable {
        case holds
        /// It does not hold, and what broke first.
        case fails(reason: String)
        /// The figures are too near the limit to say.
        case unclear(reason: String)
        /// The load itself could not be put on, so that nothing is known of this rate and none above it can be probed.
        case limited(reason: String)
    }

    /// A probe that was made.
    package struct Probe: Sendable, Equatable {
        package let ratePerSecond: Double
        package let answer: Answer
    }

    /// Where to look, how finely and for how long.
    package struct Plan: Sendable, Equatable {
        /// Rates between which the capacity should lie; nil to find them from the hint.
        package var bracket: ClosedRange<Double>?
        /// The first rate to probe without a bracket.
        package var hint: Double
        /// By how much the rate changes until there is a bracket.
        package var growth = 2.0
        /// The lowest and the highest rate that may be probed.
        package var bounds: ClosedRange<Double>
        /// The interval's half width, relative to the rate, at which the search ends.
        package var tolerance = 0.03
        /// The probability that the interval holds the capacity.
        package var confidence = 0.9
        /// How far apart single probes see the capacity: the standard deviation relative to it.
        package var scatter = 0.015
        package var mostProbes = 12

        /// A search from a first guess.
        package init(hint: Double, bounds: ClosedRange<Double> = 1...1e8) {
            self.hint = min(max(hint, bounds.lowerBound), bounds.upperBound)
            self.bounds = bounds
        }

        /// A search between two rates; it goes beyond them only when the answers say so.
        package init(bracket: ClosedRange<Double>, bounds: ClosedRange<Double> = 1...1e8) {
            let inside = bracket.clamped(to: bounds)
            self.bracket = inside
            hint = (inside.lowerBound * inside.upperBound).squareRoot()
            self.bounds = bounds
        }
    }

    /// Why the search ended.
    package enum End: Sendable, Equatable {
        /// The interval is as narrow as was asked for.
        case settled
        /// All probes are made; the interval says what is known.
        case probesExhausted
        /// It holds at the highest rate that may be probed: the capacity is there or above.
        case holdsAtHighest
        /// It fails at the lowest rate that may be probed.
        case failsAtLowest
        /// The load could not be put on above the rate that holds: the capacity is there or above.
        case limited(reason: String)
    }

    /// What the search found.
    package struct Outcome: Sendable, Equatable {
        /// The capacity: the most likely rate up to which probes hold, and no less than the highest that held; that one
        /// where nothing limited it, nil when no rate held.
        package let ratePerSecond: Double?
        /// The highest rate that held and is believed; nil when none did.
        package let heldPerSecond: Double?
        /// The interval of the capacity at the plan's confidence, from no less than the highest rate that held; its
        /// upper end is infinite when the load was the limit.
        package let interval: Interval
        /// What broke at the lowest rate above that failed; nil when none did.
        package let failure: Probe?
        package let end: End
        package let probes: [Probe]
    }

    /// What to do.
    package enum Step: Sendable, Equatable {
        case probe(ratePerSecond: Double)
        case done(Outcome)
    }

    package let plan: Plan
    /// The probes so far.
    package private(set) var probes: [Probe] = []
    /// What to do next.
    package private(set) var next: Step

    /// A search that has not begun.
    package init(plan: Plan) {
        self.plan = plan
        next = .probe(ratePerSecond: plan.hint)
    }

    /// The rate that is to be probed; nil when the search has ended.
    package var ratePerSecond: Double? {
        if case .probe(let rate) = next { return rate }
        return nil
    }

    /// Takes the answer of the probe that ``next`` asked for; without effect when the search has ended.
    package mutating func record(_ answer: Answer) {
        guard case .probe(let rate) = next else { return }
        probes.append(Probe(ratePerSecond: rate, answer: answer))
        next = step()
    }

    // MARK: - Decisions

    private func step() -> Step {
        if let end = endAtABound() { return .done(outcome(end)) }
        guard probes.count < plan.mostProbes else { return .done(outcome(.probesExhausted)) }
        guard let bracket = bracket() else { return .probe(ratePerSecond: stepOutwards()) }
        let belief = belief(within: bracket)
        let rate: Double
        if isNarrow(interval(belief)) {
            guard let missing = missingSide(interval(belief)) else { return .done(outcome(.settled)) }
            rate = tidy(missing, within: bracket)
        } else {
            rate = tidy(belief.quantile(0.5), within: bracket)
        }
        if let ceiling, rate >= ceiling.rate {
            // The capacity seems to lie where no load can be put on: nearer to it from below, or that is the answer.
            let held = highestHeld ?? plan.bounds.lowerBound
            let between = (held * ceiling.rate).squareRoot()
            guard ceiling.rate / held > 1 + 2 * plan.tolerance else {
                return .done(outcome(.limited(reason: ceiling.reason)))
            }
            return .probe(ratePerSecond: tidy(between, within: bracket))
        }
        return .probe(ratePerSecond: rate)
    }

    private func endAtABound() -> End? {
        guard let last = probes.last else { return nil }
        // Twice, since one answer may be chance.
        func count(at rate: Double, _ matches: (Answer) -> Bool) -> Int {
            probes.count { $0.ratePerSecond == rate && matches($0.answer) }
        }
        if last.ratePerSecond >= plan.bounds.upperBound, count(at: last.ratePerSecond, \.isHolding) >= 2 {
            return .holdsAtHighest
        }
        if last.ratePerSecond <= plan.bounds.lowerBound, count(at: last.ratePerSecond, \.isFailing) >= 2 {
            return .failsAtLowest
        }
        if case .limited(let reason) = last.answer, last.ratePerSecond <= plan.bounds.lowerBound {
            return .limited(reason: reason)
        }
        return nil
    }

    /// The rates between which the capacity must be looked for: above one that held, below one that failed.
    private func bracket() -> ClosedRange<Double>? {
        if let given = plan.bracket, !leavesGivenBracket(given) { return given }
        let held = probes.filter(\.answer.isHolding).map(\.ratePerSecond)
        let failed = probes.filter { !$0.answer.isHolding }.map(\.ratePerSecond)
        guard let low = held.min(), let high = failed.max(), low < high else { return nil }
        return low...high
    }

    /// Whether an end of the given bracket answered as the inside should: the capacity is not within.
    private func leavesGivenBracket(_ given: ClosedRange<Double>) -> Bool {
        probes.contains { $0.ratePerSecond >= given.upperBound && $0.answer.isHolding }
            || probes.contains { $0.ratePerSecond <= given.lowerBound && !$0.answer.isHolding }
    }

    /// The next rate while all hold, or all fail.
    private func stepOutwards() -> Double {
        let rates = probes.map(\.ratePerSecond)
        let holds = probes.last?.answer.isHolding ?? true
        let rate = holds ? (rates.max() ?? plan.hint) * plan.growth : (rates.min() ?? plan.hint) / plan.growth
        return min(max(rate, plan.bounds.lowerBound), plan.bounds.upperBound)
    }

    private func belief(within bracket: ClosedRange<Double>) -> CapacityBelief {
        // A little beyond, since an answer at an end may have been chance.
        let beyond = 1 + 8 * plan.scatter
        let range = (bracket.lowerBound / beyond)...(bracket.upperBound * beyond)
        var belief = CapacityBelief(range: range, scatter: plan.scatter)
        for probe in probes { belief.learn(probe.answer, atRate: probe.ratePerSecond) }
        return belief
    }

    private func interval(_ belief: CapacityBelief) -> Interval {
        let tail = (1 - plan.confidence) / 2
        return Interval(low: belief.quantile(tail), high: belief.quantile(1 - tail))
    }

    private func isNarrow(_ interval: Interval) -> Bool {
        interval.high / interval.low <= (1 + plan.tolerance) * (1 + plan.tolerance)
    }

    /// What must be probed before a narrow interval may be told; nil when nothing is missing.
    ///
    /// A rate just below it must have held, and one just above it must have failed. Rates whose answer was unclear take them further out.
    private func missingSide(_ interval: Interval) -> Double? {
        let reach = 1 + plan.tolerance
        let unclear = probes.filter(\.answer.isUnclear).map(\.ratePerSecond)
        let floor = min(interval.low, unclear.min() ?? .infinity)
        guard let held = highestHeld, held >= floor / (reach * reach) else { return floor / reach }
        let top = max(interval.high, unclear.max() ?? 0)
        let failed = probes.filter { $0.answer.isFailing && $0.ratePerSecond > held }.map(\.ratePerSecond).min()
        let canRise = top * reach <= plan.bounds.upperBound && top * reach < ceiling?.rate ?? .infinity
        return failed ?? .infinity > top * reach * reach && canRise ? top * reach : nil
    }

    /// The rate with three significant digits, or one that was probed before when that is as good.
    private func tidy(_ rate: Double, within bracket: ClosedRange<Double>) -> Double {
        let near = probes.map(\.ratePerSecond).min {
            abs(RealFunctions.log($0 / rate)) < abs(RealFunctions.log($1 / rate))
        }
        if let near, abs(near / rate - 1) < plan.scatter / 2 { return near }
        var unit = 1.0
        while rate / unit >= 1_000 { unit *= 10 }
        while rate / unit < 100, unit > 1e-6 { unit /= 10 }
        let rounded = (rate / unit).rounded() * unit
        return min(max(rounded, plan.bounds.lowerBound), plan.bounds.upperBound)
    }

    // MARK: - Outcome

    /// The lowest rate at which the load could not be put on.
    private var ceiling: (rate: Double, reason: String)? {
        probes.compactMap { probe -> (rate: Double, reason: String)? in
            guard case .limited(let reason) = probe.answer else { return nil }
            return (probe.ratePerSecond, reason)
        }.min { $0.rate < $1.rate }
    }

    /// The highest rate at which more probes held than did not.
    private var highestHeld: Double? { highestHeld(upTo: .infinity) }

    private func highestHeld(upTo bound: Double) -> Double? {
        let votes = probes.reduce(into: [Double: Int]()) { votes, probe in
            votes[probe.ratePerSecond, default: 0] += probe.answer.isHolding ? 1 : -1
        }
        return votes.filter { $0.value > 0 && $0.key <= bound }.keys.max()
    }

    private func outcome(_ end: End) -> Outcome {
        let failures = probes.filter(\.answer.isFailing)
        guard let bracket = bracket() else {
            // All held, or all failed.
            let held = highestHeld
            let lowest = probes.map(\.ratePerSecond).min() ?? plan.hint
            return Outcome(
                ratePerSecond: held, heldPerSecond: held,
                interval: held.map { Interval(low: $0, high: .infinity) } ?? Interval(low: 0, high: lowest),
                failure: failures.min { $0.ratePerSecond < $1.ratePerSecond }, end: end, probes: probes)
        }
        let belief = belief(within: bracket)
        var interval = interval(belief)
        if case .limited = end { interval.high = .infinity }
        // A rate above what is believed possible held by chance: the highest one that is not.
        let held = highestHeld(upTo: interval.high)
        // What was shown to hold is carried, however likely the belief takes less to be.
        interval.low = max(interval.low, held ?? 0)
        let above = failures.filter { $0.ratePerSecond > held ?? 0 }
        return Outcome(
            ratePerSecond: interval.high.isFinite ? max(belief.quantile(0.5), held ?? 0) : held, heldPerSecond: held,
            interval: interval,
            failure: (above.isEmpty ? failures : above).min { $0.ratePerSecond < $1.ratePerSecond }, end: end,
            probes: probes)
    }
}

extension CapacitySearch.Answer {
    /// Whether the rate held.
    package var isHolding: Bool { self == .holds }

    /// Whether the figures were too near the limit.
    package var isUnclear: Bool {
        if case .unclear = self { return true }
        return false
    }

    /// Whether the rate failed.
    package var isFailing: Bool {
        if case .fails = self { return true }
        return false
    }
}
