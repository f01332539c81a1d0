package import LoadMetrics

/// What was seen of the generator itself while one phase lasted: what its verdict is made of, besides its messages.
package struct GeneratorEvidence: Sendable, Equatable {
    /// What one event loop's thread did.
    package struct Loop: Sendable, Equatable {
        /// Time on a core, without what it spent looking at the clock until a message was due.
        package var runNanoseconds: Double
        /// Time it was ready and had no core.
        package var waitNanoseconds: Double

        /// Times as given.
        package init(runNanoseconds: Double = 0, waitNanoseconds: Double = 0) {
            self.runNanoseconds = runNanoseconds
            self.waitNanoseconds = waitNanoseconds
        }
    }

    /// How long it was watched.
    package var watchedNanoseconds: Double = 0
    /// One a loop; none where the kernel does not account for threads.
    package var loops: [Loop] = []
    /// CPU time of the whole process.
    package var processNanoseconds: Double = 0
    /// Of ``allTicks`` those in which another guest had our core.
    package var stealTicks: Double = 0
    /// What all cores of the machine did; 0 where the kernel does not say.
    package var allTicks: Double = 0
    /// How long connections were watched, added up over them.
    package var connectionNanoseconds: Double = 0
    /// Of these, how long a socket did not take what was due.
    package var pushedBackNanoseconds: Double = 0
    /// Of these, how long what was due waited for the broker's confirms.
    package var windowFullNanoseconds: Double = 0
    /// How late the loops did what was due: the least that anything they read had to wait.
    package var loopDelay = LatencyHistogram()
    /// The most messages sent in a second; nil where no second was seen whole.
    package var busiestPerSecond: Double?

    /// Nothing seen.
    package init() {}

    /// The share of its time that the busiest loop was on a core; nil where nobody knows.
    package var busiestLoopShare: Double? { share(loops.map(\.runNanoseconds).max()) }

    /// The share of its time that the loop worst off waited for a core; nil where nobody knows.
    package var runQueueShare: Double? { share(loops.map(\.waitNanoseconds).max()) }

    /// Cores that the process kept busy; nil where it was not watched.
    package var cores: Double? { share(processNanoseconds) }

    /// The share of the machine's time that other guests of its host took; nil where nobody knows.
    package var stealShare: Double? { allTicks > 0 ? stealTicks / allTicks : nil }

    /// The share of their time that connections had a full socket; nil where nobody looked.
    package var pushedBackShare: Double? {
        connectionNanoseconds > 0 ? pushedBackNanoseconds / connectionNanoseconds : nil
    }

    /// The share of their time that connections had a full window of unconfirmed messages; nil where nobody looked.
    package var windowFullShare: Double? {
        connectionNanoseconds > 0 ? windowFullNanoseconds / connectionNanoseconds : nil
    }

    private func share(_ nanoseconds: Double?) -> Double? {
        guard let nanoseconds, watchedNanoseconds > 0 else { return nil }
        return nanoseconds / watchedNanoseconds
    }

    /// Adds a part (0…1) of what was seen between two looks.
    mutating func add(_ other: GeneratorEvidence, part: Double) {
        watchedNanoseconds += other.watchedNanoseconds * part
        while loops.count < other.loops.count { loops.append(Loop()) }
        for (index, loop) in other.loops.enumerated() {
            loops[index].runNanoseconds += loop.runNanoseconds * part
            loops[index].waitNanoseconds += loop.waitNanoseconds * part
        }
        processNanoseconds += other.processNanoseconds * part
        stealTicks += other.stealTicks * part
        allTicks += other.allTicks * part
        connectionNanoseconds += other.connectionNanoseconds * part
        pushedBackNanoseconds += other.pushedBackNanoseconds * part
        windowFullNanoseconds += other.windowFullNanoseconds * part
    }
}
