import Foundation
import LoadMetrics
import Reporting

/// What a folder of reports holds, whichever of ours it is.
enum KeptResult {
    case run(RunResult)
    case sweep(SweepResult)
    case capacity(CapacityResult)
    case gate(GateResult)

    /// The files that hold the outcome of a campaign.
    private static let campaignNames = [ReportWriter.gateName, SweepResult.fileName, CapacityResult.fileName]

    /// The files that hold a result, the outcome of a campaign first: its runs lie in folders of their own.
    private static let names = campaignNames + [ReportWriter.resultName]

    /// The file that holds the outcome of the campaign in a folder; nil where there is none.
    static func campaignFile(of folder: String) -> String? {
        campaignNames.map { "\(folder)/\($0)" }.first { FileManager.default.fileExists(atPath: $0) }
    }

    /// What it is, with its article.
    var title: String {
        switch self {
        case .run: "a run"
        case .sweep: "a sweep"
        case .capacity: "a capacity search"
        case .gate: "a gate"
        }
    }

    /// The file of a result: given by itself, or the one that a folder holds.
    static func file(of path: String) throws(CommandFailure) -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandFailure(.usage, "\(path): there is no such folder; give one of a run or a campaign")
        }
        guard isFolder.boolValue else { return path }
        let folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        for name in names where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
            return "\(folder)/\(name)"
        }
        throw CommandFailure(
            .usage,
            "\(path): it holds no result of a run or a campaign (\(names.joined(separator: ", "))); give a folder that "
                + "rafale run, sweep, capacity or gate wrote")
    }

    /// Reads a result; what is wrong with it is one line that names the file.
    static func read(_ path: String) throws(CommandFailure) -> KeptResult {
        let file = try file(of: path)
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw CommandFailure(.usage, "\(file): it cannot be read; check its permissions")
        }
        guard let header = DocumentHeader(json: bytes) else {
            throw CommandFailure(
                .usage, "\(file): not a result of ours: it is not JSON with the keys format and schemaVersion")
        }
        do {
            switch header.format {
            case RunResult.format: return .run(try RunResult(json: bytes))
            case SweepResult.format: return .sweep(try SweepResult(json: bytes))
            case CapacityResult.format: return .capacity(try CapacityResult(json: bytes))
            case GateResult.format: return .gate(try GateResult(json: bytes))
            default:
                throw CommandFailure(
                    .usage, "\(file): not a result of ours: its format is '\(header.format)'")
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.usage, "\(file): \(error)")
        }
    }
}
