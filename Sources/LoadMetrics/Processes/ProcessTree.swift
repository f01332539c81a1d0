#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The processes below a process.
package enum ProcessTree {
    /// All descendants of a process that run or wait to be collected, parents before their children.
    package static func descendants(of root: Int32) -> [Int32] {
        let children = childrenLookup()
        var found: [Int32] = []
        var seen: Set<Int32> = [root]
        var pending = [root]
        while !pending.isEmpty {
            let parent = pending.removeFirst()
            for child in children(parent) where seen.insert(child).inserted {
                found.append(child)
                pending.append(child)
            }
        }
        return found
    }

    /// Whether a process exists that has not ended.
    package static func isAlive(_ pid: Int32) -> Bool {
        kernelText("/proc/\(pid)/stat").flatMap(ProcessStat.init).map { !$0.isGone } ?? false
    }

    /// Says who the children of a process are: from the kernel's own lists, or, where it keeps none, from all processes.
    private static func childrenLookup() -> (Int32) -> [Int32] {
        if kernelText("/proc/self/task/\(getpid())/children") != nil { return listedChildren }
        var children: [Int32: [Int32]] = [:]
        for pid in (directoryNames("/proc") ?? []).compactMap({ Int32($0) }) {
            guard let stat = kernelText("/proc/\(pid)/stat").flatMap(ProcessStat.init) else { continue }
            children[stat.parent, default: []].append(pid)
        }
        return { children[$0] ?? [] }
    }

    private static func listedChildren(of pid: Int32) -> [Int32] {
        let tasks = directoryNames("/proc/\(pid)/task") ?? []
        return tasks.flatMap { task in
            (kernelText("/proc/\(pid)/task/\(task)/children") ?? "").split(separator: " ").compactMap { Int32($0) }
        }
    }
}

/// Reads CPU time, memory and scheduling of all processes below one that collects every orphan among them.
///
/// ```
///  root (a subreaper, not counted itself)
///   ├─ its ended children, and all below them      cutime, cstime of the root            exact
///   └─ process ─┬─ its ended children              cutime, cstime of the process         exact
///               └─ process                         utime, stime                          to 10 ms each
/// ```
///
/// CPU time is complete however short the processes live: whoever ends is collected by its parent, or by the root when
/// that has gone first, and the kernel then adds its time there. (Except the children of a program that ignores SIGCHLD:
/// of these the kernel keeps nothing.) A parent is read before its children, so that a process that ends in between is
/// missed once and not counted twice; the sums never fall. Switches, run-queue wait and the most memory are sums over the
/// processes seen at the samples: those of processes that began and ended between two samples are not in them.
/// Memory shared among processes is divided among them (the kernel's proportional set size).
package struct ProcessTreeSampler: Sendable {
    /// The process whose descendants are counted.
    package let root: Int32
    /// The most processes seen at once.
    package private(set) var mostProcesses = 0

    private struct ThreadKey: Hashable {
        var pid: Int32
        var thread: String
    }

    private let nanosecondsPerTick: Int64
    private let pageBytes: UInt64
    private var threads: [ThreadKey: ThreadFigures] = [:]
    private var ended = ThreadFigures()
    private var peakBytes: UInt64 = 0
    private var last: ProcessSample?

    /// A sampler of the processes below `root`.
    package init(root: Int32) {
        self.root = root
        nanosecondsPerTick = 1_000_000_000 / Int64(max(1, sysconf(Int32(_SC_CLK_TCK))))
        pageBytes = UInt64(max(1, sysconf(Int32(_SC_PAGESIZE))))
    }

    /// The figures of this moment; nil when the root has ended.
    package mutating func sample() -> ProcessSample? {
        guard let stat = Self.stat(root), !stat.isGone else { return nil }
        var sample = ProcessSample(
            timeNanoseconds: Monotonic.nowNanoseconds(), userNanoseconds: stat.childUserTicks &* nanosecondsPerTick,
            systemNanoseconds: stat.childSystemTicks &* nanosecondsPerTick, residentBytes: 0, peakResidentBytes: 0,
            threads: 0)
        addIO(of: root, to: &sample)
        var seen: [ThreadKey: ThreadFigures] = [:]
        var processes = 0
        for pid in ProcessTree.descendants(of: root) {
            guard let stat = Self.stat(pid) else { continue }
            // One that has ended and is not collected yet still holds its time, and nothing else.
            sample.userNanoseconds &+= (stat.userTicks &+ stat.childUserTicks) &* nanosecondsPerTick
            sample.systemNanoseconds &+= (stat.systemTicks &+ stat.childSystemTicks) &* nanosecondsPerTick
            guard !stat.isGone else { continue }
            processes += 1
            sample.threads += stat.threads
            sample.residentBytes &+= residentBytes(pid, stat)
            addIO(of: pid, to: &sample)
            for thread in directoryNames("/proc/\(pid)/task") ?? [] {
                seen[ThreadKey(pid: pid, thread: thread)] = ThreadFigures("/proc/\(pid)/task/\(thread)")
            }
        }
        for (key, figures) in threads where seen[key] == nil { ended.add(figures) }
        threads = seen
        sample.add(ended)
        for figures in seen.values { sample.add(figures) }
        mostProcesses = max(mostProcesses, processes)
        peakBytes = max(peakBytes, sample.residentBytes)
        sample.peakResidentBytes = peakBytes
        sample.keepSums(of: last)
        last = sample
        return sample
    }

    private static func stat(_ pid: Int32) -> ProcessStat? { kernelText("/proc/\(pid)/stat").flatMap(ProcessStat.init) }

    private func residentBytes(_ pid: Int32, _ stat: ProcessStat) -> UInt64 {
        let rollup = kernelText("/proc/\(pid)/smaps_rollup").map(KeyedLines.init)
        return rollup?.kilobytes("Pss") ?? stat.residentPages * pageBytes
    }

    private func addIO(of pid: Int32, to sample: inout ProcessSample) {
        guard let io = kernelText("/proc/\(pid)/io").map(KeyedLines.init) else { return }
        if let read = io.number("rchar") { sample.readBytes = (sample.readBytes ?? 0) &+ read }
        if let written = io.number("wchar") { sample.writtenBytes = (sample.writtenBytes ?? 0) &+ written }
    }
}

extension ProcessSample {
    /// Lets no sum fall below what it was: what is on its way from a child to its parent comes with the next sample.
    fileprivate mutating func keepSums(of last: ProcessSample?) {
        guard let last else { return }
        userNanoseconds = max(userNanoseconds, last.userNanoseconds)
        systemNanoseconds = max(systemNanoseconds, last.systemNanoseconds)
        if let wait = last.runQueueWaitNanoseconds { runQueueWaitNanoseconds = max(runQueueWaitNanoseconds ?? 0, wait) }
        if let read = last.readBytes { readBytes = max(readBytes ?? 0, read) }
        if let written = last.writtenBytes { writtenBytes = max(writtenBytes ?? 0, written) }
    }
}
