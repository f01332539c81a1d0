/// What the kernel says of a process at one moment; everything but memory and threads is cumulative since its start.
package struct ProcessSample: Sendable, Equatable, Codable {
    /// When the sample was taken.
    package var timeNanoseconds: Int64
    /// CPU time in user mode, of all threads, past ones too.
    package var userNanoseconds: Int64
    /// CPU time in the kernel, of all threads, past ones too.
    package var systemNanoseconds: Int64
    /// Resident memory.
    package var residentBytes: UInt64
    /// The most resident memory so far.
    package var peakResidentBytes: UInt64
    /// Threads that live now.
    package var threads: Int
    /// Times a thread gave its core away because it had to wait.
    package var voluntarySwitches: UInt64
    /// Times a thread was taken off its core.
    package var involuntarySwitches: UInt64
    /// Time threads were ready to run and had no core; nil where the kernel does not account for it.
    package var runQueueWaitNanoseconds: Int64?
    /// Bytes read through system calls, sockets and pipes included; nil when not readable.
    package var readBytes: UInt64?
    /// Bytes written through system calls, sockets and pipes included; nil when not readable.
    package var writtenBytes: UInt64?

    /// A sample with the given figures.
    package init(
        timeNanoseconds: Int64, userNanoseconds: Int64, systemNanoseconds: Int64, residentBytes: UInt64,
        peakResidentBytes: UInt64, threads: Int, voluntarySwitches: UInt64 = 0, involuntarySwitches: UInt64 = 0,
        runQueueWaitNanoseconds: Int64? = nil, readBytes: UInt64? = nil, writtenBytes: UInt64? = nil
    ) {
        self.timeNanoseconds = timeNanoseconds
        self.userNanoseconds = userNanoseconds
        self.systemNanoseconds = systemNanoseconds
        self.residentBytes = residentBytes
        self.peakResidentBytes = peakResidentBytes
        self.threads = threads
        self.voluntarySwitches = voluntarySwitches
        self.involuntarySwitches = involuntarySwitches
        self.runQueueWaitNanoseconds = runQueueWaitNanoseconds
        self.readBytes = readBytes
        self.writtenBytes = writtenBytes
    }

    /// CPU time in user mode and in the kernel together.
    package var cpuNanoseconds: Int64 { userNanoseconds &+ systemNanoseconds }
}

/// The fields of `/proc/PID/stat` that a sample needs.
struct ProcessStat: Equatable {
    var name: String
    var state: Character
    var parent: Int32
    var userTicks: Int64
    var systemTicks: Int64
    /// CPU time of the children it has waited for, and of theirs, in user mode and in the kernel.
    var childUserTicks: Int64
    var childSystemTicks: Int64
    var threads: Int
    var residentPages: UInt64

    /// The name stands in parentheses and may hold spaces and parentheses itself: the fields begin after the last one.
    init?(text: String) {
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else { return nil }
        name = String(text[text.index(after: open)..<close])
        let fields = text[text.index(after: close)...].split(whereSeparator: \.isWhitespace)
        guard fields.count >= 22, let state = fields[0].first, let user = Int64(fields[11]),
            let system = Int64(fields[12]), let childUser = Int64(fields[13]), let childSystem = Int64(fields[14]),
            let parent = Int32(fields[1]), let threads = Int(fields[17]), let pages = Int64(fields[21])
        else { return nil }
        self.state = state
        userTicks = user
        systemTicks = system
        childUserTicks = childUser
        childSystemTicks = childSystem
        self.parent = parent
        self.threads = threads
        residentPages = UInt64(max(0, pages))
    }

    /// Whether the process has ended and only waits for its parent (or is being removed).
    var isGone: Bool { state == "Z" || state == "X" || state == "x" }
}

/// A file of `key: value` lines, as `/proc/PID/status` and `/proc/PID/io` are.
struct KeyedLines {
    private var values: [Substring: Substring] = [:]

    init(text: String) {
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop(while: \.isWhitespace)
            values[line[..<colon]] = value
        }
    }

    /// The number a line begins with, in its own unit.
    func number(_ key: String) -> UInt64? {
        values[key[...]].flatMap { UInt64($0.prefix(while: \.isNumber)) }
    }

    /// The number of a line in kB, in bytes.
    func kilobytes(_ key: String) -> UInt64? { number(key).map { $0 * 1_024 } }

    /// The whole value of a line.
    func text(_ key: String) -> String? { values[key[...]].map(String.init) }
}
