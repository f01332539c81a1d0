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
        /// Whether the recording's own times take the place of the curve.
        package var isRecorded = false

        package init(curve: RateCurve, end: End) {
            self.curve = curve
            self.end = end
        }

        /// A phase whose messages come as they once came.
        package static func recorded(until end: End) -> Phase {
            var phase = Phase(curve: .constant(0), end: end)
            phase.isRecorded = true
            return phase
        }
    }

    /// Messages that were recorded: when they came, and how many there are.
    package struct Recording: Sendable {
        package var times: RecordedTimes
        /// How many times as fast as they came.
        package var speed: Double
        /// How many there are; nil where they begin again.
        package var limit: UInt64?
        /// The number of the first message of the sequence.
        package var firstNumber: UInt64

        package init(times: RecordedTimes, speed: Double = 1, limit: UInt64?, firstNumber: UInt64 = 0) {
            self.times = times
            self.speed = speed
            self.limit = limit
            self.firstNumber = firstNumber
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
    private let recording: Recording?
    private var count: UInt64 = 0
    /// The recorded time of the phase's first message.
    private var recordedStartSeconds = 0.0
    private var random: SeededGenerator
    private var phase = 0
    private var countInPhase: UInt64 = 0
    /// Poisson: the sum of unit exponential gaps, which the curve's inverse turns into a time.
    private var unitTime = 0.0
    private var lastInPhaseSeconds = 0.0
    /// When each phase began, as far as it is known.
    private(set) var phaseStartsNanoseconds: [Int64] = [0]

    package init(phases: [Phase], spacing: Spacing, seed: UInt64, recording: Recording? = nil) {
        self.phases = phases
        self.recording = recording
        self.spacing = spacing
        random = SeededGenerator(seed: seed, stream: 1)
    }

    /// When each phase begins and the last one ends, in nanoseconds since the start of the first.
    ///
    /// Phases that end after a count under Poisson arrivals end with their last arrival, so finding it means walking
    /// them once.
    package var boundariesNanoseconds: [Int64] {
        if spacing == .uniform && recording == nil
            || phases.allSatisfy({ if case .after = $0.end { true } else { false } })
        {
            var sum: Int64 = 0
            return [0]
                + phases.map { phase in
                    switch phase.end {
                    case .after(let seconds): sum = Self.nanoseconds(seconds, after: sum)
                    case .count(let count): sum = Self.nanoseconds(phase.curve.time(of: Double(count)), after: sum)
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
    /// Nil where it takes a walk to know, as with Poisson arrivals and recorded ones.
    package func counts(before offsetNanoseconds: Int64) -> [UInt64]? {
        guard spacing == .uniform, recording == nil else { return nil }
        let borders = boundariesNanoseconds
        return phases.indices.map { index in
            let (phase, start) = (phases[index], borders[index])
            // Times behind the phase's end need no look: its own end bounds the count below.
            let border = min(offsetNanoseconds, borders[index + 1] + 1_000_000_000)
            let due = phase.curve.count(before: Double(border - start) / 1e9) {
                Self.nanoseconds($0, after: start) < border
            }
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
                let offset = Self.nanoseconds(seconds, after: phaseStartsNanoseconds[phase])
                lastInPhaseSeconds = seconds
                countInPhase += 1
                count += 1
                return Arrival(offsetNanoseconds: offset, phase: phase)
            }
            finishPhase()
        }
        return nil
    }

    /// Seconds since the start of the phase; nil where the phase is over.
    private mutating func nextInPhase(_ current: Phase) -> Double? {
        if case .count(let count) = current.end, countInPhase >= count { return nil }
        if let recording {
            let number = recording.firstNumber + count
            if let limit = recording.limit, number >= limit { return nil }
            if current.isRecorded { return nextRecorded(number, recording, end: current.end) }
        }
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

    /// As `nextInPhase`, by the recording's own times.
    private mutating func nextRecorded(_ number: UInt64, _ recording: Recording, end: End) -> Double? {
        let recorded = recording.times.seconds(of: number)
        if countInPhase == 0 { recordedStartSeconds = recorded }
        let seconds = (recorded - recordedStartSeconds) / recording.speed
        if case .after(let end) = end, seconds >= end { return nil }
        return seconds
    }

    /// No offset is later: 73 years, which leaves room for the clock's own time.
    static let latestNanoseconds: Int64 = 1 << 61

    /// So many seconds after an offset, and never later than the latest one.
    private static func nanoseconds(_ seconds: Double, after start: Int64) -> Int64 {
        let left = latestNanoseconds - start
        let nanoseconds = seconds * 1e9
        return nanoseconds < Double(left) ? start + Int64(nanoseconds) : latestNanoseconds
    }

    private mutating func finishPhase() {
        let seconds: Double =
            switch (phases[phase].end, spacing) {
            case (.after(let seconds), _): seconds
            // It may have ended before its count, with the recording.
            case (.count, _) where recording != nil: lastInPhaseSeconds + 1e-9
            case (.count(let count), .uniform): phases[phase].curve.time(of: Double(count))
            // Just behind its last arrival, which belongs to it.
            case (.count, .poisson): lastInPhaseSeconds + 1e-9
            }
        phaseStartsNanoseconds.append(Self.nanoseconds(seconds, after: phaseStartsNanoseconds[phase]))
        phase += 1
        countInPhase = 0
        unitTime = 0
        lastInPhaseSeconds = 0
    }
}
