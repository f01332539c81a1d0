import FoundationEssentials
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Why a file of snapshots cannot be written.
package enum SnapshotFileError: Error, Equatable, CustomStringConvertible {
    /// The file cannot be created or opened.
    case cannotOpen(path: String, reason: String)
    /// A line cannot be appended.
    case cannotWrite(path: String, reason: String)

    package var description: String {
        switch self {
        case .cannotOpen(let path, let reason):
            "cannot open the statistics file \(path): \(reason); give --stats a path in a folder that can be written"
        case .cannotWrite(let path, let reason): "cannot append to the statistics file \(path): \(reason)"
        }
    }
}

/// Appends snapshots to a file, one JSON line each, whole or not at all; any thread may call it.
package final class SnapshotWriter: Sendable {
    private let path: String
    private let descriptor: Mutex<Int32>

    /// Opens `path` for appending and creates it when missing.
    package init(path: String) throws(SnapshotFileError) {
        let opened = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard opened >= 0 else { throw .cannotOpen(path: path, reason: systemErrorText(errno)) }
        self.path = path
        descriptor = Mutex(opened)
    }

    deinit {
        descriptor.withLock { _ = close($0) }
    }

    /// Appends one line.
    package func append(_ snapshot: RoleSnapshot) throws(SnapshotFileError) {
        let line: [UInt8]
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            line = [UInt8](try encoder.encode(snapshot)) + [UInt8(ascii: "\n")]
        } catch {
            throw .cannotWrite(path: path, reason: "the snapshot has no JSON form: \(error)")
        }
        let failure: Int32? = descriptor.withLock { descriptor in
            var sent = 0
            while sent < line.count {
                let count = line[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                guard count >= 0 else { return errno }
                sent += count
            }
            return nil
        }
        if let failure { throw .cannotWrite(path: path, reason: systemErrorText(failure)) }
    }
}

/// Reads the snapshots that another process appends to a file, as they come.
package struct SnapshotReader: Sendable {
    private let path: String
    private var offset: Int = 0
    private var partial: [UInt8] = []
    /// Lines that were not a snapshot and were passed over.
    package private(set) var unreadableLines = 0

    /// A reader from the beginning of `path`, which need not exist yet.
    package init(path: String) {
        self.path = path
    }

    /// The snapshots appended since the last call; none while the file does not exist.
    package mutating func readNew() -> [RoleSnapshot] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let position = off_t(offset)
            let count = chunk.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, position) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            partial.append(contentsOf: chunk.prefix(count))
            offset += count
        }
        var snapshots: [RoleSnapshot] = []
        guard let last = partial.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        for line in partial[..<last].split(separator: UInt8(ascii: "\n")) {
            if let snapshot = try? JSONDecoder().decode(RoleSnapshot.self, from: Data(line)) {
                snapshots.append(snapshot)
            } else {
                unreadableLines += 1
            }
        }
        partial.removeSubrange(...last)
        return snapshots
    }
}

/// The system's words for an error number, lower case as in the middle of a sentence.
package func systemErrorText(_ number: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
    let words = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return words.prefix(1).lowercased() + words.dropFirst()
}
