extension Scenario {
    /// What is done with the messages, and by how many kinds of worker at once.
    ///
    /// ```
    ///  text      exchange ──► incoming_texts ──► workers ──► processed_texts, failed_texts
    ///
    ///  weblogs             ┌► queue-data-lake ───► workers ──► processed_logs-data-lake, failed_logs-data-lake
    ///            topic ────┤
    ///            exchange  └► queue-data-clean ──► workers ──► processed_logs-data-clean, failed_logs-data-clean
    /// ```
    package enum Pipeline: String, Sendable, CaseIterable {
        /// Texts to analyse and store: each message goes to one worker.
        case text
        /// Access logs: each line goes to the data lake as it is, and to the clean collection in parts.
        case weblogs

        /// The branches' names where a message goes to several; none where it goes to one.
        package var branchNames: [String] {
            switch self {
            case .text: []
            case .weblogs: ["data-lake", "data-clean"]
            }
        }

        /// How many branches answer each message.
        package var branchCount: Int { max(1, branchNames.count) }

        /// The exchange and the queues where the scenario does not say: of several branches the stems of their names.
        package var topology: Topology {
            var topology = Topology()
            guard self == .weblogs else { return topology }
            topology.exchange.name = "topic-exchange-logs"
            topology.exchange.kind = .topic
            topology.exchange.routingKey = "logs"
            topology.incoming.name = "queue"
            topology.processed.name = "processed_logs"
            topology.failed.name = "failed_logs"
            return topology
        }

        /// The branches of a scenario that names no queues, in their order.
        package var usualBranches: [Branch] {
            var scenario = Scenario()
            scenario.pipeline = self
            scenario.topology = topology
            return scenario.branches
        }
    }

    /// One way that each message of a pipeline takes: its own queues and its own workers.
    package struct Branch: Sendable, Equatable {
        /// Its name; empty where the pipeline has but one branch.
        package var name: String
        /// The queues its workers consume: one, unless the pipeline has no other branch.
        package var incoming: [String]
        /// The queue of its workers' results.
        package var processed: String
        /// The queue of what its workers could not process.
        package var failed: String
        /// What `rafale worker --pipeline` calls the work.
        package var workerPipeline: String

        /// The name of one of its workers, by its number from 1.
        package func workerName(_ number: Int) -> String { "\(name.isEmpty ? "worker" : name)-\(number)" }
    }

    /// The branches of the pipeline with the names of their queues; at least one.
    package var branches: [Branch] {
        guard !pipeline.branchNames.isEmpty else {
            return [
                Branch(
                    name: "", incoming: topology.incoming.names, processed: topology.processed.name,
                    failed: topology.failed.name, workerPipeline: pipeline.rawValue)
            ]
        }
        return pipeline.branchNames.map { name in
            Branch(
                name: name, incoming: [topology.incoming.branchName(name)],
                processed: topology.processed.branchName(name), failed: topology.failed.branchName(name),
                workerPipeline: name)
        }
    }

    /// The names of all incoming queues.
    package var incomingNames: [String] { branches.flatMap(\.incoming) }

    /// The routes from the exchange to the incoming queues, all of them; none of the default exchange.
    package var routes: [Binding] { topology.routes(to: incomingNames) }
}

extension Scenario.Queue {
    /// The name of a branch's queue, of which this one's is the stem.
    fileprivate func branchName(_ branch: String) -> String { "\(name)-\(branch)" }
}
