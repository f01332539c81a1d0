#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the kernel says of one thread of this process: cumulative since its start.
package struct ThreadTimes: Sendable, Equatable {
    /// Time on a core.
    package var runNanoseconds: Int64
    /// Time it was ready and had no core.
    package var waitNanoseconds: Int64

    /// Times as given.
    package init(runNanoseconds: Int64, waitNanoseconds: Int64) {
        self.runNanoseconds = runNanoseconds
        self.waitNanoseconds = waitNanoseconds
    }

    /// The kernel's number of the calling thread; nil where there is no /proc to look it up in.
    package static func currentThread() -> Int32? {
        // /proc/thread-self leads to PID/task/TID.
        var buffer = [CChar](repeating: 0, count: 64)
        let length = readlink("/proc/thread-self", &buffer, buffer.count)
        guard length > 0 else { return nil }
        let path = String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return path.split(separator: "/").last.flatMap { Int32($0) }
    }

    /// The times of a thread of this process; nil where the kernel does not account for them.
    package static func of(thread: Int32) -> ThreadTimes? {
        kernelText("/proc/self/task/\(thread)/schedstat", atMostBytes: 256).flatMap(parse)
    }

    static func parse(schedstat: String) -> ThreadTimes? {
        let fields = schedstat.split(whereSeparator: \.isWhitespace)
        guard fields.count >= 2, let run = Int64(fields[0]), let wait = Int64(fields[1]), run > 0 else { return nil }
        return ThreadTimes(runNanoseconds: run, waitNanoseconds: wait)
    }
}

/// The CPU time of this process, user and kernel, of all threads, past ones too.
package enum ProcessClock {
    /// Nanoseconds since the process began.
    package static func nowNanoseconds() -> Int64 { CPUClock.read(CLOCK_PROCESS_CPUTIME_ID) }
}

/// The clocks of CPU time, injected so that tests need not burn any.
package struct CPUClock: Sendable {
    /// CPU time of this process, of all its threads.
    package var processNanoseconds: @Sendable () -> Int64
    /// CPU time of the calling thread.
    package var threadNanoseconds: @Sendable () -> Int64

    /// Clocks as given.
    package init(
        processNanoseconds: @escaping @Sendable () -> Int64, threadNanoseconds: @escaping @Sendable () -> Int64
    ) {
        self.processNanoseconds = processNanoseconds
        self.threadNanoseconds = threadNanoseconds
    }

    /// The kernel's clocks.
    package static let system = CPUClock(
        processNanoseconds: { read(CLOCK_PROCESS_CPUTIME_ID) }, threadNanoseconds: { read(CLOCK_THREAD_CPUTIME_ID) })

    fileprivate static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}

/// What all cores of the machine did, in ticks of the kernel: cumulative since it started.
package struct MachineTimes: Sendable, Equatable {
    /// Ticks in which another guest of the same host had our core.
    package var stealTicks: Int64
    /// All ticks.
    package var allTicks: Int64

    /// The times of now; nil where there is no /proc/stat.
    package static func current() -> MachineTimes? { kernelText("/proc/stat").flatMap(parse) }

    /// From the line `cpu  user nice system idle iowait irq softirq steal guest guest_nice` (proc(5)).
    ///
    /// Guests' ticks are in those of user and nice already.
    static func parse(stat: String) -> MachineTimes? {
        guard let line = stat.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
        let fields = line.split(separator: " ").dropFirst().compactMap { Int64($0) }
        guard fields.count >= 8 else { return nil }
        return MachineTimes(stealTicks: fields[7], allTicks: fields.prefix(8).reduce(0, +))
    }
}
