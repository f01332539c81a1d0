import CKernel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Counts the instructions and cycles of a process in user mode, where the kernel and the machine allow it.
///
/// The kernel counts by thread: every thread that lives when the counting begins is counted, with all that they start.
/// Virtual machines mostly have no counters, and a strict `perf_event_paranoid` forbids them: then there is no figure.
package final class HardwareCounters: Sendable {
    /// What was counted since the beginning.
    package struct Counts: Sendable, Equatable {
        package var instructions: UInt64
        package var cycles: UInt64
    }

    /// An event of the kernel's table: `linux/perf_event.h`.
    struct Event: Sendable {
        var type: UInt32
        var config: UInt64

        static let cycles = Event(type: 0, config: 0)
        static let instructions = Event(type: 0, config: 1)
        /// CPU time in nanoseconds, which every kernel counts itself.
        static let taskClock = Event(type: 1, config: 1)
    }

    private let instructions: [Int32]
    private let cycles: [Int32]

    /// Begins to count; nil where not all threads can be counted.
    package convenience init?(pid: Int32) {
        self.init(pid: pid, instructions: .instructions, cycles: .cycles)
    }

    init?(pid: Int32, instructions: Event, cycles: Event) {
        let threads = (directoryNames("/proc/\(pid)/task") ?? []).compactMap { Int32($0) }
        guard let first = Self.open(instructions, threads) else { return nil }
        guard let second = Self.open(cycles, threads) else {
            for descriptor in first { close(descriptor) }
            return nil
        }
        self.instructions = first
        self.cycles = second
    }

    deinit {
        for descriptor in instructions + cycles { close(descriptor) }
    }

    /// What was counted since the beginning; nil where a counter cannot be read.
    package func counts() -> Counts? {
        guard let instructions = Self.sum(instructions), let cycles = Self.sum(cycles) else { return nil }
        return Counts(instructions: instructions, cycles: cycles)
    }

    private static func open(_ event: Event, _ threads: [Int32]) -> [Int32]? {
        var descriptors: [Int32] = []
        for thread in threads {
            let descriptor = ckernel_count_event(event.type, event.config, thread)
            if descriptor >= 0 {
                descriptors.append(descriptor)
            } else if errno != ESRCH {
                for descriptor in descriptors { close(descriptor) }
                return nil
            }
        }
        return descriptors.isEmpty ? nil : descriptors
    }

    private static func sum(_ descriptors: [Int32]) -> UInt64? {
        var sum = 0.0
        for descriptor in descriptors {
            var values: (count: UInt64, enabled: UInt64, running: UInt64) = (0, 0, 0)
            let got = withUnsafeMutableBytes(of: &values) { read(descriptor, $0.baseAddress, $0.count) }
            guard got == MemoryLayout.size(ofValue: values) else { return nil }
            // With more events than counters the kernel counts them in turn.
            let share = values.running > 0 ? Double(values.enabled) / Double(values.running) : 1
            sum += Double(values.count) * share
        }
        return UInt64(sum)
    }
}
