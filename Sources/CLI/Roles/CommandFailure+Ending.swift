import ArgumentParser
import Drivers
import LoadMetrics
import Reporting
import Scenarios
import Stores

extension CommandFailure {
    /// Runs a command's work; a failure becomes lines on standard error and its exit status.
    ///
    /// A line begins with `rafale: `, or with the role's name where the command is a role of a run, beside others.
    static func ending(role: String? = nil, _ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch let error as ScenarioError {
            StandardErrorSink().write(error.complaint)
            throw ExitStatus.badScenario.code
        } catch {
            guard let failure = CommandFailure(whatEnded: error) else { throw error }
            StandardErrorSink().write("rafale\(role.map { " " + $0 } ?? ""): \(failure.description)\n")
            throw failure.status.code
        }
    }

    /// What an error of any of our parts means to a command that ends with it; nil for those that no user should see.
    init?(whatEnded error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as DriverError: self.init(error)
        case let error as StoreError: self.init(error)
        case let error as LaunchError: self.init(error)
        case let error as ReportWriteError: self.init(.cannotWriteReport, error.description)
        case let error as MergeError: self.init(.usage, error.description)
        default: return nil
        }
    }

    init(_ error: DriverError) {
        let status: ExitStatus =
            switch error.kind {
            case .unreachable: .unreachable
            case .refused: .refused
            case .precondition: .precondition
            case .protocolViolation: .internalError
            case .configuration: .usage
            }
        self.init(status, error.description)
    }

    init(_ error: StoreError) {
        let status: ExitStatus =
            switch error {
            case .unknownScheme, .leftOut, .invalidURL: .usage
            case .unavailable: .unreachable
            case .denied: .refused
            case .permanent: .precondition
            case .closed, .cancelled: .internalError
            }
        self.init(status, error.description)
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
