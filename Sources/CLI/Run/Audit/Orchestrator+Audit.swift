import Drivers
import LoadGenerator
import LoadMetrics
import PipelineWorker
import Scenarios
import Stores
import TextAnalysis

extension Orchestrator {
    /// Compares what the reference workers left in the store with the books; nil where nobody knows what must be there.
    func audits(of load: LoadRun) async -> [StoreAudit]? {
        guard isAudited else { return nil }
        let analyses = scenario.target == .broker && scenario.workers.analysis
        let witness = TextWitness(
            run: load.run, templates: load.plan.publisher.templates,
            pipeline: analyses ? TextPipeline(analyzer: TextAnalyzer()) : TextPipeline(analyse: nil))
        var auditor = StoreAuditor(load.expectedDocuments(branch: 0), witness)
        do throws(StoreError) {
            let store = try await StoreURL(storeText, defaultSQLitePath: folder.storeFile)
                .open(witness.collection, logger: logger)
            let audit = await auditor.run(store)
            await store.close()
            return [audit]
        } catch {
            return [StoreAudit(collection: witness.collection.name, failure: error.description)]
        }
    }

    /// Whether documents of the reference pipeline are all that this run has put into the store.
    private var isAudited: Bool {
        // What the branches of other pipelines leave is not known here.
        guard scenario.pipeline == .text, scenario.store.audited, scenario.store.location != .none,
            settings.part == .whole
        else { return false }
        switch scenario.target {
        case .store: return true
        case .broker:
            return settings.startsWorkers && scenario.workers.source == .reference && scenario.workers.count > 0
                && scenario.consumers == nil
        case .churn: return false
        }
    }
}
