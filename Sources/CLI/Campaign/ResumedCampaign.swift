import Foundation
import LoadMetrics
import Scenarios

/// What an option of a command line was given, by the option's name, as `campaign.json` keeps it for who resumes.
struct GivenOptions: Codable, Equatable, Sendable {
    private var values: [String: [String]] = [:]

    /// Takes note of an option; of none that was not given, and of none that holds a password.
    mutating func keep(_ name: String, _ given: [String]) {
        guard !given.isEmpty, given.allSatisfy({ ServerURL($0).redacted == $0 }) else { return }
        values[name] = given
    }

    /// Takes note of an option.
    mutating func keep(_ name: String, _ given: String?) { keep(name, given.map { [$0] } ?? []) }

    /// What the option was given.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// Puts what was given in the place of what is left out now.
    func fill<Value>(_ value: inout Value?, _ name: String, _ read: (String) -> Value?) {
        if value == nil { value = all(name).last.flatMap(read) }
    }

    /// Puts what was given in the place of what is left out now.
    func fill<Value>(_ values: inout [Value], _ name: String, _ read: (String) -> Value?) {
        if values.isEmpty { values = all(name).compactMap(read) }
    }

    /// Of nothing that was given.
    init() {}

    init(from decoder: any Decoder) throws {
        values = try decoder.singleValueContainer().decode([String: [String]].self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }
}

extension CampaignOptions {
    /// What was asked of the campaign that is to be resumed; nil where none is.
    ///
    /// A folder of another kind or of another scenario is refused before anything of it is taken over.
    func earlier(_ kind: CampaignRequest.Kind) throws(CommandFailure) -> CampaignRequest? {
        guard let resume else { return nil }
        let earlier = try CampaignFolder.request(of: resume, for: kind)
        // A scenario that cannot be read is told with its place later.
        if let file = try? scenario.file(), file.scenario.name != earlier.scenario {
            throw CommandFailure(
                .usage,
                "--resume \(resume): it is \(earlier.kind.title) of the scenario '\(earlier.scenario)', not of "
                    + "'\(file.scenario.name)'; name that scenario's file, or start anew without --resume")
        }
        return earlier
    }

    /// Takes what is left out from an earlier request.
    mutating func adopt(_ given: GivenOptions) {
        given.fill(&scenario.broker, "--broker") { $0 }
        given.fill(&scenario.store, "--store") { $0 }
        given.fill(&scenario.overrides, "--set") { $0 }
    }

    /// What was given of the options that all campaigns have.
    var given: GivenOptions {
        var given = GivenOptions()
        given.keep("--broker", scenario.broker)
        given.keep("--store", scenario.store)
        given.keep("--set", scenario.overrides)
        return given
    }

    /// The command that goes on with a campaign: what it leaves out is taken from the folder, but for passwords.
    func resuming(_ kind: CampaignRequest.Kind, in folder: String) -> String {
        var words = [CommandLine.arguments.first ?? "rafale", kind.rawValue, scenario.path, "--resume", folder]
        let secrets =
            [("--broker", scenario.broker), ("--store", scenario.store)].compactMap { name, value in
                value.map { (name, $0) }
            } + scenario.overrides.map { ("--set", $0) }
        for (name, value) in secrets where ServerURL(value).redacted != value {
            words += [name, ServerURL(value).redacted]
        }
        return words.map(Self.quoted).joined(separator: " ")
    }

    /// A word as a shell takes it.
    static func quoted(_ word: String) -> String {
        let plain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-+=:,@%".contains($0)) }
        return plain && !word.isEmpty ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}

extension CampaignRequest.Kind {
    /// What it is, with its article.
    var title: String {
        switch self {
        case .sweep: "a sweep"
        case .capacity: "a capacity search"
        case .gate: "a gate"
        case .chaos: "a chaos campaign"
        }
    }
}
