import LoadMetrics
import Synchronization

/// Accounts for the CPU and memory of every process of a run, second by second and over all.
final class RoleMeter: Sendable {
    /// A process to watch.
    struct Watched: Sendable {
        var role: RunRole
        var name: String
        var pid: Int32
        /// Whether all that runs below the process is meant, and not the process itself.
        var isTree = false
    }

    fileprivate enum Sampler: Sendable {
        case process(ProcessSampler)
        case tree(ProcessTreeSampler)

        mutating func sample() -> ProcessSample? {
            switch self {
            case .process(var sampler):
                defer { self = .process(sampler) }
                return sampler.sample()
            case .tree(var sampler):
                defer { self = .tree(sampler) }
                return sampler.sample()
            }
        }

        /// The most processes at once, of a tree.
        var mostProcesses: Int? { if case .tree(let sampler) = self { sampler.mostProcesses } else { nil } }
    }

    fileprivate struct Entry: Sendable {
        var watched: Watched
        var sampler: Sampler
        var first: ProcessSample?
        var last: ProcessSample?
        var firstAllocated: UInt64?
        var counters: HardwareCounters?
        var lastCounts: HardwareCounters.Counts?
        /// What it used in each phase, by the phase's number.
        var uses: [Int: MeasuredUse] = [:]
        /// The phase of the last look.
        var phase: Int?
        /// What the process used in lives before this one.
        var past: [RoleResult] = []
        /// The process has ended, and none of that name runs yet.
        var isGone = false
    }

    private let entries = Mutex<[Entry]>([])
    private let cores = Mutex(CoreMeter())

    /// Starts to watch processes; what they have used so far does not count.
    func begin(_ processes: [Watched], allocated: (String) -> UInt64?) {
        entries.withLock { entries in
            entries = processes.map { watched in
                var sampler: Sampler =
                    watched.isTree
                    ? .tree(ProcessTreeSampler(root: watched.pid)) : .process(ProcessSampler(pid: watched.pid))
                let sample = sampler.sample()
                // The kernel counts what a process starts from now on, and of a tree the most runs already.
                let counters = watched.isTree ? nil : HardwareCounters(pid: watched.pid)
                return Entry(
                    watched: watched, sampler: sampler, first: sample, last: sample,
                    firstAllocated: allocated(watched.name), counters: counters, lastCounts: counters?.counts())
            }
        }
        cores.withLock { $0 = CoreMeter() }
    }

    /// What the processes used; those that are gone are left out.
    struct Second: Sendable {
        /// Cores kept busy since the last look, by name.
        var cores: [String: Double] = [:]
        /// Memory now, by name.
        var residentBytes: [String: UInt64] = [:]
        /// CPU time since `begin` and memory now.
        var processes: [RunMetrics.Process] = []
    }

    /// What was used since the last call, in a second that belongs to this phase or to none.
    func second(phase: Int? = nil) -> Second {
        cores.withLock { $0.second(phase: phase) }
        return entries.withLock { entries in
            var second = Second()
            for index in entries.indices {
                entries[index].phase = phase
                guard let sample = entries[index].sampler.sample() else { continue }
                entries[index].account(sample, phase: phase)
                if let last = entries[index].last, sample.timeNanoseconds > last.timeNanoseconds {
                    second.cores[entries[index].watched.name] =
                        Double(sample.cpuNanoseconds - last.cpuNanoseconds)
                        / Double(sample.timeNanoseconds - last.timeNanoseconds)
                }
                let first = entries[index].first ?? sample
                let watched = entries[index].watched
                second.residentBytes[watched.name] = sample.residentBytes
                second.processes.append(
                    .init(
                        role: watched.role, name: watched.name,
                        cpuNanoseconds: sample.cpuNanoseconds - first.cpuNanoseconds,
                        residentBytes: sample.residentBytes))
                entries[index].first = first
                entries[index].last = sample
            }
            return second
        }
    }

    /// Books what a process used up to now: it is about to be ended.
    func endLife(of name: String) {
        entries.withLock { entries in
            guard let index = entries.firstIndex(where: { $0.watched.name == name && !$0.isGone }) else { return }
            if let sample = entries[index].sampler.sample() {
                entries[index].account(sample, phase: entries[index].phase)
                entries[index].last = sample
            }
            entries[index].isGone = true
        }
    }

    /// Watches the process that has taken an ended one's place; its start counts.
    func beginLife(of name: String, pid: Int32) {
        entries.withLock { entries in
            guard let index = entries.firstIndex(where: { $0.watched.name == name }) else { return }
            entries[index].beginLife(pid: pid)
        }
    }

    /// How busy each core was in these phases; nil where the kernel does not say.
    func coreUse(in phases: Set<Int>) -> [CoreUse]? {
        cores.withLock { $0.use(in: phases) }
    }

    /// What each process used since `begin`, and in the measured phases; `messages`, `allocated` and `counters` come from the processes themselves.
    func results(
        measured phases: Set<Int> = [], pinnedCores: (RunRole) -> [Int]? = { _ in nil }, messages: (Watched) -> UInt64,
        allocated: (String) -> UInt64?, died: (String) -> Bool,
        counters: (String) -> [String: UInt64]
    ) -> [RoleResult] {
        entries.withLock { $0 }.compactMap { entry in
            guard let first = entry.first, let last = entry.last else { return nil }
            let name = entry.watched.name
            let allocatedBytes = allocated(name).map { $0 - min($0, entry.firstAllocated ?? 0) }
            var counters = counters(name)
            counters[SupervisedCounter.processes.rawValue] = entry.sampler.mostProcesses.map(UInt64.init)
            var result = RoleResult(
                role: entry.watched.role, name: name, pid: entry.watched.pid, from: first, to: last,
                allocatedBytes: allocatedBytes, messages: messages(entry.watched), diedEarly: died(name),
                counters: counters)
            for past in entry.past { result.merge(past) }
            let uses = entry.uses.filter { phases.contains($0.key) }.map(\.value)
            result.measured = uses.dropFirst().reduce(into: uses.first) { $0?.merge($1) }
            result.pinnedCores = pinnedCores(entry.watched.role)
            return result
        }
    }
}

extension RoleMeter.Entry {
    /// Goes on with another process under the same name.
    mutating func beginLife(pid: Int32) {
        if let first, let last {
            // Its messages are counted over all lives at the end.
            past.append(RoleResult(role: watched.role, name: watched.name, from: first, to: last, messages: 0))
        }
        watched.pid = pid
        sampler =
            watched.isTree ? .tree(ProcessTreeSampler(root: pid)) : .process(ProcessSampler(pid: pid))
        let birth = ProcessSample(
            timeNanoseconds: Monotonic.nowNanoseconds(), userNanoseconds: 0, systemNanoseconds: 0, residentBytes: 0,
            peakResidentBytes: 0, threads: 0, readBytes: 0, writtenBytes: 0)
        (first, last) = (birth, birth)
        counters = watched.isTree ? nil : HardwareCounters(pid: pid)
        lastCounts = counters?.counts()
        isGone = false
    }

    /// Books what was used since the last sample for the phase.
    mutating func account(_ sample: ProcessSample, phase: Int?) {
        let counts = counters?.counts()
        defer { lastCounts = counts }
        guard let phase, let last, sample.timeNanoseconds > last.timeNanoseconds else { return }
        var use = MeasuredUse()
        use.add(from: last, to: sample)
        if let counts, let lastCounts {
            use.instructions = counts.instructions &- lastCounts.instructions
            use.cycles = counts.cycles &- lastCounts.cycles
        }
        if uses[phase] == nil { uses[phase] = use } else { uses[phase]?.merge(use) }
    }
}
