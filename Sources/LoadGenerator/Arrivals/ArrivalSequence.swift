/// The intended send times of a run's open-loop phases, one after another, whatever the system under test does.
///
/// A value: copying it keeps its place, and the copy yields the same times. Offsets are nanoseconds since the start of
/// the first phase.
package struct ArrivalSequence: Sendable {
    /// How arrivals are spread along the rate.
    package enum Spacing: Sendable { case uniform, poisson }

    /// What ends a phase.
    package enum End: Sendable, Equatable {
        case after(seconds: Double)
        case count(UInt64)
    }

    /// A stretch of the load, with its rate and its end.
    package struct Phase: Sendable {
        package var curve: RateCurve
        package var end: End

        package init(curve: RateCurve, end: End) {
            self.curve = curve
            self.end = end
        }
    }

    /// One intended send time.
    package struct Arrival: Sendable, Equatable {
        /// Nanoseconds since the start of the first phase.
        package var offsetNanoseconds: Int64
        /// Which of the phases it belongs to.
        package var phase: Int
    }

    private let phases: [Phase]
    private let spacing: Spacing
    private var random: SeededGenerator
    private var phase = 0
    private var countInPhase: UInt64 = 0
    /// Poisson: the sum of unit exponential gaps, which the curve's inverse turns into a time.
    private var unitTime = 0.0
    private var lastInPhaseSeconds = 0.0
    /// When each phase began, as far as it is known.
    private(set) var phaseStartsNanoseconds: [Int64] = [0]

    package init(phases: [Phase], spacing: Spacing, seed: UInt64) {
        self.phases = phases
        self.spacing = spacing
        random = SeededGenerator(seed: seed, stream: 1)
    }

    /// When each phase begins and the last one ends, in nanoseconds since the start of the first.
    ///
    /// Phases that end after a count under Poisson arrivals end with their last arrival, so finding it means walking
    /// them once.
    package var boundariesNanoseconds: [Int64] {
        if spacing == .uniform || phases.allSatisfy({ if case .after = $0.end { true } else { false } }) {
            var sum: Int64 = 0
            return [0]
                + phases.map { phase in
                    switch phase.end {
                    case .after(let seconds): sum += Int64(seconds * 1e9)
                    case .count(let count): sum += Int64(phase.curve.time(of: Double(count)) * 1e9)
                    }
                    return sum
                }
        }
        var walker = self
        while walker.next() != nil {}
        return walker.phaseStartsNanoseconds
    }

    /// How many arrivals of each phase are due before that time, in nanoseconds since the start of the first phase.
    ///
    /// Nil where it takes a walk to know, as with Poisson arrivals.
    package func counts(before offsetNanoseconds: Int64) -> [UInt64]? {
        guard spacing == .uniform else { return nil }
        let borders = boundariesNanoseconds
        return phases.indices.map { index in
            let (phase, start) = (phases[index], borders[index])
            // Times behind the phase's end need no look: its own end bounds the count below.
            let border = min(offsetNanoseconds, borders[index + 1] + 1_000_000_000)
            let due = phase.curve.count(before: Double(border - start) / 1e9) { start + Int64($0 * 1e9) < border }
            switch phase.end {
            case .count(let count): return min(due, count)
            case .after(let end):
                guard phase.curve.cumulative(end) > 0 else { return 0 }
                return min(due, phase.curve.count(before: end) { $0 < end })
            }
        }
    }

    /// The next arrival; nil after the last phase.
    package mutating func next() -> Arrival? {
        while phase < phases.count {
            if let seconds = nextInPhase(phases[phase]) {
                let offset = phaseStartsNanoseconds[phase] + Int64(seconds * 1e9)
                lastInPhaseSeconds = seconds
                countInPhase += 1
                return Arrival(offsetNanoseconds: offset, phase: phase)
            }
            finishPhase()
        }
        return nil
    }

    /// Seconds since the start of the phase; nil where the phase is over.
    private mutating func nextInPhase(_ current: Phase) -> Double? {
        if case .count(let count) = current.end, countInPhase >= count { return nil }
        let seconds: Double
        switch spacing {
        case .uniform:
            seconds = current.curve.time(of: Double(countInPhase))
        case .poisson:
            unitTime += random.nextExponential()
            seconds = current.curve.time(of: unitTime)
        }
        if case .after(let end) = current.end {
            // Message 0 would be due at the start even of a phase that asks for none.
            if seconds >= end || (countInPhase == 0 && current.curve.cumulative(end) <= 0) { return nil }
        }
        return seconds.isFinite ? seconds : nil
    }

    private mutating func finishPhase() {
        let seconds: Double =
            switch (phases[phase].end, spacing) {
            case (.after(let seconds), _): seconds
            case (.count(let count), .uniform): phases[phase].curve.time(of: Double(count))
            // Just behind its last arrival, which belongs to it.
            case (.count, .poisson): lastInPhaseSeconds + 1e-9
            }
        phaseStartsNanoseconds.append(phaseStartsNanoseconds[phase] + Int64(seconds * 1e9))
        phase += 1
        countInPhase = 0
        unitTime = 0
        lastInPhaseSeconds = 0
    }
}
