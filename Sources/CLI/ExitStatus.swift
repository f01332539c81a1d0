import ArgumentParser

/// How `rafale` ends, for scripts: the numbers of sysexits.h where one fits, and our own from 96 on.
enum ExitStatus: Int32, CaseIterable {
    case success = 0
    case usage = 64
    case badScenario = 65
    case unreachable = 69
    case internalError = 70
    case cannotWriteReport = 73
    case refused = 77
    case precondition = 78
    case regression = 96
    case inconclusive = 97
    case invalidRun = 98
    case thresholdFailed = 99
    case interrupted = 130

    /// What the README's table says.
    var meaning: String {
        switch self {
        case .success: "every threshold holds, the generator being VALID or SUSPECT; a sweep or search has its answer"
        case .usage: "a flag or argument is wrong"
        case .badScenario: "the scenario file is wrong"
        case .unreachable: "the broker or store cannot be reached, a worker does not start, or an address is taken"
        case .internalError: "a fault in rafale itself"
        case .cannotWriteReport: "the report cannot be written"
        case .refused: "credentials or permissions are refused"
        case .precondition:
            "a queue exists with other arguments or holds messages of others, or the store is not one to be used"
        case .regression: "gate: the candidate is worse than the baseline"
        case .inconclusive: "a gate knows neither, or a search was not settled when its probes ran out; it says why"
        case .invalidRun: "the generator could not put the load on: the figures do not count"
        case .thresholdFailed:
            "a threshold does not hold, a fault could not be brought about, no rate held, or chaos lost something"
        case .interrupted: "the run was ended early; its report is complete up to there"
        }
    }

    var code: ExitCode { ExitCode(rawValue) }
}

/// A failure with its exit status: one line for the user that says what to do.
struct CommandFailure: Error, CustomStringConvertible {
    let status: ExitStatus
    let description: String

    init(_ status: ExitStatus, _ description: String) {
        self.status = status
        self.description = description
    }
}
