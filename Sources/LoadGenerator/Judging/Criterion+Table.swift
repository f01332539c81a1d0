import LoadMetrics

extension Criterion {
    /// Everything the generator is judged by: causes before the symptoms they have, so that of two equally bad figures
    /// the one that says what to change is named.
    static let table: [Criterion] = sending + machine + schedule

    /// Whether the load went out at all.
    private static let sending: [Criterion] = [
        Criterion(
            name: "nothing_sent", title: "nothing was sent", unit: .times, suspect: .above(0), invalid: .above(0),
            reason: "Nothing was sent in phase {phase}.",
            advice: "See the notes for why the connections could not publish."
        ) { $0.closedLoop ? ($0.phase.books.published == 0 ? 1 : 0) : nil },
        // A socket is full for a moment in every burst. From a twentieth of the time on it shapes the load; from half of
        // it on, the broker and not the schedule says when messages leave.
        Criterion(
            name: "back_pressure", title: "time with a full socket", unit: .share, suspect: .above(0.05),
            invalid: .aboveInOpenLoop(0.5),
            reason: "For {value} of phase {phase} the broker or the network did not take what was due.",
            advice: "The broker is at its limit here: lower the rate, or find the limit with rate: saturate."
        ) { $0.phase.evidence.pushedBackShare },
        // The same, by the broker's confirms; a closed loop waits for them by intention.
        Criterion(
            name: "window_full", title: "time with a full confirm window", unit: .share, suspect: .above(0.05),
            invalid: .above(0.5),
            reason:
                "For {value} of phase {phase} messages that were due waited for confirms, load.confirm_window being full.",
            advice:
                "Raise load.confirm_window or load.connections; if that changes nothing, the broker is at its limit."
        ) { $0.closedLoop ? nil : $0.phase.evidence.windowFullShare },
        // Each message that is missing makes the load another one. Of a run that was ended early, what had just fallen
        // due by then need not be sent.
        Criterion(
            name: "unsent", title: "arrivals never sent", unit: .messages, suspect: .above(0), invalid: .above(0),
            reason: "{value} arrivals of phase {phase} were never sent.",
            advice: "Lower the rate, or give the load more connections."
        ) { $0.closedLoop || $0.outcome.interrupted ? nil : Double($0.phase.books.notSent) },
    ]

    /// What the generator's own threads and their machine had left.
    private static let machine: [Criterion] = [
        // A loop that sends what is due in batches is half busy at a hundredth of its limit and 70 % at half of it: the
        // batches grow. From nine tenths on they cannot for long. In a closed loop then the generator was measured, not
        // the broker; whether a schedule was missed, the lag says.
        Criterion(
            name: "loop_busy", title: "busiest event loop", unit: .share, suspect: .above(0.9), invalid: .never,
            reason: "The generator, not the broker, was the limit: an event loop was {value} busy in phase {phase}.",
            advice: "Raise load.connections, give the generator more cores, or lower the rate."
        ) { $0.phase.evidence.busiestLoopShare },
        // With three quarters of the cores taken, what shares them with the generator is slowed down by it; with all of
        // them there is nothing else left to measure.
        Criterion(
            name: "cpu", title: "own share of the cores", unit: .share, suspect: .above(0.75), invalid: .above(0.97),
            reason: "The generator used {value} of the usable cores in phase {phase}.",
            advice: "Run it on a machine of its own, give it more cores, or lower the rate."
        ) { subject in
            subject.phase.evidence.cores.map { $0 / Double(max(subject.surroundings.usableCores, 1)) }
        },
        // Whoever shares two cores with a broker and workers waits now and then. From a quarter of the time on, the
        // generator's own waiting may show in the median. How much it harmed is said by delay and lag, which condemn.
        Criterion(
            name: "run_queue_wait", title: "wait for a core", unit: .share, suspect: .above(0.25), invalid: .never,
            reason: "The generator waited {value} of phase {phase} for a core.",
            advice: "Give the generator a core of its own, or run the workers on another machine."
        ) { $0.phase.evidence.runQueueShare },
        // Steal is time that no tool in this machine can see go by. Two per cent is what quiet neighbours cause.
        Criterion(
            name: "steal", title: "steal time of the machine", unit: .share, suspect: .above(0.02),
            invalid: .above(0.2),
            reason: "Other guests of the host took {value} of this machine's time in phase {phase}.",
            advice: "Repeat the run when the host is quiet, or use a machine with cores of its own."
        ) { $0.phase.evidence.stealShare },
        // What is read back waits as long: latencies below this cannot be told from the generator's own. 10 ms is more
        // than two time slices of the scheduler; a quarter of a second is a pause that people see.
        Criterion(
            name: "loop_delay", title: "loop delay p99", unit: .nanoseconds, suspect: .above(10e6),
            invalid: .above(250e6),
            reason: "Answers waited up to {value} (p99) in phase {phase} until the generator looked at them.",
            advice: "Raise load.connections or collector.connections, or give the generator a core of its own."
        ) { $0.phase.evidence.loopDelay.isEmpty ? nil : Double($0.phase.evidence.loopDelay.percentile(99)) },
        // A calibration is of another moment: it may warn, and only the lag can condemn. Above three quarters, a
        // burst or a slower body takes the generator over its limit.
        Criterion(
            name: "calibrated_rate", title: "share of the calibrated limit", unit: .share, suspect: .above(0.75),
            invalid: .never,
            reason: "Phase {phase} used {value} of what this generator can do here.",
            advice:
                "Raise load.connections, use a faster machine, or lower the rate; above 100 %, calibrate again: this "
                + "was made while the machine had other work."
        ) { subject in
            guard let limit = subject.surroundings.limitPerSecond, limit > 0 else { return nil }
            return subject.phase.busiestPerSecond.map { $0 / limit }
        },
    ]

    /// Whether each message went out when it should.
    private static let schedule: [Criterion] = [
        // Latencies count from the intended time, so that they stay honest when messages go out late; but a schedule that
        // was missed by much is another load. 10 ms is what timers and a busy machine cause.
        Criterion(
            name: "schedule_lag", title: "schedule lag p99", unit: .nanoseconds, suspect: .above(10e6),
            invalid: .above(250e6),
            reason: "Phase {phase} was sent late: schedule lag p99 {value}.",
            advice: lagAdvice
        ) { $0.closedLoop || $0.phase.ownLag.isEmpty ? nil : Double($0.phase.ownLag.percentile(99)) },
        // A fast load that comes in clumps of ten is not the even one that was asked for, even if 10 ms are not reached:
        // one time slice of the scheduler (5 ms) is the least that counts, as no timer keeps that on a shared core.
        Criterion(
            name: "schedule_lag_gaps", title: "schedule lag p99 in gaps", unit: .gaps,
            suspect: .aboveGaps(10, atLeastNanoseconds: 5e6), invalid: .aboveGaps(100, atLeastNanoseconds: 100e6),
            reason: "Phase {phase} was sent in clumps: schedule lag p99 is {value} gaps of {gap} between messages.",
            advice: lagAdvice
        ) { subject in
            guard let gap = subject.gapNanoseconds, gap > 0, !subject.phase.ownLag.isEmpty else { return nil }
            return Double(subject.phase.ownLag.percentile(99)) / gap
        },
        // The bound on schedule debt is the user's own: what is beyond it is said, and one in a hundred is another load.
        Criterion(
            name: "late", title: "sent beyond the schedule debt", unit: .share, suspect: .above(0),
            invalid: .above(0.01),
            reason: "{value} of phase {phase} was sent later than limits.schedule_debt allows.",
            advice: lagAdvice
        ) {
            $0.closedLoop || $0.phase.ownLag.isEmpty ? nil : $0.phase.ownLateShare($0.outcome.scheduleDebtNanoseconds)
        },
        // Not the generator's doing; but what these messages waited is the broker's pause, not its speed. Where faults are
        // what the run is about, the pause is what was asked for.
        Criterion(
            name: "held_up", title: "held up by the broker", unit: .messages, suspect: .aboveWithoutFaults(0),
            invalid: .never,
            reason: "The broker held up {value} messages of phase {phase}.",
            advice: "Expected where somebody restarts the broker or it blocks on purpose; otherwise look at its log."
        ) { subject in
            subject.closedLoop
                ? nil
                : Double(
                    subject.phase.scheduleLag.count - min(subject.phase.scheduleLag.count, subject.phase.ownLag.count))
        },
    ]

    private static let lagAdvice =
        "Lower the rate, raise load.connections or load.confirm_window, or give the generator a core of its own."
}

extension LoadOutcome.Phase {
    /// The share of messages that were sent later than the bound, of those that the broker did not hold up.
    func ownLateShare(_ boundNanoseconds: Int64) -> Double {
        guard ownLag.max > boundNanoseconds else { return 0 }
        return 1 - ownLag.fraction(atOrBelow: boundNanoseconds)
    }
}
