package import FoundationEssentials

/// Figures of several runs that later ones are held against, committed as `reports/baselines/NAME.json`.
package struct GateBaseline: VersionedDocument, Equatable {
    package static let format = "rafale-baseline"
    package static let schemaVersion = 1
    package static let title = "a baseline"

    /// Always ``format``.
    package private(set) var format = GateBaseline.format
    /// The version of the keys and their meaning.
    package private(set) var schemaVersion = GateBaseline.schemaVersion

    /// The scenario's name.
    package var scenario: String
    /// Everything the scenario meant, defaults and overrides included, without passwords: other loads do not compare.
    package var effectiveScenario: String
    /// What `--measure` was given, as it was written; nil where it was not, and in files of earlier versions.
    package var measure: String?
    /// When it was measured.
    package var measuredAt: Date
    /// Where it was measured.
    package var machine: MachineFacts
    /// The version of the program.
    package var toolVersion: String
    /// The commit; nil outside of a checkout.
    package var revision: String?
    /// The version of the results that the figures were taken from.
    package var resultVersion: Int
    /// The system under load: `Rafale 0.1.0, embedded`.
    package var broker: String?
    /// The runs with their figures.
    package var runs: [GateRun]

    /// A baseline from its parts.
    package init(
        scenario: String, effectiveScenario: String, measure: String? = nil, measuredAt: Date, machine: MachineFacts,
        toolVersion: String, revision: String? = nil, resultVersion: Int = RunResult.schemaVersion,
        broker: String? = nil, runs: [GateRun]
    ) {
        self.scenario = scenario
        self.effectiveScenario = effectiveScenario
        self.measure = measure
        self.measuredAt = measuredAt
        self.machine = machine
        self.toolVersion = toolVersion
        self.revision = revision
        self.resultVersion = resultVersion
        self.broker = broker
        self.runs = runs
    }
}

extension MachineFacts {
    /// What differs from another machine, of the facts that figures depend on; in words such as `number of cores`.
    package func differences(from other: MachineFacts) -> [MachineDifference] {
        func cores(_ facts: MachineFacts) -> String { "\(facts.usableCores) usable of \(facts.cores)" }
        func limit(_ cores: Double?) -> String { cores.map { "\($0) cores" } ?? "none" }
        func gibibytes(_ bytes: UInt64?) -> String {
            bytes.map { "\((Double($0) / Double(1 << 30) * 10).rounded() / 10) GiB" } ?? "none"
        }
        let facts: [(String, String, String)] = [
            ("processor", cpuModel, other.cpuModel),
            ("architecture", architecture, other.architecture),
            ("cores", cores(self), cores(other)),
            ("CPU limit", limit(cgroupCPULimitCores), limit(other.cgroupCPULimitCores)),
            ("memory", gibibytes(memoryBytes), gibibytes(other.memoryBytes)),
            ("memory limit", gibibytes(cgroupMemoryLimitBytes), gibibytes(other.cgroupMemoryLimitBytes)),
            ("kernel", kernel, other.kernel),
            ("operating system", operatingSystem, other.operatingSystem),
            ("frequency governor", governor ?? "none", other.governor ?? "none"),
            ("clock source", clockSource ?? "none", other.clockSource ?? "none"),
        ]
        return facts.filter { $0.1 != $0.2 }.map { MachineDifference(fact: $0.0, here: $0.1, there: $0.2) }
    }
}

/// One fact in which two machines differ.
package struct MachineDifference: Sendable, Equatable {
    /// Its name, such as `processor`.
    package var fact: String
    /// What it is on this machine.
    package var here: String
    /// What it is on the other one.
    package var there: String
}
