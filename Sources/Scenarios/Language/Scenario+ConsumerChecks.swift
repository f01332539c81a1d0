// Whether the generator's own consumers fit the rest of a scenario and each other.

extension Scenario {
    /// Reports what contradicts in and around `consumers`.
    func checkConsumers(_ decoding: inout Decoding) {
        guard let consumers, decoding.isSound("consumers", "workers", "target", "topology") else { return }
        if target != .broker {
            decoding.report(
                key: "consumers", "'target: \(target.rawValue)' has no queue to consume; remove one of them")
        }
        if workers.source == .external || workers.count > 0 {
            decoding.report(
                key: "consumers", "workers and the generator's own consumers exclude each other; remove one of them")
        }
        if consumers.connections * consumers.channels > 100_000 {
            decoding.report(key: "consumers.channels", "connections × channels must be at most 100000")
        }
        if consumers.isExclusive, consumers.connections * consumers.channels > 1 {
            decoding.report(
                key: "consumers.exclusive",
                "only one consumer can have a queue for itself; set connections and channels to 1")
        }
        checkAcknowledgement(consumers, &decoding)
        checkPolling(consumers, &decoding)
        if topology.incoming.kind == .stream { checkStream(consumers, &decoding) }
    }

    /// Reports an end of the run that never comes.
    func checkLimits(_ decoding: inout Decoding) {
        guard decoding.isSound("limits", "topology") else { return }
        if limits.idle != Limits().idle, limits.exitRule != .idle {
            decoding.report(key: "limits.idle", "says how long; add 'exit_when: idle'")
        }
        if limits.exitRule == .empty, topology.incoming.kind == .stream {
            decoding.report(key: "limits.exit_when", "a stream is never empty; use 'idle'")
        }
    }

    private func checkAcknowledgement(_ consumers: Consumers, _ decoding: inout Decoding) {
        let isAutomatic = consumers.acknowledgement == .automatic
        if case .every(let count) = consumers.acknowledgement {
            for (key, bound) in [("prefetch", consumers.prefetch), ("channel_prefetch", consumers.channelPrefetch)]
            where bound > 0 && count > bound {
                decoding.report(
                    key: "consumers.ack.every",
                    "is above consumers.\(key), \(bound): so many are never under way; lower it, or raise the other")
            }
        }
        if isAutomatic {
            for key in ["prefetch", "channel_prefetch"] where decoding.isGiven("consumers.\(key)") {
                decoding.report(key: "consumers.\(key)", "bounds nothing with 'ack: auto'; remove one of them")
            }
            if !consumers.latency.isZero {
                decoding.report(
                    key: "consumers.latency", "delays the ack, which 'ack: auto' has none of; use 'each' or {every: …}")
            }
            if consumers.nackShare > 0 {
                decoding.report(
                    key: "consumers.nack", "nothing can be refused with 'ack: auto'; use 'each' or {every: …}")
            }
        }
        if decoding.isGiven("consumers.requeue"), consumers.nackShare == 0 {
            decoding.report(key: "consumers.requeue", "says what becomes of the refused; give 'nack' a share as well")
        }
        if consumers.nackShare * consumers.requeueShare >= 1 {
            decoding.report(key: "consumers.nack", "every message would go back for ever; lower it, or 'requeue'")
        }
    }

    private func checkPolling(_ consumers: Consumers, _ decoding: inout Decoding) {
        guard consumers.poll != nil else { return }
        for key in ["prefetch", "channel_prefetch", "exclusive", "tag", "arguments"]
        where decoding.isGiven("consumers.\(key)") {
            decoding.report(key: "consumers.\(key)", "means nothing for basic.get; remove it, or 'poll'")
        }
    }

    private func checkStream(_ consumers: Consumers, _ decoding: inout Decoding) {
        if consumers.poll != nil {
            decoding.report(key: "consumers.poll", "a stream knows no basic.get; remove it")
        }
        if consumers.acknowledgement == .automatic {
            decoding.report(key: "consumers.ack", "a stream is read with acks; use 'each' or {every: …}")
        } else if consumers.prefetch == 0 {
            decoding.report(key: "consumers.prefetch", "a stream is read with a bound; set it above 0")
        }
        if consumers.nackShare > 0 {
            decoding.report(key: "consumers.nack", "a stream keeps its messages whatever is refused; remove it")
        }
    }
}
