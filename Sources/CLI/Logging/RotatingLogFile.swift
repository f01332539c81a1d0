import Foundation
import Synchronization

/// A log file that is put aside when it is full.
///
/// The files are `worker.log`, `worker.log.1` (the last but one), `worker.log.2` …
///
/// For one process: each process writes a file of its own. A line that cannot be written (disk full, folder gone) is
/// dropped and counted, and the next one that can be says how many there were; logging never stops the work.
final class RotatingLogFile: LogSink {
    /// Why there is no log file.
    struct CannotOpen: Error, CustomStringConvertible {
        let path: String
        let reason: String

        var description: String {
            "cannot open the log file \(path): \(reason); give --log-file a path in a folder that can be written"
        }
    }

    private struct State {
        var descriptor: Int32
        var sizeBytes: Int
        var droppedLines = 0
    }

    private let path: String
    private let bytesMaximum: Int
    private let keep: Int
    private let state: Mutex<State>

    /// Opens the file for appending and creates it and its folder where they are missing.
    ///
    /// It holds at most `bytesMaximum` (or one line, where that is longer); `keep` older ones stay beside it.
    init(path: String, bytesMaximum: Int, keep: Int) throws(CannotOpen) {
        precondition(bytesMaximum > 0 && keep >= 0)
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw CannotOpen(path: path, reason: "its folder cannot be created")
        }
        self.path = path
        self.bytesMaximum = bytesMaximum
        self.keep = keep
        let descriptor = Self.open(path)
        guard descriptor >= 0 else { throw CannotOpen(path: path, reason: String(cString: strerror(errno))) }
        state = Mutex(State(descriptor: descriptor, sizeBytes: Self.size(of: descriptor)))
    }

    deinit {
        state.withLock { state in
            if state.descriptor >= 0 { close(state.descriptor) }
        }
    }

    func write(_ line: String) {
        state.withLock { state in
            if state.sizeBytes > 0, state.sizeBytes + line.utf8.count > bytesMaximum { rotate(&state) }
            if state.descriptor < 0 { state.descriptor = Self.open(path) }
            if state.droppedLines > 0, append("(\(state.droppedLines) log lines could not be written)\n", &state) {
                state.droppedLines = 0
            }
            if !append(line, &state) { state.droppedLines += 1 }
        }
    }

    private func append(_ line: String, _ state: inout State) -> Bool {
        guard state.descriptor >= 0 else { return false }
        var line = line
        let descriptor = state.descriptor
        let written = line.withUTF8 { posixWrite(descriptor, $0.baseAddress, $0.count) }
        if written > 0 { state.sizeBytes += written }
        return written == line.utf8.count
    }

    private func rotate(_ state: inout State) {
        if state.descriptor >= 0 { close(state.descriptor) }
        if keep == 0 {
            unlink(path)
        } else {
            for number in stride(from: keep - 1, through: 1, by: -1) {
                rename("\(path).\(number)", "\(path).\(number + 1)")
            }
            rename(path, "\(path).1")
        }
        state.descriptor = Self.open(path)
        // What could not be put aside is still there, and still full.
        state.sizeBytes = state.descriptor < 0 ? 0 : Self.size(of: state.descriptor)
    }

    private static func open(_ path: String) -> Int32 {
        Foundation.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    }

    private static func size(of descriptor: Int32) -> Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }
}
