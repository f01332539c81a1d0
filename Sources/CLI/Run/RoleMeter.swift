import LoadMetrics
import Synchronization

/// Accounts for the CPU and memory of every process of a run, second by second and over all.
final class RoleMeter: Sendable {
    /// A process to watch.
    struct Watched: Sendable {
        var role: RunRole
        var name: String
        var pid: Int32
    }

    private struct Entry: Sendable {
        let watched: Watched
        var sampler: ProcessSampler
        var first: ProcessSample?
        var last: ProcessSample?
        var firstAllocated: UInt64?
    }

    private let entries = Mutex<[Entry]>([])

    /// Starts to watch processes; what they have used so far does not count.
    func begin(_ processes: [Watched], allocated: (String) -> UInt64?) {
        entries.withLock { entries in
            entries = processes.map { watched in
                var sampler = ProcessSampler(pid: watched.pid)
                let sample = sampler.sample()
                return Entry(
                    watched: watched, sampler: sampler, first: sample, last: sample,
                    firstAllocated: allocated(watched.name))
            }
        }
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

    /// What was used since the last call.
    func second() -> Second {
        entries.withLock { entries in
            var second = Second()
            for index in entries.indices {
                guard let sample = entries[index].sampler.sample() else { continue }
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

    /// What each process used since `begin`; `messages`, `allocated` and `counters` come from the processes themselves.
    func results(
        messages: (Watched) -> UInt64, allocated: (String) -> UInt64?, died: (String) -> Bool,
        counters: (String) -> [String: UInt64]
    ) -> [RoleResult] {
        entries.withLock { $0 }.compactMap { entry in
            guard let first = entry.first, let last = entry.last else { return nil }
            let name = entry.watched.name
            let allocatedBytes = allocated(name).map { $0 - min($0, entry.firstAllocated ?? 0) }
            return RoleResult(
                role: entry.watched.role, name: name, pid: entry.watched.pid, from: first, to: last,
                allocatedBytes: allocatedBytes, messages: messages(entry.watched), diedEarly: died(name),
                counters: counters(name))
        }
    }
}
