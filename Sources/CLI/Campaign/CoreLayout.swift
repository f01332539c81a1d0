import AMQPClient
import Foundation
import LoadMetrics
import Scenarios

/// Which cores the roles of a campaign get where the scenario does not say: the generator none of the workers'.
struct CoreLayout: Sendable, Equatable {
    /// The section to set; nil where nothing is pinned.
    var cpus: Scenario.CPUs?
    /// What the reader must know of it; nil where there is nothing to say.
    var note: String?

    /// The layout for a scenario on this machine.
    static func current(_ scenario: Scenario) -> CoreLayout {
        guard scenario.cpus.isEmpty, let allowed = CoreAffinity.allowed() else { return CoreLayout() }
        return CoreLayout(
            cores: groups(allowed), isBrokerEmbedded: scenario.broker.location == .embedded,
            isBrokerHere: isHere(scenario.broker.location),
            hasWorkers: scenario.target == .broker && scenario.consumers == nil)
    }

    /// Nothing pinned, nothing to say.
    init() {}

    /// Deals out whole physical cores, given as the logical ones of each: an eighth to the generator, as much to a broker
    /// of this host, at least one each, and the rest to the workers.
    init(cores groups: [[Int]], isBrokerEmbedded: Bool, isBrokerHere: Bool, hasWorkers: Bool) {
        // Without workers the generator is its own consumer, and there is nobody to keep it from.
        guard hasWorkers else { return }
        let logical = groups.flatMap(\.self)
        let needed = isBrokerHere ? 3 : 2
        let units = groups.count >= needed ? groups : logical.map { [$0] }
        guard units.count >= needed else {
            let roles = isBrokerHere ? "generator, broker and workers" : "generator and workers"
            note =
                "The \(roles) had to share \(logical.count) core\(logical.count == 1 ? "" : "s"): "
                + "what one of them used, the others lacked."
            return
        }
        let share = max(1, units.count / 8)
        let generator = units.prefix(share)
        let broker = units.dropFirst(share).prefix(isBrokerHere ? share : 0)
        let workers = units.dropFirst(share + broker.count)
        var cpus = Scenario.CPUs()
        cpus.generator = generator.flatMap(\.self).sorted()
        // A broker that the run does not start stays where it is; its cores are kept free for it.
        if isBrokerEmbedded { cpus.broker = broker.flatMap(\.self).sorted() }
        cpus.workers = workers.flatMap(\.self).sorted()
        self.cpus = cpus
    }

    /// The override that sets the section.
    var override: String? {
        guard let cpus else { return nil }
        let parts = [("generator", cpus.generator), ("broker", cpus.broker), ("workers", cpus.workers)]
        let written = parts.compactMap { name, cores in cores.map { "\(name): '\(CoreAffinity.list($0))'" } }
        return "cpus={\(written.joined(separator: ", "))}"
    }

    /// The section in words, for the campaign's request.
    var words: String { override ?? "not pinned" }

    /// The logical cores of each physical one, as far as the kernel tells.
    private static func groups(_ allowed: [Int]) -> [[Int]] {
        var groups: [[Int]] = []
        var seen: Set<Int> = []
        for core in allowed where !seen.contains(core) {
            let path = "/sys/devices/system/cpu/cpu\(core)/topology/thread_siblings_list"
            let text = (try? String(contentsOfFile: path, encoding: .utf8))?
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let siblings = (text.flatMap(CoreAffinity.cores) ?? [core]).filter(allowed.contains)
            let group = siblings.contains(core) ? siblings : [core]
            seen.formUnion(group)
            groups.append(group)
        }
        return groups
    }

    private static func isHere(_ location: Scenario.BrokerLocation) -> Bool {
        switch location {
        case .embedded: true
        case .servers(let urls):
            urls.contains { url in
                (try? AMQPConfiguration(uri: url.secretText)).map {
                    ["127.0.0.1", "::1", "localhost"].contains($0.host)
                }
                    ?? false
            }
        }
    }
}
