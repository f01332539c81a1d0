package import Foundation
import LoadMetrics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// CPU time of a process that knows how much it used.
extension AccuracySuite {
    /// A process that burns a known time in user mode, in the kernel, and on threads that have ended.
    package func processTimes() async throws -> [AccuracyRow] {
        let milliseconds = isFull ? 4000 : 1300
        var rows: [AccuracyRow] = []
        for load in isFull ? Burner.Load.allCases : [.mixed] {
            var sampler: ProcessSampler?
            var before: ProcessSample?
            var after: ProcessSample?
            let used = try await Burner.use(program, load, milliseconds: milliseconds) { moment in
                switch moment {
                case .ready(let pid):
                    sampler = ProcessSampler(pid: pid)
                    before = sampler?.sample()
                case .burning: _ = sampler?.sample()
                case .done: after = sampler?.sample()
                }
            }
            guard let before, let after else { throw BurnerFailure(what: "the process could not be sampled") }
            let result = RoleResult(role: .worker, name: "burner", from: before, to: after, messages: 1_000_000)
            let group = "CPU time"
            func row(_ what: String, _ truth: Int64, _ reported: Int64) -> AccuracyRow {
                AccuracyRow(
                    group, "\(load.rawValue): \(what)", unit: .nanoseconds, truth: Double(truth),
                    reported: Double(reported), bound: "2 %",
                    isRight: abs(reported - truth) <= (used.user + used.system) / 50)
            }
            rows += [
                row("CPU", used.user + used.system, result.cpuNanoseconds),
                row("user", used.user, result.userNanoseconds),
                row("system", used.system, result.systemNanoseconds),
            ]
        }
        return rows
    }
}

/// Why a burner did not burn.
package struct BurnerFailure: Error, CustomStringConvertible {
    let what: String
    package var description: String { "the process that burns CPU time: \(what)" }
}

/// A process that uses CPU time and says how much.
///
/// It says `ready USER SYSTEM`, waits for a line, burns, says `done USER SYSTEM` and waits for the end of its input.
package enum Burner {
    /// What it does with its time.
    package enum Load: String, Sendable, CaseIterable {
        /// Reckons.
        case reckoning
        /// Reads zeros from the kernel.
        case kernel
        /// Both, on three threads of which two have ended when it is looked at.
        case mixed
    }

    /// What it used, by its own account, in nanoseconds.
    package struct Used: Sendable {
        package var user: Int64
        package var system: Int64
    }

    /// When somebody may look at it.
    package enum Moment: Sendable {
        case ready(pid: Int32)
        case burning
        case done
    }

    /// Starts one and calls `look` at each moment, on a thread that may wait.
    package static func use(
        _ program: URL, _ load: Load, milliseconds: Int, look: @escaping (Moment) -> Void
    ) async throws -> Used {
        // Handed over to one other thread and back: never used by two at a time.
        nonisolated(unsafe) let look = look
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try watch(program, load, milliseconds, look) })
            }
        }
    }

    private static func watch(
        _ program: URL, _ load: Load, _ milliseconds: Int, _ look: (Moment) -> Void
    ) throws -> Used {
        let process = Process()
        process.executableURL = program
        process.arguments = ["burn", load.rawValue, "\(milliseconds)"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        defer {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }
        let ready = try line("ready", from: output.fileHandleForReading)
        look(.ready(pid: process.processIdentifier))
        try input.fileHandleForWriting.write(contentsOf: Data("burn\n".utf8))
        look(.burning)
        let done = try line("done", from: output.fileHandleForReading)
        look(.done)
        return Used(user: done.user - ready.user, system: done.system - ready.system)
    }

    private static func line(_ word: String, from file: FileHandle) throws -> Used {
        var text = ""
        while !text.hasSuffix("\n") {
            guard let bytes = try file.read(upToCount: 1), !bytes.isEmpty else { break }
            text += String(decoding: bytes, as: UTF8.self)
        }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 3, words[0] == word, let user = Int64(words[1]), let system = Int64(words[2]) else {
            throw BurnerFailure(what: "said '\(text)' where '\(word) USER SYSTEM' was due")
        }
        return Used(user: user, system: system)
    }

    // MARK: - In the process itself

    /// Burns, when told to; the arguments behind `burn`.
    package static func burn(_ arguments: [String]) throws {
        guard arguments.count == 2, let load = Load(rawValue: arguments[0]), let milliseconds = Int64(arguments[1])
        else { throw BurnerFailure(what: "wants a load and milliseconds") }
        say("ready")
        guard readLine() != nil else { return }
        let end = ProcessClock.nowNanoseconds() + milliseconds * 1_000_000
        if load == .mixed {
            let threads = (0..<2).map { number in
                let part = milliseconds * 1_000_000 / 3
                return BurningThread { reckon(ownNanoseconds: part, readsZeros: number == 0) }
            }
            for thread in threads { thread.start() }
            for thread in threads { thread.join() }
        }
        while ProcessClock.nowNanoseconds() < end { step(readsZeros: load == .kernel) }
        say("done")
        _ = readLine()
    }

    private static func say(_ word: String) {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func nanoseconds(_ time: timeval) -> Int64 { Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_usec) * 1000 }
        let text = "\(word) \(nanoseconds(usage.ru_utime)) \(nanoseconds(usage.ru_stime))\n"
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }

    private static func reckon(ownNanoseconds: Int64, readsZeros: Bool) {
        let end = CPUClock.system.threadNanoseconds() + ownNanoseconds
        while CPUClock.system.threadNanoseconds() < end { step(readsZeros: readsZeros) }
    }

    private static let zeros = open("/dev/zero", O_RDONLY)

    /// Some tens of microseconds.
    private static func step(readsZeros: Bool) {
        if readsZeros {
            withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) {
                _ = read(zeros, $0.baseAddress, $0.count)
            }
        } else {
            var random = SplitMix(state: 1)
            for _ in 0..<5000 { random.next() }
            if random.state == 0 { say("never") }
        }
    }

    private struct SplitMix {
        var state: UInt64
        mutating func next() { state = (state ^ (state >> 27)) &* 0x94D0_49BB_1331_11EB &+ 1 }
    }
}

/// A thread that can be waited for.
private final class BurningThread: @unchecked Sendable {
    // Reason: the semaphore orders everything.
    private let ended = DispatchSemaphore(value: 0)
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    func start() {
        Thread.detachNewThread {
            self.body()
            self.ended.signal()
        }
    }

    func join() {
        ended.wait()
        // Signalled a moment before the thread is gone.
        usleep(5000)
    }
}
