import Drivers
import LoadGenerator
import LoadMetrics
import PipelineWorker
import Scenarios
import Stores
import TextAnalysis

extension Orchestrator {
    /// Compares what the reference workers left in the store with the books, branch by branch; nil where nobody knows what
    /// must be there.
    func audits(of load: LoadRun) async -> [StoreAudit]? {
        guard isAudited else { return nil }
        var audits: [StoreAudit] = []
        for (number, branch) in scenario.branches.enumerated() {
            audits.append(await audit(branch, load.expectedDocuments(branch: number), load.plan))
        }
        return audits
    }

    private func audit(
        _ branch: Scenario.Branch, _ expected: ExpectedDocuments, _ plan: LoadPlan
    ) async -> StoreAudit {
        var expected = expected
        let pipeline: any MessagePipeline
        do throws(GeoDatabaseError) {
            pipeline = try self.pipeline(of: branch)
        } catch {
            return StoreAudit(collection: branch.name, failure: "\(error)")
        }
        let witness = witness(for: pipeline, plan, &expected)
        do throws(StoreError) {
            let store = try await StoreURL(storeText, defaultSQLitePath: folder.storeFile)
                .open(pipeline.collection, logger: logger)
            var auditor = StoreAuditor(expected, witness)
            let audit = await auditor.run(store)
            await store.close()
            return audit
        } catch {
            return StoreAudit(collection: pipeline.collection.name, failure: error.description)
        }
    }

    private func witness(
        for pipeline: any MessagePipeline, _ plan: LoadPlan, _ expected: inout ExpectedDocuments
    ) -> any DocumentWitness {
        if let text = pipeline as? TextPipeline {
            return TextWitness(run: plan.publisher.run, templates: plan.publisher.templates, pipeline: text)
        }
        if let log = plan.publisher.recorded {
            return RecordedLineWitness(log: log, pipeline: pipeline, expected: &expected)
        }
        return MadeLineWitness(run: plan.publisher.run, templates: plan.publisher.templates, pipeline: pipeline)
    }

    /// The work of a branch's workers, without what does not change its result.
    private func pipeline(of branch: Scenario.Branch) throws(GeoDatabaseError) -> any MessagePipeline {
        switch WorkerPipeline(rawValue: branch.workerPipeline) {
        case .dataLake: return DataLakePipeline()
        case .dataClean:
            guard let geo = scenario.logs.geo else { return DataCleanPipeline() }
            return DataCleanPipeline(places: try GeoDatabase(path: geo.path))
        case .text where scenario.target == .broker && scenario.workers.analysis:
            return TextPipeline(analyzer: TextAnalyzer())
        case .text, nil: return TextPipeline(analyse: nil)
        }
    }

    /// Whether documents of the reference pipeline are all that this run has put into the store.
    private var isAudited: Bool {
        guard scenario.store.audited, scenario.store.location != .none, settings.part == .whole else { return false }
        switch scenario.target {
        case .store: return scenario.pipeline == .text
        case .broker:
            return settings.startsWorkers && scenario.workers.source == .reference && scenario.workers.count > 0
                && scenario.consumers == nil
        case .churn: return false
        }
    }
}
