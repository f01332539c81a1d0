import Foundation
import LoadMetrics
import Scenarios

/// On which cores each role of a run runs, as the scenario's `cpus` section says.
struct CorePinning: Sendable {
    /// What the section asks for.
    let cpus: Scenario.CPUs
    /// The cores that this process may use before anything is pinned; nil where the system does not say.
    let allowed: [Int]?

    /// The program that starts another one on some cores, and becomes it: it comes with util-linux.
    static let starter = "taskset"

    /// Checks the section against the machine.
    init(_ cpus: Scenario.CPUs, allowed: [Int]? = CoreAffinity.allowed()) throws(CommandFailure) {
        self.cpus = cpus
        self.allowed = allowed
        guard !cpus.isEmpty else { return }
        guard let allowed else {
            throw CommandFailure(
                .badScenario, "cpus: this system does not tell which cores there are; remove the section")
        }
        for (role, cores) in [("generator", cpus.generator), ("broker", cpus.broker), ("workers", cpus.workers)] {
            let missing = (cores ?? []).filter { !allowed.contains($0) }
            guard missing.isEmpty else {
                throw CommandFailure(
                    .badScenario,
                    "cpus.\(role): there is no core \(CoreAffinity.list(missing)) to be used here, only "
                        + "\(CoreAffinity.list(allowed)); name some of these")
            }
        }
        guard Self.isStarterThere else {
            throw CommandFailure(
                .badScenario,
                "cpus: pinning needs the program \(Self.starter) (util-linux), which is not on the PATH; install it")
        }
    }

    private static var isStarterThere: Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(starter)")
        }
    }

    /// Pins this process, which is the generator; before its event loops start.
    func pinGenerator() throws(CommandFailure) {
        guard let cores = cpus.generator else { return }
        guard CoreAffinity.pinThisProcess(to: cores) else {
            throw CommandFailure(
                .internalError, "cpus.generator: the system does not pin this process to \(CoreAffinity.list(cores))")
        }
    }

    /// The cores that a role is pinned to; nil where it is not.
    func cores(of role: RunRole) -> [Int]? {
        switch role {
        case .generator: cpus.generator
        case .broker: cpus.broker
        case .worker: cpus.workers
        case .store, .proxy: nil
        }
    }

    /// The cores that a child process is started on; nil where it may keep this process's own.
    ///
    /// A child inherits the cores of who starts it: what is not pinned itself gets back what the generator gave up.
    func coresToStart(_ role: RunRole) -> [Int]? {
        cores(of: role) ?? (cpus.generator == nil ? nil : allowed)
    }

    /// How many cores the generator has.
    var generatorCores: Int { cpus.generator?.count ?? allowed?.count ?? ProcessInfo.processInfo.activeProcessorCount }

    /// What the section asks for in vain, one sentence each.
    func notes(startsBroker: Bool, startsWorkers: Bool) -> [String] {
        var notes: [String] = []
        if cpus.broker != nil, !startsBroker {
            notes.append("cpus.broker pinned nothing: the run did not start the broker.")
        }
        if cpus.workers != nil, !startsWorkers {
            notes.append("cpus.workers pinned nothing: the run did not start workers.")
        }
        return notes
    }
}
