import Foundation
import LoadMetrics

/// The folder that a campaign leaves behind: `reports/steady-sweep-20261121T024849Z/`.
///
///     campaign.json       what was asked, compared when it is resumed, and how long it has been at work
///     runs/<name>/        one folder a run, as `rafale run` leaves it
///     sweep.json, …       the outcome, with what is drawn of it beside it
struct CampaignFolder: Sendable {
    let path: String
    /// What was asked of the campaign, and how long it was at work before it was opened.
    let request: CampaignRequest

    static let requestName = "campaign.json"

    /// Creates the folder of a new campaign below `parent`.
    init(parent: String, request: CampaignRequest, startedAt: Date) throws(CommandFailure) {
        path = try RunFolder.make(
            parent: parent, name: "\(request.scenario)-\(request.kind.rawValue)", startedAt: startedAt)
        var request = request
        request.startedAt = startedAt
        self.request = request
        do {
            try FileManager.default.createDirectory(atPath: runs, withIntermediateDirectories: false)
        } catch {
            throw CommandFailure(.cannotWriteReport, "cannot create \(runs): \(error.localizedDescription)")
        }
        try write(request, as: Self.requestName)
    }

    /// Opens the folder of a campaign that was ended early, for the same request.
    init(resuming path: String, request: CampaignRequest) throws(CommandFailure) {
        self.path = Self.plain(path)
        self.request = try Self.request(of: path, for: request.kind)
        let differences = request.differences(from: self.request)
        guard differences.isEmpty else {
            throw CommandFailure(
                .usage,
                "--resume \(path): \(differences.joined(separator: "; ")); leave out what differs, or start anew "
                    + "without --resume")
        }
    }

    /// What was asked of the campaign in a folder, which must be of this kind.
    static func request(of path: String, for kind: CampaignRequest.Kind) throws(CommandFailure) -> CampaignRequest {
        let file = "\(plain(path))/\(requestName)"
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw CommandFailure(
                .usage, "--resume \(path): there is no \(file); name a folder that `rafale \(kind)` left")
        }
        let earlier: CampaignRequest
        do throws(DocumentError) {
            earlier = try CampaignRequest(json: bytes)
        } catch {
            throw CommandFailure(.usage, "--resume \(path): \(error)")
        }
        guard earlier.kind == kind else {
            throw CommandFailure(
                .usage,
                "--resume \(path): it is \(earlier.kind.title) of the scenario '\(earlier.scenario)', not \(kind.title); "
                    + "name a folder that `rafale \(kind)` left")
        }
        return earlier
    }

    private static func plain(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// The folder with the runs' folders.
    var runs: String { "\(path)/runs" }

    /// The result of a run of this name that came to its end; nil where there is none.
    func finishedRun(named name: String) -> RunLauncher.Finished? {
        let folder = "runs/\(name)"
        guard let bytes = FileManager.default.contents(atPath: "\(path)/\(folder)/result.json"),
            let result = try? RunResult(json: bytes), !result.run.interrupted
        else { return nil }
        return .init(folder: folder, result: result)
    }

    /// Writes a document beside the runs; it appears whole or not at all.
    func write(_ document: some VersionedDocument, as name: String) throws(CommandFailure) {
        do {
            try Data(document.json()).write(to: URL(fileURLWithPath: "\(path)/\(name)"), options: .atomic)
        } catch {
            throw CommandFailure(
                .cannotWriteReport, "cannot write \(path)/\(name): \(error.localizedDescription)")
        }
    }

    // MARK: - The run under way

    /// Where the run under way is, until it has its name.
    private var next: String { "\(runs)/.next" }

    /// An empty folder for a run to be started in; what an earlier one left there is gone.
    func prepareNext() throws(LaunchError) -> String {
        do {
            if FileManager.default.fileExists(atPath: next) { try FileManager.default.removeItem(atPath: next) }
            try FileManager.default.createDirectory(atPath: next, withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite(path: next, reason: error.localizedDescription)
        }
        return next
    }

    /// The folder with a result that the run made; nil where there is none.
    func producedFolder() -> String? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: next)) ?? []
        return names.sorted().map { "\(next)/\($0)" }
            .first { FileManager.default.fileExists(atPath: "\($0)/result.json") }
    }

    /// Gives a run's folder its name; returns its path seen from the campaign's.
    ///
    /// The run's own database is removed: a campaign would fill the disk with them.
    func keep(_ produced: String, log: String, as name: String) throws(LaunchError) -> String {
        let files = FileManager.default
        do {
            let target = "\(runs)/\(name)"
            if files.fileExists(atPath: target) { try files.removeItem(atPath: target) }
            for suffix in ["", "-wal", "-shm"] { try? files.removeItem(atPath: "\(produced)/store.sqlite\(suffix)") }
            try? files.moveItem(atPath: log, toPath: "\(produced)/logs/run.log")
            try files.moveItem(atPath: produced, toPath: target)
            try files.removeItem(atPath: next)
            return "runs/\(name)"
        } catch {
            throw .cannotWrite(path: "\(runs)/\(name)", reason: error.localizedDescription)
        }
    }
}

/// What was asked of a campaign: resuming it must ask for the same.
struct CampaignRequest: VersionedDocument, Equatable {
    static let format = "rafale-campaign"
    static let schemaVersion = 1
    static let title = "the request of a campaign"

    /// What a campaign is for.
    enum Kind: String, Codable, Sendable, CustomStringConvertible {
        case sweep, capacity, gate, chaos
        var description: String { rawValue }
    }

    private(set) var format = CampaignRequest.format
    private(set) var schemaVersion = CampaignRequest.schemaVersion
    let kind: Kind
    /// The scenario's name.
    let scenario: String
    /// Everything the scenario means, defaults and overrides included, without passwords.
    let effectiveScenario: String
    /// The version of the program that runs.
    let toolVersion: String
    /// A digest of that program: another build measures something else.
    let programDigest: String
    /// The options by their names, such as `--repeats`, with their values in words.
    let options: [String: String]
    /// What the command line said, for who resumes without saying it again; nil where an earlier version wrote it.
    let given: GivenOptions?
    /// When its first part began; nil where an earlier version wrote it.
    var startedAt: Date?
    /// How long its parts have been at work, the time between them left out; nil before the first run.
    var workedNanoseconds: Int64?

    init(
        kind: Kind, scenario: String, effectiveScenario: String, toolVersion: String = Rafale.version,
        programDigest: String, options: [String: String], given: GivenOptions? = nil
    ) {
        self.kind = kind
        self.scenario = scenario
        self.effectiveScenario = effectiveScenario
        self.toolVersion = toolVersion
        self.programDigest = programDigest
        self.options = options
        self.given = given
    }

    /// In what it differs from an earlier request of its kind, each in words; empty where it does not.
    func differences(from earlier: CampaignRequest) -> [String] {
        if scenario != earlier.scenario { return ["its scenario is \(earlier.scenario), not \(scenario)"] }
        var differences: [String] = []
        for name in Set(options.keys).union(earlier.options.keys).sorted() where options[name] != earlier.options[name]
        {
            differences.append(
                "\(name) was \(earlier.options[name] ?? "not given"), and now is \(options[name] ?? "not given")")
        }
        if effectiveScenario != earlier.effectiveScenario {
            differences.append(
                "the scenario says something else now: "
                    + Self.lines(effectiveScenario, then: earlier.effectiveScenario))
        }
        if toolVersion != earlier.toolVersion || programDigest != earlier.programDigest {
            differences.append("it was measured with another build of rafale (\(earlier.toolVersion))")
        }
        return differences
    }

    /// The most lines of a scenario that are told.
    private static let toldLines = 5

    /// The lines that differ, in words.
    private static func lines(_ now: String, then: String) -> String {
        func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }
        let changes = lines(now).difference(from: lines(then))
        func quoted(_ lines: [String]) -> String {
            let told = lines.prefix(toldLines).map { "'\($0.trimmingCharacters(in: .whitespaces))'" }
            return told.joined(separator: ", ")
                + (lines.count > toldLines ? " and \(lines.count - toldLines) more lines" : "")
        }
        func text(of change: CollectionDifference<String>.Change) -> String {
            switch change {
            case .insert(_, let line, _), .remove(_, let line, _): line
            }
        }
        let (new, old) = (changes.insertions.map(text), changes.removals.map(text))
        if old.isEmpty { return "\(quoted(new)) was not there" }
        return new.isEmpty ? "\(quoted(old)) is gone" : "\(quoted(new)) was \(quoted(old))"
    }
}
