#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reads CPU time, memory and scheduling of one process from /proc.
///
/// The kernel keeps switches and run-queue wait for each thread; the sampler adds them up and remembers what the
/// threads that ended since had reached, so that the sums never fall.
package struct ProcessSampler: Sendable {
    /// The process.
    package let pid: Int32

    private let directory: String
    private let nanosecondsPerTick: Int64
    private let pageBytes: UInt64
    private var threads: [String: ThreadFigures] = [:]

    /// A sampler of the process `pid`; of this one when none is given.
    package init(pid: Int32 = getpid()) {
        self.pid = pid
        directory = "/proc/\(pid)"
        nanosecondsPerTick = 1_000_000_000 / Int64(max(1, sysconf(Int32(_SC_CLK_TCK))))
        pageBytes = UInt64(max(1, sysconf(Int32(_SC_PAGESIZE))))
    }

    /// The figures of this moment; nil when the process has ended, a zombie that nobody has collected included.
    package mutating func sample() -> ProcessSample? {
        guard let text = kernelText(directory + "/stat"), let stat = ProcessStat(text: text), !stat.isGone else {
            return nil
        }
        let status = KeyedLines(text: kernelText(directory + "/status") ?? "")
        let io = kernelText(directory + "/io").map(KeyedLines.init)
        readThreads()
        let resident = status.kilobytes("VmRSS") ?? stat.residentPages * pageBytes
        var sample = ProcessSample(
            timeNanoseconds: Monotonic.nowNanoseconds(),
            userNanoseconds: stat.userTicks &* nanosecondsPerTick,
            systemNanoseconds: stat.systemTicks &* nanosecondsPerTick,
            residentBytes: resident,
            peakResidentBytes: status.kilobytes("VmHWM") ?? resident,
            threads: stat.threads,
            readBytes: io?.number("rchar"),
            writtenBytes: io?.number("wchar"))
        for thread in threads.values { sample.add(thread) }
        return sample
    }

    private mutating func readThreads() {
        for thread in directoryNames(directory + "/task") ?? [] {
            if let figures = ThreadFigures(directory + "/task/" + thread) { threads[thread] = figures }
        }
    }

    /// The second number of a `schedstat` line; nil from a kernel that does not account (all times zero).
    static func runQueueWait(schedstat: String) -> Int64? {
        let fields = schedstat.split(whereSeparator: \.isWhitespace)
        guard fields.count >= 2, let run = Int64(fields[0]), let wait = Int64(fields[1]), run > 0 else { return nil }
        return wait
    }
}

/// What the kernel counts for each thread alone.
struct ThreadFigures: Sendable {
    var voluntary: UInt64 = 0
    var involuntary: UInt64 = 0
    var waitNanoseconds: Int64?

    init() {}

    /// The figures of a thread's directory in /proc; nil when it has ended.
    init?(_ directory: String) {
        guard let text = kernelText(directory + "/status") else { return nil }
        let status = KeyedLines(text: text)
        voluntary = status.number("voluntary_ctxt_switches") ?? 0
        involuntary = status.number("nonvoluntary_ctxt_switches") ?? 0
        waitNanoseconds = kernelText(directory + "/schedstat").flatMap(ProcessSampler.runQueueWait)
    }

    mutating func add(_ other: ThreadFigures) {
        voluntary &+= other.voluntary
        involuntary &+= other.involuntary
        if let wait = other.waitNanoseconds { waitNanoseconds = (waitNanoseconds ?? 0) &+ wait }
    }
}

extension ProcessSample {
    /// Adds what a thread was counted for.
    mutating func add(_ thread: ThreadFigures) {
        voluntarySwitches &+= thread.voluntary
        involuntarySwitches &+= thread.involuntary
        if let wait = thread.waitNanoseconds { runQueueWaitNanoseconds = (runQueueWaitNanoseconds ?? 0) &+ wait }
    }
}
