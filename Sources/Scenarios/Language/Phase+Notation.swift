// How phases and their rates are written.

extension Notation where Value == [Scenario.Phase] {
    /// The phases in order; those without a name are called after their place.
    static var phases: Notation {
        list(of: Notation<Scenario.Phase>.phase, 1...1000).map { phases in
            phases.enumerated().map { index, phase in
                var phase = phase
                if phase.name.isEmpty { phase.name = "phase-\(index + 1)" }
                return phase
            }
        } back: {
            $0
        }
    }
}

extension Notation where Value == Scenario.Phase {
    fileprivate static var phase: Notation {
        let draft = Notation<PhaseDraft>.object
        return Notation(
            form: draft.form,
            read: { node, decoding in
                guard let value = draft.read(node, &decoding) else { return nil }
                do throws(PhaseMistake) {
                    return try value.phase()
                } catch {
                    decoding.report(node.place, error.message)
                    return nil
                }
            },
            write: { draft.write(PhaseDraft($0)) })
    }
}

/// What is wrong with a phase as a whole.
private struct PhaseMistake: Error {
    var message: String
}

/// A phase as the file writes it, before its parts are known to fit.
private struct PhaseDraft: Keyed {
    var name: String?
    var rate: RateDraft?
    var duration: Duration?
    var count: UInt64?
    var isMeasured = true

    static var keys: [Key<Self>] {
        [
            Key(
                "name", optional: \.name, .name,
                "Its name in reports and thresholds; without one `phase-1`, `phase-2` …"),
            Key(
                "rate", optional: \.rate, .rateShape, required: true,
                "Messages offered per second over all connections: one rate, or a shape."),
            Key(
                "for", optional: \.duration, .duration(.milliseconds(1)...lastingAtMost),
                "The phase ends after this time. Give `for` or `count`."),
            Key(
                "count", optional: \.count, .integer(1...10_000_000_000),
                "The phase ends after this many messages. Give `for` or `count`."),
            Key(
                "measure", \.isMeasured, .boolean,
                "Whether it counts in the totals and thresholds; `false` for a warm-up."),
        ]
    }

    init() {}

    func phase() throws(PhaseMistake) -> Scenario.Phase {
        let end: Scenario.PhaseEnd
        switch (duration, count) {
        case (let duration?, nil): end = .duration(duration)
        case (nil, let count?): end = .count(count)
        case (nil, nil) where rate.map(\.isOriginal) == true: end = .count(Scenario.Phase.wholeRecording)
        case (nil, nil): throw PhaseMistake(message: "nothing ends the phase; give 'for: 10s' or 'count: 20000'")
        default: throw PhaseMistake(message: "'for' and 'count' exclude each other; keep one")
        }
        // The table asks for a rate, so there is one.
        let shape = try (rate ?? .constant(0)).shape(end: end)
        if case .count = end, shape.mayStop {
            throw PhaseMistake(message: "the rate is 0 for ever, so 'count' is never reached; end it with 'for'")
        }
        return Scenario.Phase(name: name ?? "", rate: shape, end: end, measured: isMeasured)
    }

    init(_ phase: Scenario.Phase) {
        name = phase.name
        rate = RateDraft(phase.rate)
        isMeasured = phase.measured
        switch phase.end {
        case .duration(let value): duration = value
        case .count(let value): count = phase.rate == .original && value == Scenario.Phase.wholeRecording ? nil : value
        }
    }
}

/// The longest stretch of time of the language.
let lastingAtMost = Duration.seconds(30 * 86400)

/// A rate as the file writes it.
private enum RateDraft {
    case constant(Double)
    case ramp(RampDraft)
    case steps(StepsDraft)
    case sine(SineDraft)
    case burst(BurstDraft)
    case saturate(SaturateDraft)
    case original

    var isOriginal: Bool { if case .original = self { true } else { false } }
}

private struct RampDraft: Keyed {
    var from = 0.0
    var to = 0.0
    var over: Duration?

    static var keys: [Key<Self>] {
        [
            Key("from", \.from, .rate, required: true, "The rate at the phase's start."),
            Key("to", \.to, .rate, required: true, "The rate at the ramp's end."),
            Key(
                "over", optional: \.over, .duration(.milliseconds(1)...lastingAtMost),
                "How long the ramp takes; then `to` holds. Without it, the whole phase."),
        ]
    }
}

private struct StepsDraft: Keyed {
    static let maxSteps = 10_000
    var rates: [Double]?
    var start: Double?
    var step: Double?
    var to: Double?
    var each: Duration?

    static var keys: [Key<Self>] {
        [
            Key("rates", optional: \.rates, .list(of: .rate, 1...maxSteps), "The rates in turn; the last one holds."),
            Key("start", optional: \.start, .rate, "Instead of `rates`: the first rate."),
            Key("step", optional: \.step, .rate, "How much each rate differs from the one before."),
            Key(
                "to", optional: \.to, .rate,
                "The last rate; below `start` the steps go down. Without it, up to the phase's end."),
            Key(
                "each", optional: \.each, .duration(.milliseconds(1)...lastingAtMost),
                "How long each rate lasts; without it, equal parts of `for`."),
        ]
    }

    init() {}

    init(rates: [Double]) {
        self.rates = rates
    }

    func shape(end: Scenario.PhaseEnd) throws(PhaseMistake) -> Scenario.RateShape {
        let lasting: Duration? = if case .duration(let value) = end { value } else { nil }
        if let rates {
            guard start == nil, step == nil, to == nil else {
                throw PhaseMistake(message: "rate.steps takes 'rates', or 'start' with 'step'; not both")
            }
            guard let each = each ?? lasting.map({ $0 / rates.count }) else {
                throw PhaseMistake(message: "rate.steps with 'count' needs 'each: 5s', how long each rate lasts")
            }
            return .steps(ratesPerSecond: rates, each: each)
        }
        guard let start, let step, let each else {
            throw PhaseMistake(message: "rate.steps needs a list of rates, or 'start', 'step' and 'each'")
        }
        let steps: Int
        if let to {
            guard step > 0 else { throw PhaseMistake(message: "rate.steps.step must be above 0/s") }
            let distance = ((to - start).magnitude / step).rounded(.up)
            guard distance < Double(Self.maxSteps) else { throw Self.tooMany }
            steps = Int(distance) + 1
            let rates = (0..<steps).map { index in
                to >= start ? min(to, start + Double(index) * step) : max(to, start - Double(index) * step)
            }
            return .steps(ratesPerSecond: rates, each: each)
        }
        guard let lasting else {
            throw PhaseMistake(message: "rate.steps with 'count' needs 'to', the last rate")
        }
        let number = (lasting.nanosecondsValue / each.nanosecondsValue).rounded(.up)
        guard number <= Double(Self.maxSteps) else { throw Self.tooMany }
        return .steps(ratesPerSecond: (0..<max(1, Int(number))).map { start + Double($0) * step }, each: each)
    }

    private static var tooMany: PhaseMistake {
        PhaseMistake(message: "rate.steps makes more than \(maxSteps) steps; make them larger or longer")
    }
}

private struct SineDraft: Keyed {
    var mean = 0.0
    var amplitude = 0.0
    var period = Duration.zero

    static var keys: [Key<Self>] {
        [
            Key("mean", \.mean, .rate, required: true, "The rate around which it swings."),
            Key("amplitude", \.amplitude, .rate, required: true, "How far it swings; at most `mean`."),
            Key(
                "period", \.period, .duration(.milliseconds(1)...lastingAtMost), required: true,
                "The time of one whole swing, up first."),
        ]
    }
}

private struct BurstDraft: Keyed {
    var low = 0.0
    var high = 0.0
    var period = Duration.zero
    var duty = 0.5

    static var keys: [Key<Self>] {
        [
            Key("low", \.low, .rate, required: true, "The rate between bursts, with which each period starts."),
            Key("high", \.high, .rate, required: true, "The rate of a burst."),
            Key(
                "period", \.period, .duration(.milliseconds(1)...lastingAtMost), required: true,
                "The time from one burst's end to the next one's."),
            Key("duty", \.duty, .part, "The part of each period that is a burst."),
        ]
    }
}

private struct SaturateDraft: Keyed {
    var window = 1000
    var release = Scenario.Saturation.Release.processed

    static var keys: [Key<Self>] {
        [
            Key("window", \.window, windowNotation, required: true, "Messages in flight over all connections."),
            Key(
                "until", \.release, .choice,
                "When a message leaves the window: its result came back, or the broker confirmed it."),
        ]
    }

    static var windowNotation: Notation<Int> { .integer(1...10_000_000) }

    init() {}

    init(window: Int) {
        self.window = window
    }
}

extension Notation where Value == RateDraft {
    fileprivate static var rateShape: Notation {
        let constant = Notation<Double>.rate
        let single = Notation(
            form: .either([constant.form, .choice(["original"])]),
            read: { node, decoding in
                if case .scalar(let scalar) = node.content, scalar.text == "original" { return .original }
                return constant.read(node, &decoding).map(RateDraft.constant)
            },
            write: { draft in
                switch draft {
                case .constant(let rate): constant.write(rate)
                case .original: .bare("original")
                default: nil
                }
            })
        return .either(single: single, structured: .oneKey(shapes))
    }

    private static var shapes: [Alternative<RateDraft>] {
        let stepsList = Notation<[Double]>.list(of: .rate, 1...StepsDraft.maxSteps)
        let steps = Notation<StepsDraft>.object
        let eitherSteps = Notation<StepsDraft>(
            form: .either([stepsList.form, steps.form]),
            read: { node, decoding in
                if case .list = node.content {
                    stepsList.read(node, &decoding).map { StepsDraft(rates: $0) }
                } else {
                    steps.read(node, &decoding)
                }
            },
            write: steps.write)
        let window = SaturateDraft.windowNotation
        let windowAlone = Notation<SaturateDraft>(
            form: window.form,
            read: { node, decoding in window.read(node, &decoding).map { SaturateDraft(window: $0) } },
            write: { _ in nil })
        let saturate = Notation<SaturateDraft>.either(single: windowAlone, structured: Notation<SaturateDraft>.object)
        return [
            Alternative("ramp", Notation<RampDraft>.object, "Linear from one rate to another.") {
                RateDraft.ramp($0)
            } extract: {
                if case .ramp(let draft) = $0 { draft } else { nil }
            },
            Alternative("steps", eitherSteps, "One rate after the other, as a list or by `start` and `step`.") {
                RateDraft.steps($0)
            } extract: {
                if case .steps(let draft) = $0 { draft } else { nil }
            },
            Alternative("sine", Notation<SineDraft>.object, "A swing around a mean rate.") {
                RateDraft.sine($0)
            } extract: {
                if case .sine(let draft) = $0 { draft } else { nil }
            },
            Alternative("burst", Notation<BurstDraft>.object, "A square wave between two rates.") {
                RateDraft.burst($0)
            } extract: {
                if case .burst(let draft) = $0 { draft } else { nil }
            },
            Alternative("saturate", saturate, "No schedule: a closed loop with a window.") {
                RateDraft.saturate($0)
            } extract: {
                if case .saturate(let draft) = $0 { draft } else { nil }
            },
        ]
    }
}

extension RateDraft {
    fileprivate func shape(end: Scenario.PhaseEnd) throws(PhaseMistake) -> Scenario.RateShape {
        switch self {
        case .constant(let rate): return .constant(ratePerSecond: rate)
        case .ramp(let draft):
            return .ramp(fromPerSecond: draft.from, toPerSecond: draft.to, over: try draft.time(end: end))
        case .steps(let draft): return try draft.shape(end: end)
        case .sine(let draft):
            guard draft.amplitude <= draft.mean else {
                throw PhaseMistake(message: "rate.sine.amplitude must be at most 'mean', for no rate is negative")
            }
            return .sine(meanPerSecond: draft.mean, amplitudePerSecond: draft.amplitude, period: draft.period)
        case .burst(let draft):
            guard draft.low <= draft.high else {
                throw PhaseMistake(message: "rate.burst.low must be at most 'high'")
            }
            return .burst(
                lowPerSecond: draft.low, highPerSecond: draft.high, period: draft.period, duty: draft.duty)
        case .saturate(let draft):
            return .saturate(Scenario.Saturation(window: draft.window, release: draft.release))
        case .original: return .original
        }
    }

    fileprivate init(_ shape: Scenario.RateShape) {
        switch shape {
        case .constant(let rate): self = .constant(rate)
        case .ramp(let from, let to, let over): self = .ramp(RampDraft(from: from, to: to, over: over))
        case .steps(let rates, let each):
            var draft = StepsDraft(rates: rates)
            draft.each = each
            self = .steps(draft)
        case .sine(let mean, let amplitude, let period):
            self = .sine(SineDraft(mean: mean, amplitude: amplitude, period: period))
        case .burst(let low, let high, let period, let duty):
            self = .burst(BurstDraft(low: low, high: high, period: period, duty: duty))
        case .saturate(let saturation):
            var draft = SaturateDraft(window: saturation.window)
            draft.release = saturation.release
            self = .saturate(draft)
        case .original: self = .original
        }
    }
}

extension RampDraft {
    /// How long the ramp takes: as said, the phase's time, or the time its count takes at the mean rate.
    fileprivate func time(end: Scenario.PhaseEnd) throws(PhaseMistake) -> Duration {
        if let over { return over }
        switch end {
        case .duration(let duration): return duration
        case .count(let count):
            let mean = (from + to) / 2
            guard mean > 0, Double(count) / mean <= lastingAtMost.nanosecondsValue / 1e9 else {
                throw PhaseMistake(message: "rate.ramp is too slow to reach 'count' within 30 days; end it with 'for'")
            }
            return .nanoseconds(Int64(max(1, (Double(count) / mean * 1e9).rounded())))
        }
    }
}

extension Scenario.RateShape {
    /// Whether the shape can stay at zero for ever.
    fileprivate var mayStop: Bool {
        switch self {
        case .constant(let rate): rate == 0
        case .ramp(_, let to, _): to == 0
        case .steps(let rates, _): rates.last == 0
        case .sine(let mean, _, _): mean == 0
        case .burst(let low, let high, _, _): low == 0 && high == 0
        case .saturate, .original: false
        }
    }
}
