import LoadGenerator
import Scenarios

/// The faults of a scenario with everything decided that chance decides: the same scenario gives the same plan.
struct FaultPlan: Sendable, Equatable {
    /// A fault, and whom it meets.
    struct Step: Sendable, Equatable {
        var fault: Scenario.Fault
        /// The workers that it happens to, by name.
        var workers: [String]
    }

    /// In the order in which they begin, as far as that is known beforehand.
    private(set) var steps: [Step] = []

    /// The stream of the scenario's seed that decides who is met by chance.
    private static let stream: UInt64 = 7 << 32

    init(_ scenario: Scenario, workers names: [String]) {
        var random = SeededGenerator(seed: scenario.seed, stream: Self.stream)
        let inOrder = scenario.faults.enumerated().sorted { one, other in
            let (first, second) = (scenario.start(of: one.element), scenario.start(of: other.element))
            return (first ?? .seconds(1 << 40), one.offset) < (second ?? .seconds(1 << 40), other.offset)
        }
        for (_, fault) in inOrder {
            var step = Step(fault: fault, workers: [])
            switch fault.action.workers {
            case .named(let name): step.workers = [name]
            case .all: step.workers = names
            case .any:
                // One that nothing else happens to at that time, as long as there is one.
                let busy = steps.filter { Self.meet($0.fault, fault, scenario) }.flatMap(\.workers)
                let free = names.filter { !busy.contains($0) }
                let choice = free.isEmpty ? names : free
                if !choice.isEmpty { step.workers = [choice[random.nextIndex(below: choice.count)]] }
            case nil: break
            }
            steps.append(step)
        }
    }

    /// Whether two faults last at the same time, or nearly: a worker takes a moment to come back.
    private static func meet(_ one: Scenario.Fault, _ other: Scenario.Fault, _ scenario: Scenario) -> Bool {
        guard let start = scenario.start(of: one), let otherStart = scenario.start(of: other) else { return true }
        let margin = Duration.seconds(2)
        return start - margin <= otherStart + other.action.length
            && otherStart - margin <= start + one.action.length
    }
}
