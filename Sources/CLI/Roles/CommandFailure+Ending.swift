import ArgumentParser
import Scenarios

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

extension ScenarioError {
    /// The mistakes as lines for standard error: those in a file begin with their place, as compilers write them, those
    /// of the command line as all other errors do.
    var complaint: String {
        "\(self)".split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("--") ? "rafale: \($0)" : String($0) }.joined(separator: "\n") + "\n"
    }
}
