// What no single key can tell: whether the parts of a scenario fit together.

extension Scenario {
    /// Reports every contradiction between keys that were read without a problem.
    func check(_ decoding: inout Decoding) {
        checkPhases(&decoding)
        checkLoad(&decoding)
        checkPayload(&decoding)
        checkLogs(&decoding)
        checkConnection(&decoding)
        checkAnswers(&decoding)
        checkTopology(&decoding)
        checkPipeline(&decoding)
        checkTarget(&decoding)
        checkWorkers(&decoding)
        checkConsumers(&decoding)
        checkChurn(&decoding)
        checkLimits(&decoding)
        checkFaults(&decoding)
        checkThresholds(&decoding)
    }

    private func checkPhases(_ decoding: inout Decoding) {
        guard decoding.isSound("phases") else { return }
        for (index, phase) in phases.enumerated() {
            if let first = phases[..<index].firstIndex(where: { $0.name == phase.name }) {
                decoding.report(
                    key: "phases[\(index)].name",
                    "'\(phase.name)' is the name of phases[\(first)] already; take another")
            }
        }
        if !phases.isEmpty, !phases.contains(where: \.measured) {
            decoding.report(key: "phases", "no phase is measured; remove 'measure: false' from one")
        }
        guard decoding.isSound("arrivals", "load", "workers", "consumers", "target") else { return }
        var release: Saturation.Release?
        for (index, phase) in phases.enumerated() {
            guard case .saturate(let saturation) = phase.rate else { continue }
            let key = "phases[\(index)].rate.saturate"
            if let release, release != saturation.release {
                decoding.report(
                    key: key, "the closed loops of a scenario make room alike; give all of them the same 'until'")
            }
            release = release ?? saturation.release
            if arrivals == .poisson {
                decoding.report(
                    key: key, "a closed loop has no arrivals to spread; use 'arrivals: uniform', or a rate instead")
            }
            switch saturation.release {
            case .processed where target == .broker && !hasOutcomes:
                decoding.report(
                    key: key,
                    "without workers or consumers nothing comes back; use {window: …, until: confirmed}, or workers")
            case .confirmed where target == .broker && load.window == 0:
                decoding.report(
                    key: key, "'until: confirmed' needs confirms; set load.confirm_window above 0")
            default: break
            }
        }
    }

    private func checkLoad(_ decoding: inout Decoding) {
        if decoding.isSound("mix"), mix.contains(where: { $0.kind == .delete }),
            !mix.contains(where: { $0.kind == .update })
        {
            decoding.report(key: "mix", "deletes need documents to delete; give 'update' a weight")
        }
        guard decoding.isSound("load") else { return }
        if load.connections * load.channels > 1_000_000 {
            decoding.report(key: "load.channels", "connections × channels must be at most 1000000")
        }
        for field in load.headers where field.name.lowercased().hasPrefix("x-rafale-") {
            decoding.report(key: "load.headers.\(field.name)", "names with 'x-rafale-' are Rafale's own; take another")
        }
        if let expiration = load.expiration, expiration.components.attoseconds % 1_000_000_000_000_000 != 0 {
            decoding.report(key: "load.expiration", "AMQP knows whole milliseconds only; round it")
        }
    }

    private func checkTarget(_ decoding: inout Decoding) {
        guard target == .store, decoding.isSound("target", "store", "mix") else { return }
        if store.location == .none {
            decoding.report(key: "store.url", "'target: store' needs a store to fill; use sqlite")
        }
        for kind in [MessageKind.malformed, .opaque] where mix.contains(where: { $0.kind == kind }) {
            decoding.report(
                key: "mix.\(kind.rawValue)",
                "a store takes no \(kind.rawValue) messages; remove it, or use 'target: broker'")
        }
    }

    private func checkThresholds(_ decoding: inout Decoding) {
        guard decoding.isSound("thresholds", "phases", "target", "load", "workers", "consumers") else { return }
        for (index, threshold) in thresholds.enumerated() {
            let key = "thresholds[\(index)]"
            var phases = phases.filter(\.measured)
            if let name = threshold.phase {
                phases = self.phases.filter { $0.name == name }
                if phases.isEmpty {
                    decoding.report(
                        key: "\(key).phase",
                        "\(name.quoted) is no phase; " + NearestName.advice(name, among: self.phases.map(\.name)))
                    continue
                }
            }
            if checkFault(of: threshold, key, &decoding) { continue }
            if let reason = unmeasured(threshold, over: phases) {
                decoding.report(key: key, "\(threshold.metric.rawValue) \(reason)")
            }
        }
    }

    /// Why this scenario never measures what a threshold asks for; nil when it does.
    private func unmeasured(_ threshold: Threshold, over phases: [Phase]) -> String? {
        let isClosedLoop = !phases.isEmpty && phases.allSatisfy(\.rate.isClosedLoop)
        let isShare = if case .percent = threshold.bound { true } else { false }
        switch threshold.metric {
        case .scheduleLag, .late:
            return isClosedLoop ? "is not measured in a closed loop, which has no schedule" : nil
        case .throughput where isShare:
            return isClosedLoop ? "has no offered rate to be a share of in a closed loop; compare it with a rate" : nil
        case .confirm, .confirmService, .confirmed, .nacked, .unconfirmed:
            // The store's commit and the end of a churn's operation are confirms, always awaited.
            if target != .broker { return nil }
            return load.window == 0 ? "is not measured without confirms; set load.confirm_window above 0" : nil
        case .returned:
            return load.mandatory && target == .broker ? nil : "is not measured unless load.mandatory is true"
        case .decode, .analyse, .store, .publish:
            if workers.source == .external { return "is not measured with external workers" }
            if workers.source == .command { return "is a stage of the reference worker; your own does not tell it" }
            return hasWorkers ? nil : "is not measured without workers"
        case .cpuPerMillion, .memory, .memoryGrowth:
            guard case .role(let role) = threshold.statistic else { return nil }
            switch role {
            case .generator: return nil
            case .broker:
                return broker.location == .embedded && target != .store
                    ? nil : "of a broker is measured with the embedded one only"
            case .worker:
                return hasWorkers && workers.source != .external
                    ? nil : "of workers is measured with workers of the run only"
            }
        case .queueWait, .service:
            if let consumers, consumers.latency.isZero {
                return "is not measured with consumers that take no time; give consumers.latency a time"
            }
            return hasOutcomes ? nil : "is not measured without workers"
        case .endToEnd, .endToEndService:
            return hasOutcomes ? nil : "is not measured without workers or consumers"
        default: return nil
        }
    }

    private var hasWorkers: Bool {
        target == .broker && (workers.source == .external || workers.count > 0)
    }

    /// Whether what becomes of the messages is seen.
    private var hasOutcomes: Bool { hasWorkers || (target == .broker && consumers != nil) }
}
