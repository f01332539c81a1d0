import Synchronization
package import TextAnalysis

extension TextPipeline {
    /// A pipeline that analyses as `analyzer` does.
    package init(analyzer: TextAnalyzer, clock: WorkerClock = .system) {
        let scratches = ScratchPool()
        self.init(
            analyse: { text in
                var scratch = scratches.take()
                let json = text.withUnsafeBytes { analyzer.analyzeToJSON($0, scratch: &scratch) }
                scratches.giveBack(scratch)
                return json
            }, clock: clock)
    }
}

/// Working memory for each text that is being analysed: as many as there are lanes, once all have been busy.
private final class ScratchPool: Sendable {
    private let idle = Mutex<[TextScratch]>([])

    func take() -> TextScratch {
        idle.withLock { $0.popLast() } ?? TextScratch()
    }

    func giveBack(_ scratch: TextScratch) {
        idle.withLock { $0.append(scratch) }
    }
}
