import ArgumentParser

extension CommandFailure {
    /// Runs a command's work; a failure becomes one line on standard error and its exit status.
    static func ending(_ command: String, _ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch let failure as CommandFailure {
            StandardErrorSink().write("rafale \(command): \(failure.description)\n")
            throw failure.status.code
        }
    }
}
