import ArgumentParser

extension CommandFailure {
    /// Runs a command's work; a failure becomes one line on standard error and its exit status.
    ///
    /// The line begins with `rafale: `, or with the role's name where the command is a role of a run, beside others.
    static func ending(role: String? = nil, _ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch let failure as CommandFailure {
            StandardErrorSink().write("rafale\(role.map { " " + $0 } ?? ""): \(failure.description)\n")
            throw failure.status.code
        }
    }
}
