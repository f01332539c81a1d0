import LoadMetrics
import NIOCore
import Synchronization

/// Watches the generator while it works and keeps what it saw by phase.
///
///     /proc/self/task/TID/schedstat ─► on a core, waiting for one ─┐
///     process clock, /proc/stat ─────► CPU, steal ─────────────────┼─► every 250 ms ─► GeneratorEvidence of a phase
///     publishers ────────────────────► what is due and kept back ──┤
///     LoopProbe, every 10 ms ────────► how late the loops are ─────┘
///
/// What happened between two looks is shared out over the phases that these lie in, by time.
final class GeneratorWatch: Sendable {
    static let interval = Duration.milliseconds(250)

    private let table: PhaseTable
    private let phases: Int
    private let probes: [LoopProbe]
    private let publishers: [(eventLoop: any EventLoop, loops: [PublisherLoop])]
    private let state: Mutex<State>

    private struct State: Sendable {
        var evidence: [GeneratorEvidence]
        /// The loops' threads, where the kernel names them.
        var threads: [Int32?] = []
        var first: Look?
    }

    /// What the counters stood at.
    private struct Look: Sendable {
        var time: Int64
        /// One a loop.
        var threads: [ThreadTimes?]
        var sending: [Sending]
        var process: Int64
        var machine: MachineTimes?
    }

    /// What the publishers of one loop have added up.
    private struct Sending: Sendable {
        var spinning: Int64 = 0
        var pushedBack: Int64 = 0
        var windowFull: Int64 = 0
    }

    init(publishers: [PublisherLoop], collectors: [CollectorLoop], phases: Int, table: PhaseTable) {
        self.table = table
        self.phases = phases
        var eventLoops: [any EventLoop] = []
        for loop in publishers.map(\.eventLoop) + collectors.map(\.eventLoop)
        where !eventLoops.contains(where: { $0 === loop }) {
            eventLoops.append(loop)
        }
        probes = eventLoops.map { LoopProbe(on: $0, phases: phases, table: table) }
        self.publishers = eventLoops.map { eventLoop in
            (eventLoop, publishers.filter { $0.eventLoop === eventLoop })
        }
        state = Mutex(State(evidence: Array(repeating: GeneratorEvidence(), count: phases)))
    }

    /// Takes the first look; nothing before it is seen.
    func begin() async {
        var threads: [Int32?] = []
        for probe in probes {
            threads.append((try? await probe.eventLoop.submit { ThreadTimes.currentThread() }.get()) ?? nil)
            probe.start()
        }
        let first = await look(threads)
        state.withLock { state in
            state.threads = threads
            state.first = first
        }
    }

    /// Watches from `begin` until cancelled.
    func run() async {
        guard let (threads, first) = state.withLock({ state in state.first.map { (state.threads, $0) } }) else {
            return
        }
        var last = first
        var finished = false
        while !finished {
            do { try await Task.sleep(for: Self.interval) } catch { finished = true }
            let next = await look(threads)
            add(from: last, to: next)
            last = next
        }
        for probe in probes {
            guard let delays = try? await probe.stop() else { continue }
            state.withLock { state in
                for (phase, delay) in delays.enumerated() { state.evidence[phase].loopDelay.merge(delay) }
            }
        }
    }

    /// Messages a second that were sent in a second of a phase.
    func sent(perSecond: Double, phase: Int?) {
        guard let phase, phase < phases else { return }
        state.withLock { state in
            state.evidence[phase].busiestPerSecond = max(state.evidence[phase].busiestPerSecond ?? 0, perSecond)
        }
    }

    /// What was seen of a phase.
    func evidence(_ phase: Int) -> GeneratorEvidence {
        state.withLock { $0.evidence[phase] }
    }

    private func look(_ threads: [Int32?]) async -> Look {
        var sending: [Sending] = []
        for (eventLoop, loops) in publishers {
            sending.append((try? await eventLoop.submit { Self.sending(of: loops) }.get()) ?? Sending())
        }
        return Look(
            time: Monotonic.nowNanoseconds(), threads: threads.map { $0.flatMap(ThreadTimes.of(thread:)) },
            sending: sending, process: ProcessClock.nowNanoseconds(), machine: MachineTimes.current())
    }

    private static func sending(of loops: [PublisherLoop]) -> Sending {
        let now = Monotonic.nowNanoseconds()
        var sum = Sending()
        for loop in loops {
            let heldBack = loop.heldBackNanoseconds(at: now)
            sum.spinning += loop.totals.spinNanoseconds
            sum.pushedBack += heldBack.bySocket
            sum.windowFull += heldBack.byWindow
        }
        return sum
    }

    private func add(from last: Look, to next: Look) {
        let length = next.time - last.time
        guard length > 0 else { return }
        var seen = GeneratorEvidence()
        seen.watchedNanoseconds = Double(length)
        var spinning: Int64 = 0
        for index in publishers.indices {
            let before = last.sending[index]
            let after = next.sending[index]
            spinning += after.spinning - before.spinning
            // What is held back may turn out to have been the broker's pause: then less stands here than before.
            seen.pushedBackNanoseconds += Double(max(0, after.pushedBack - before.pushedBack))
            seen.windowFullNanoseconds += Double(max(0, after.windowFull - before.windowFull))
            seen.connectionNanoseconds += Double(length) * Double(publishers[index].loops.count)
            guard let earlier = last.threads[index], let later = next.threads[index] else { continue }
            let run = later.runNanoseconds - earlier.runNanoseconds - (after.spinning - before.spinning)
            seen.loops.append(
                .init(
                    runNanoseconds: Double(max(0, run)),
                    waitNanoseconds: Double(later.waitNanoseconds - earlier.waitNanoseconds)))
        }
        seen.processNanoseconds = Double(max(0, next.process - last.process - spinning))
        if let before = last.machine, let after = next.machine {
            seen.stealTicks = Double(after.stealTicks - before.stealTicks)
            seen.allTicks = Double(after.allTicks - before.allTicks)
        }
        let starts = table.startsNanoseconds
        state.withLock { state in
            for (phase, start) in starts.enumerated() where phase < phases {
                let end = phase + 1 < starts.count ? starts[phase + 1] : .max
                let overlap = min(end, next.time) - max(start, last.time)
                if overlap > 0 { state.evidence[phase].add(seen, part: Double(overlap) / Double(length)) }
            }
        }
    }
}
