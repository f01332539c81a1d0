import Drivers
import LoadGenerator
import LoadMetrics
import Logging
import PipelineWorker
import Scenarios
import Stores
import TextAnalysis

extension Orchestrator {
    /// Compares what the reference workers left in the store with the books, branch by branch; nil where nobody knows what
    /// must be there.
    ///
    /// `held` are the branches whose collections held rows of the replayed log before.
    func audits(of load: LoadRun, held: Set<String>) async -> [StoreAudit]? {
        guard isAudited else { return nil }
        var audits: [StoreAudit] = []
        for (number, branch) in scenario.branches.enumerated() {
            audits.append(await audit(branch, number, load, isHeld: held.contains(branch.name)))
        }
        return audits
    }

    /// The branches whose collections hold rows of the log that is to be replayed: nobody could tell them from its own.
    func branchesHolding(_ log: RecordedLog?) async -> Set<String> {
        guard isAudited, let log else { return [] }
        var held: Set<String> = []
        for branch in scenario.branches {
            guard let pipeline = try? self.pipeline(of: branch) else { continue }
            do throws(StoreError) {
                if try await holds(log, pipeline) { held.insert(branch.name) }
            } catch {
                // Whoever needs the store says what is the matter with it.
                logger.debug("store not looked into", metadata: ["store": "\(error)"])
            }
        }
        return held
    }

    private func holds(_ log: RecordedLog, _ pipeline: any MessagePipeline) async throws(StoreError) -> Bool {
        let store = try await openStore(pipeline.collection)
        do throws(StoreError) {
            let isHeld = try await RecordedLineWitness.isHeld(log, by: store, pipeline: pipeline)
            await store.close()
            return isHeld
        } catch {
            await store.close()
            throw error
        }
    }

    private func openStore(_ collection: StoreCollection) async throws(StoreError) -> any DocumentStore {
        try await StoreURL(storeText, defaultSQLitePath: folder.storeFile).open(collection, logger: logger)
    }

    private func audit(_ branch: Scenario.Branch, _ number: Int, _ load: LoadRun, isHeld: Bool) async -> StoreAudit {
        let pipeline: any MessagePipeline
        do throws(GeoDatabaseError) {
            pipeline = try self.pipeline(of: branch)
        } catch {
            return StoreAudit(collection: branch.name, failure: "\(error)")
        }
        if isHeld {
            return StoreAudit(
                collection: pipeline.collection.name,
                failure: "it held rows of the replayed log before the run: use an empty database to compare it")
        }
        var rejections = Rejections(load.plan.publisher, pipeline: pipeline)
        var expected = load.expectedDocuments(branch: number) { rejections.contains($0, template: $1) }
        let witness = witness(for: pipeline, load.plan, &expected)
        do throws(StoreError) {
            let store = try await openStore(pipeline.collection)
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
        let made = MadeLineWitness(
            run: plan.publisher.run, templates: plan.publisher.templates, pipeline: pipeline)
        guard let log = plan.publisher.recorded else { return made }
        return RecordedLineWitness(log: log, made: made, pipeline: pipeline, expected: &expected)
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
        case .broker: return startsReferenceWorkers && scenario.consumers == nil
        case .churn: return false
        }
    }
}
