import FoundationEssentials

/// Why results cannot become one.
package enum MergeError: Error, Equatable, CustomStringConvertible {
    /// There is nothing to merge.
    case nothing
    /// They are of different scenarios.
    case differentScenarios(String, String)
    /// One run was given twice.
    case sameRunTwice(id: String)

    package var description: String {
        switch self {
        case .nothing: "no results to merge: give at least one result folder"
        case .differentScenarios(let one, let other):
            "results of '\(one)' and '\(other)' cannot be merged: only runs of one scenario can"
        case .sameRunTwice(let id): "the run \(id) was given twice: name each folder once"
        }
    }
}

extension RunResult {
    /// One result of several runs of a scenario.
    ///
    /// Runs whose times overlap were one load from several generators: their seconds are added where they coincide. Runs that
    /// followed each other are laid end to end. Counts and histograms add up in both cases, so that the percentiles are those
    /// of all messages together.
    package static func merged(_ results: [RunResult]) throws(MergeError) -> RunResult {
        let ordered = results.sorted { $0.run.startedAt < $1.run.startedAt }
        guard var merged = ordered.first else { throw .nothing }
        for (one, other) in zip(ordered, ordered.dropFirst())
        where one.run.id == other.run.id && one.run.startedAt == other.run.startedAt {
            throw .sameRunTwice(id: one.run.id)
        }
        for next in ordered.dropFirst() {
            guard next.scenario.name == merged.scenario.name else {
                throw .differentScenarios(merged.scenario.name, next.scenario.name)
            }
            merged.merge(next)
        }
        return merged
    }

    /// Adds a run that started later than this one.
    private mutating func merge(_ other: RunResult) {
        let between = other.run.startedAt.timeIntervalSince(run.startedAt)
        let wallGapNanoseconds = Int64(clampingDouble: between * 1e9)
        let simultaneous = wallGapNanoseconds < run.durationNanoseconds
        let offset = simultaneous ? wallGapNanoseconds : run.durationNanoseconds

        books.merge(other.books)
        totals.mergeCounts(other.totals)
        if simultaneous {
            totals.durationNanoseconds = max(totals.durationNanoseconds, other.totals.durationNanoseconds)
            mergePhases(of: other, offset: offset)
            mergeSeries(of: other, offset: offset)
        } else {
            totals.durationNanoseconds &+= other.totals.durationNanoseconds
            phases += other.phases.map { $0.shifted(by: offset) }
            series += other.series.map { $0.shifted(by: offset) }
        }
        if let more = other.faults { faults = (faults ?? []) + more.map { $0.shifted(by: offset) } }
        // Moments count from the start of one run.
        moments = nil
        for role in other.roles {
            if let index = roles.firstIndex(where: { $0.name == role.name }) {
                roles[index].merge(role)
            } else {
                roles.append(role)
            }
        }
        // Of several machines or times; each run's own result has them.
        cores = nil
        thresholds = Self.worse(thresholds, other.thresholds)
        if other.generator.judgement > generator.judgement { generator = other.generator }
        withholdThresholds()
        clocks = clocks.map { clocks in other.clocks.map(clocks.joined) ?? clocks } ?? other.clocks
        calibration = CalibrationUse.heavier(calibration, other.calibration)
        for note in other.notes where !notes.contains(note) { notes.append(note) }
        noteDifference("machines", machine != other.machine)
        noteDifference("brokers", broker?.product != other.broker?.product || broker?.version != other.broker?.version)
        noteDifference("revisions", run.gitRevision != other.run.gitRevision)
        noteDifference("scenario texts", scenario.text != other.scenario.text)

        run.durationNanoseconds = max(run.durationNanoseconds, offset &+ other.run.durationNanoseconds)
        run.interrupted = run.interrupted || other.run.interrupted
        run.mergedRuns += other.run.mergedRuns
        if run.seed != other.run.seed { run.seed = nil }
    }

    private mutating func mergePhases(of other: RunResult, offset: Int64) {
        for (position, phase) in other.phases.enumerated() {
            let shifted = phase.shifted(by: offset)
            guard position < phases.count, phases[position].name == phase.name else {
                phases.append(shifted)
                continue
            }
            phases[position].figures.mergeCounts(phase.figures)
            if let verdict = phase.generator, verdict.judgement > phases[position].generator?.judgement ?? .valid {
                phases[position].generator = verdict
            }
            phases[position].figures.durationNanoseconds = max(
                phases[position].figures.durationNanoseconds, phase.figures.durationNanoseconds)
            phases[position].startNanoseconds = min(phases[position].startNanoseconds, shifted.startNanoseconds)
            phases[position].endNanoseconds = max(phases[position].endNanoseconds, shifted.endNanoseconds)
        }
    }

    /// Adds each row to the row in which its middle lies.
    private mutating func mergeSeries(of other: RunResult, offset: Int64) {
        var place = 0
        let own = series.count
        for row in other.series {
            let shifted = row.shifted(by: offset)
            let middle = shifted.startNanoseconds &+ shifted.durationNanoseconds / 2
            // Both series ascend: what lies before this row is passed once.
            while place < own, series[place].startNanoseconds &+ series[place].durationNanoseconds <= middle {
                place += 1
            }
            if place < own, series[place].startNanoseconds <= middle {
                series[place].add(row)
            } else {
                series.append(shifted)
            }
        }
        series.sort { $0.startNanoseconds < $1.startNanoseconds }
    }

    /// A condition holds for merged runs only if it held in each of them.
    private static func worse(_ one: [ThresholdResult], _ other: [ThresholdResult]) -> [ThresholdResult] {
        var merged = one
        for result in other {
            let place = merged.firstIndex { $0.condition == result.condition }
            guard let place else {
                merged.append(result)
                continue
            }
            if merged[place].verdict == .passed { merged[place] = result }
        }
        return merged
    }

    private mutating func noteDifference(_ what: String, _ differs: Bool) {
        let note = "The merged runs have different \(what)."
        if differs, !notes.contains(note) { notes.append(note) }
    }
}

extension PhaseResult {
    fileprivate func shifted(by nanoseconds: Int64) -> PhaseResult {
        var phase = self
        phase.startNanoseconds &+= nanoseconds
        phase.endNanoseconds &+= nanoseconds
        return phase
    }
}

extension FaultResult {
    fileprivate func shifted(by nanoseconds: Int64) -> FaultResult {
        var fault = self
        fault.intendedNanoseconds &+= nanoseconds
        fault.beginNanoseconds? &+= nanoseconds
        fault.endNanoseconds? &+= nanoseconds
        return fault
    }
}

extension SeriesRow {
    /// The same second on a clock that started earlier or later.
    package func shifted(by nanoseconds: Int64) -> SeriesRow {
        var row = self
        row.startNanoseconds &+= nanoseconds
        return row
    }

    /// Adds the same second of another generator.
    fileprivate mutating func add(_ other: SeriesRow) {
        addMessages(other)
        // Both generators see the same queues, and each its own processes.
        cpuCores.merge(other.cpuCores) { $0 + $1 }
        residentBytes.merge(other.residentBytes) { $0 &+ $1 }
    }
}
