import Foundation
import LoadMetrics
import Synchronization

/// The seconds of a run, in a file while it lasts: a day needs no more memory than a minute, and of a run that is killed
/// its seconds stay.
///
/// Where the file takes no more, the rest is kept in memory: no second is missing from the result.
final class SeriesLog: Sendable {
    private struct State {
        var file: FileHandle?
        /// Seconds that are whole in the file.
        var written = 0
        /// Those after them.
        var kept: [SeriesRow] = []
    }

    private let path: String
    private let state: Mutex<State>

    /// Begins the file.
    init(path: String) {
        self.path = path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        let file = descriptor < 0 ? nil : FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        state = Mutex(State(file: file))
    }

    /// Adds a second.
    func append(_ row: SeriesRow) {
        state.withLock { state in
            do {
                guard let file = state.file else { throw CocoaError(.fileWriteUnknown) }
                try file.write(contentsOf: try JSONEncoder().encode(row) + [UInt8(ascii: "\n")])
                state.written += 1
            } catch {
                state.file = nil
                state.kept.append(row)
            }
        }
    }

    /// All seconds in their order; the file goes.
    func end() throws(CommandFailure) -> [SeriesRow] {
        let (written, kept) = state.withLock { state in
            state.file = nil
            return (state.written, state.kept)
        }
        guard written > 0 else { return kept }
        do {
            let lines = try Data(contentsOf: URL(filePath: path)).split(separator: UInt8(ascii: "\n")).prefix(written)
            let rows = try lines.map { try JSONDecoder().decode(SeriesRow.self, from: $0) }
            guard rows.count == written else { throw CocoaError(.fileReadCorruptFile) }
            try FileManager.default.removeItem(atPath: path)
            return rows + kept
        } catch {
            throw CommandFailure(.cannotWriteReport, "the seconds of the run in \(path) cannot be read back: \(error)")
        }
    }
}
