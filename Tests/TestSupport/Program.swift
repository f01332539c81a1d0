package import Foundation
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// How a program ended, and what it wrote.
package struct ProgramOutcome: Sendable, CustomStringConvertible {
    /// The exit code; nil when a signal ended it.
    package let exitCode: Int32?
    /// The signal that ended it; nil when it exited.
    package let signal: Int32?
    /// All of its standard output.
    package let output: String
    /// All of its standard error.
    package let errors: String

    /// Everything, for a failed expectation's message.
    package var description: String {
        "exit \(exitCode.map(String.init) ?? "-"), signal \(signal.map(String.init) ?? "-")\n"
            + "--- standard output\n\(output)\n--- standard error\n\(errors)"
    }
}

/// A program that runs now: what it wrote so far, and signals.
package struct RunningProgram: Sendable {
    /// Its process id.
    package let processID: Int32
    private let outputFile: URL
    private let errorsFile: URL

    fileprivate init(processID: Int32, outputFile: URL, errorsFile: URL) {
        self.processID = processID
        self.outputFile = outputFile
        self.errorsFile = errorsFile
    }

    /// What it wrote to standard output so far.
    package var output: String { read(outputFile) }
    /// What it wrote to standard error so far.
    package var errors: String { read(errorsFile) }

    /// Waits until either of its outputs holds the text.
    package func waitForText(_ text: String, within limit: Duration = .seconds(30)) async throws {
        _ = try await eventually(within: limit, "'\(text)' in the output, which is\n\(output)\n\(errors)") {
            output.contains(text) || errors.contains(text) ? true : nil
        }
    }

    /// Sends it a signal; false when it is gone.
    @discardableResult
    package func send(signal: Int32) -> Bool { kill(processID, signal) == 0 }

    private func read(_ file: URL) -> String {
        guard let data = try? Data(contentsOf: file) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }
}

/// Runs a program to its end, with no standard input; kills it and throws when it takes longer than the limit.
///
/// Its outputs go to files, so neither a full pipe nor a grandchild that keeps one open can hang the test.
/// The environment is this process's own with the given variables added, or removed where nil. The `during` body runs
/// beside the program: it sends signals and waits for output.
package func run(
    _ executable: URL, _ arguments: [String] = [], environment: [String: String?] = [:],
    in directory: URL = Places.packageRoot, limit: Duration = .seconds(60),
    during: @escaping @Sendable (RunningProgram) async throws -> Void = { _ in }
) async throws -> ProgramOutcome {
    try await withTemporaryDirectory { folder in
        let (outputFile, errorsFile) = (folder.appending(path: "output"), folder.appending(path: "errors"))
        var changes: [Environment.Key: String?] = [:]
        for (name, value) in environment { changes[Environment.Key(rawValue: name) ?? "PATH"] = value }
        let configuration = Configuration(
            executable: .path(FilePath(executable.path)), arguments: Arguments(arguments),
            environment: .inherit.updating(changes), workingDirectory: FilePath(directory.path))
        let start = ContinuousClock.now
        let program = "\(executable.lastPathComponent) \(arguments.joined(separator: " "))"
        let result = try await Subprocess.run(
            configuration, input: .none,
            output: .fileDescriptor(try writable(outputFile), closeAfterSpawningProcess: true),
            error: .fileDescriptor(try writable(errorsFile), closeAfterSpawningProcess: true)
        ) { execution in
            let running = RunningProgram(
                processID: execution.processIdentifier.value, outputFile: outputFile, errorsFile: errorsFile)
            let guardian = Task {
                try await Task.sleep(for: limit)
                running.send(signal: SIGKILL)
            }
            try await during(running)
            return guardian
        }
        result.closureResult.cancel()
        let outcome = ProgramOutcome(
            status: result.terminationStatus, output: try text(of: outputFile), errors: try text(of: errorsFile))
        guard outcome.signal != SIGKILL || ContinuousClock.now < start + limit else {
            throw DeadlineExceeded(what: "the end of \(program); \(outcome)", limit: limit)
        }
        return outcome
    }
}

extension ProgramOutcome {
    fileprivate init(status: TerminationStatus, output: String, errors: String) {
        switch status {
        case .exited(let code): self.init(exitCode: code, signal: nil, output: output, errors: errors)
        case .signaled(let signal): self.init(exitCode: nil, signal: signal, output: output, errors: errors)
        }
    }
}

private func writable(_ file: URL) throws -> FileDescriptor {
    try FileDescriptor.open(
        FilePath(file.path), .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
}

private func text(of file: URL) throws -> String {
    String(decoding: try Data(contentsOf: file), as: UTF8.self)
}
