import ArgumentParser
import Scenarios

/// What the reference worker does with the messages: one branch of a pipeline.
enum WorkerPipeline: String, CaseIterable, ExpressibleByArgument {
    case text
    case dataLake = "data-lake"
    case dataClean = "data-clean"

    /// The queues of the branch in a scenario that names none.
    var usualBranch: Scenario.Branch {
        let (pipeline, number): (Scenario.Pipeline, Int) =
            switch self {
            case .text: (.text, 0)
            case .dataLake: (.weblogs, 0)
            case .dataClean: (.weblogs, 1)
            }
        return pipeline.usualBranches[number]
    }
}
