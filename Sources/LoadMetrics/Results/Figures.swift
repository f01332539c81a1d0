/// Counts and latencies of a stretch of a run.
package struct Figures: Sendable, Equatable, Codable {
    /// How long the load of the stretch lasted.
    package var durationNanoseconds: Int64
    /// Its messages, by intended time: a message belongs to the stretch in which it should have been sent.
    package var books: Books
    /// Outcomes that came back while the stretch lasted, whichever stretch their messages belong to: throughput.
    ///
    /// `books.finished` counts also what came back afterwards, in the drain, and so says nothing of a rate.
    package var carried: UInt64
    /// Its histograms by metric.
    package var latencies: [LatencyMetric: LatencyHistogram]

    /// Figures as given.
    package init(
        durationNanoseconds: Int64 = 0, books: Books = Books(), carried: UInt64 = 0,
        latencies: [LatencyMetric: LatencyHistogram] = [:]
    ) {
        self.durationNanoseconds = durationNanoseconds
        self.books = books
        self.carried = carried
        self.latencies = latencies
    }

    /// Adds counts and histograms; the duration is left to the caller, who knows whether the stretches overlap.
    package mutating func mergeCounts(_ other: Figures) {
        books.merge(other.books)
        carried &+= other.carried
        for (metric, histogram) in other.latencies {
            latencies[metric, default: LatencyHistogram()].merge(histogram)
        }
    }

    /// Adds a stretch that came before or after this one: counts, histograms and durations add up.
    package mutating func append(_ other: Figures) {
        mergeCounts(other)
        durationNanoseconds &+= other.durationNanoseconds
    }

    /// Outcomes that came back per second of the stretch.
    package var throughputPerSecond: Double { perSecond(carried) }

    /// Messages per second of the stretch; 0 when it had no length.
    package func perSecond(_ messages: UInt64) -> Double {
        durationNanoseconds > 0 ? Double(messages) / Double(durationNanoseconds) * 1e9 : 0
    }
}

/// A stretch of the load and what came of it.
package struct PhaseResult: Sendable, Equatable, Codable {
    /// The phase's name.
    package var name: String
    /// Its load in a few words, such as `500/s` or `ramp 100/s → 2 000/s`; empty when not said.
    package var load: String
    /// Whether it counts in ``RunResult/totals``; a warm-up does not.
    package var measured: Bool
    /// Its start, from the start of the run.
    package var startNanoseconds: Int64
    /// Its end, from the start of the run.
    package var endNanoseconds: Int64
    /// Its counts and latencies.
    package var figures: Figures
    /// The generator's verdict of this phase; nil when it was not judged alone.
    package var generator: GeneratorVerdict?

    /// A phase's result.
    package init(
        name: String, load: String = "", measured: Bool = true, startNanoseconds: Int64, endNanoseconds: Int64,
        figures: Figures = Figures(), generator: GeneratorVerdict? = nil
    ) {
        self.name = name
        self.load = load
        self.measured = measured
        self.startNanoseconds = startNanoseconds
        self.endNanoseconds = endNanoseconds
        self.figures = figures
        self.generator = generator
    }
}

/// How a condition of the scenario came out.
package struct ThresholdResult: Sendable, Equatable, Codable {
    /// The result of a condition.
    package enum Verdict: String, Sendable, Codable {
        case passed, failed
        /// What it speaks of was not measured, which is no pass.
        case notMeasured
        /// The generator was INVALID, so that no figure answers it: no pass either.
        case notJudged
    }

    /// What the observed number is a number of.
    package enum Unit: String, Sendable, Codable {
        case nanoseconds, messages, perSecond, bytes, percent
    }

    /// The condition as the scenario writes it.
    package var text: String
    /// The phase it speaks of; nil for all measured phases together.
    package var phase: String?
    /// The fault it speaks of; nil for all of them.
    package var fault: String?
    /// How it came out.
    package var verdict: Verdict
    /// The measured value; nil when not measured.
    package var observed: Double?
    /// What the measured value is a number of.
    package var unit: Unit

    /// A condition's result.
    package init(
        text: String, phase: String? = nil, fault: String? = nil, verdict: Verdict, observed: Double?, unit: Unit
    ) {
        self.fault = fault
        self.text = text
        self.phase = phase
        self.verdict = verdict
        self.observed = observed
        self.unit = unit
    }

    /// The condition with its phase or fault.
    package var condition: String {
        if let fault { return "\(text) (fault \(fault))" }
        return phase.map { "\(text) (phase \($0))" } ?? text
    }
}
