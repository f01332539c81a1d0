package import Drivers
import Synchronization
import WebLogs

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An access-log file whose lines are sent as they are, in its order; it may be larger than memory.
///
/// ```
///  file ─────────┐                    ┌─► where every 256th line begins
///                ├─► read once: index ┤
///  gzip ─► spool ┘                    └─► when the lines of each second came
///          (a file without a name, on disk)        │
///                                                  └─► arrivals of `rate: original`
///  message k ─► part of 256 lines, read when it is needed ─► line k
/// ```
package final class RecordedLog: RecordedBodies, Sendable {
    /// What reading the file through found.
    package struct Facts: Sendable, Equatable {
        package var lines: UInt64 = 0
        package var bytes: UInt64 = 0
        /// Lines without a time; they take that of the line before.
        package var untimed: UInt64 = 0
        /// Lines whose time is before that of a line before them; they take the latter.
        package var outOfOrder: UInt64 = 0
    }

    /// Why a file cannot be replayed.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let path: String
        package let reason: String

        package var description: String { "log file \(path): \(reason)" }
    }

    /// Lines read at once.
    static let partLines = 256
    /// Parts kept for connections that lag behind each other.
    private static let keptParts = 64
    /// The longest line; a file with a longer one is no log.
    static let lineBytesMaximum = 4 << 20

    package let path: String
    package let facts: Facts
    /// When the lines came.
    package let times: RecordedTimes
    /// Whether the first line follows the last.
    package let loops: Bool
    private let descriptor: Int32
    /// Where every 256th line begins, and the file's end.
    private let starts: [UInt64]
    private let kept = Mutex(Kept())
    /// Lines that were no longer there when they were to be sent.
    private let missing = Atomic<UInt64>(0)

    private struct Kept: Sendable {
        var parts: [(index: UInt64, part: RecordedPart)] = []
        var oldest = 0
    }

    /// Reads the file through once; `loops` says whether the first line follows the last.
    package init(path: String, loops: Bool) throws(Failure) {
        let descriptor = try Self.openPlain(path)
        var index = LogIndex()
        do throws(Failure) {
            try index.read(descriptor, path: path)
            guard index.facts.lines > 0 else { throw Failure(path: path, reason: "it has no lines") }
        } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
        self.loops = loops
        facts = index.facts
        starts = index.starts + [index.facts.bytes]
        times = RecordedTimes(seconds: index.seconds, lines: index.facts.lines)
    }

    deinit { close(descriptor) }

    /// The file's lines as a number, nil where they never end.
    package var limit: UInt64? { loops ? nil : facts.lines }

    /// Lines that could not be read again when they were to be sent, because somebody shortened the file.
    package var missingLines: UInt64 { missing.load(ordering: .relaxed) }

    /// The mean length of a line.
    package var meanBytes: Int { Int(facts.bytes / max(facts.lines, 1)) }

    /// The part that holds a message's line.
    package func part(holding sequence: UInt64) -> RecordedPart {
        let round = sequence / facts.lines * facts.lines
        let index = (sequence - round) / UInt64(Self.partLines)
        let number = round + index * UInt64(Self.partLines)
        return kept.withLock { kept in
            if let found = kept.parts.first(where: { $0.index == number }) { return found.part }
            let part = read(Int(index), first: number)
            if kept.parts.count < Self.keptParts {
                kept.parts.append((number, part))
            } else {
                kept.parts[kept.oldest] = (number, part)
                kept.oldest = (kept.oldest + 1) % Self.keptParts
            }
            return part
        }
    }

    private func read(_ index: Int, first: UInt64) -> RecordedPart {
        let start = starts[index]
        let length = Int(starts[index + 1] - start)
        var bytes = [UInt8](repeating: 0, count: length)
        let count = bytes.withUnsafeMutableBytes { Self.read(descriptor, into: $0, at: start) }
        bytes.removeLast(length - count)
        var places: [Range<Int>] = []
        var place = 0
        while place < bytes.count {
            let end = bytes[place...].firstIndex(of: 0x0A) ?? bytes.count
            places.append(place..<end)
            place = end + 1
        }
        let wanted = min(Self.partLines, Int(facts.lines) - index * Self.partLines)
        if places.count != wanted {
            missing.wrappingAdd(UInt64(max(0, wanted - places.count)), ordering: .relaxed)
            places = Array(places.prefix(wanted))
            places += Array(repeating: 0..<0, count: wanted - places.count)
        }
        return RecordedPart(first: first, bytes: bytes, places: places)
    }

    /// Reads as much as there is at a place of the file.
    fileprivate static func read(_ descriptor: Int32, into bytes: UnsafeMutableRawBufferPointer, at start: UInt64)
        -> Int
    {
        var count = 0
        while count < bytes.count, let base = bytes.baseAddress {
            let got = pread(descriptor, base + count, bytes.count - count, off_t(start) + off_t(count))
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { break }
            count += got
        }
        return count
    }

    /// Opens a file; of a gzip one its content, written to a file without a name.
    private static func openPlain(_ path: String) throws(Failure) -> Int32 {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path: path, reason: String(cString: strerror(errno))) }
        var magic: (UInt8, UInt8) = (0, 0)
        let count = withUnsafeMutableBytes(of: &magic) { read(descriptor, into: $0, at: 0) }
        guard count == 2, magic == (0x1F, 0x8B) else { return descriptor }
        close(descriptor)
        return try GzipSpool.open(path)
    }
}

/// Reads a log through once.
private struct LogIndex {
    var facts = RecordedLog.Facts()
    var starts: [UInt64] = []
    /// The seconds in which lines came, and the first line of each.
    var seconds: [RecordedTimes.Second] = []
    private var latest: Int64?

    private static let chunkBytes = 1 << 20

    mutating func read(_ descriptor: Int32, path: String) throws(RecordedLog.Failure) {
        // What was read and does not end a line yet is at the start of the space.
        var space = [UInt8](repeating: 0, count: Self.chunkBytes)
        var held = 0
        while true {
            let offset = facts.bytes + UInt64(held)
            if held == space.count { space += [UInt8](repeating: 0, count: space.count) }
            let got = space.withUnsafeMutableBytes {
                RecordedLog.read(descriptor, into: UnsafeMutableRawBufferPointer(rebasing: $0[held...]), at: offset)
            }
            let filled = held + got
            let used = space.withUnsafeBytes { bytes in
                enterLines(UnsafeRawBufferPointer(rebasing: bytes[..<filled]), isLast: got == 0)
            }
            if got == 0 { return }
            held = filled - used
            guard held <= RecordedLog.lineBytesMaximum else {
                throw RecordedLog.Failure(
                    path: path,
                    reason: "line \(facts.lines + 1) is longer than \(RecordedLog.lineBytesMaximum) bytes; is it a log?"
                )
            }
            space.withUnsafeMutableBytes { bytes in
                guard let base = bytes.baseAddress else { return }
                memmove(base, base + used, held)
            }
        }
    }

    /// Enters the lines that end in the bytes; returns how many bytes they are.
    private mutating func enterLines(_ bytes: UnsafeRawBufferPointer, isLast: Bool) -> Int {
        var start = 0
        while start < bytes.count {
            guard let base = bytes.baseAddress else { break }
            let found = memchr(base + start, 0x0A, bytes.count - start).map { UnsafeRawPointer($0) - base }
            guard let end = found ?? (isLast ? bytes.count : nil) else { break }
            enter(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), at: facts.bytes)
            let next = min(end + 1, bytes.count)
            facts.bytes += UInt64(next - start)
            start = next
        }
        return start
    }

    private mutating func enter(_ line: UnsafeRawBufferPointer, at offset: UInt64) {
        if facts.lines % UInt64(RecordedLog.partLines) == 0 { starts.append(offset) }
        let time = AccessLogLine.time(in: line)?.unixSeconds
        if let time, time > latest ?? .min {
            // Lines without a time before the first that has one share its second.
            let first = seconds.isEmpty ? 0 : facts.lines
            seconds.append(RecordedTimes.Second(unixSeconds: time, firstLine: first))
            latest = time
        } else if let time, let latest, time < latest {
            facts.outOfOrder += 1
        }
        if time == nil { facts.untimed += 1 }
        facts.lines += 1
    }
}
