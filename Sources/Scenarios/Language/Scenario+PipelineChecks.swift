// What the pipeline decides where the scenario does not, and whether the rest fits it.

extension Scenario {
    /// Fills in what depends on the pipeline and is not given.
    mutating func takePipelineDefaults(_ decoding: Decoding) {
        if pipeline == .weblogs, target == .broker, decoding.isSound("pipeline", "mix", "load") {
            if !decoding.isGiven("mix") { mix = [MixEntry(kind: .line, weight: 1)] }
            if !decoding.isGiven("load.properties.content_type") { load.properties.contentType = "text/plain" }
        }
        guard pipeline != .text, target == .broker, decoding.isSound("pipeline", "target", "topology") else { return }
        let defaults = pipeline.topology
        // Whoever names an exchange of their own says how it routes, too.
        if !decoding.isGiven("topology.exchange.name") {
            topology.exchange.name = defaults.exchange.name
            if !decoding.isGiven("topology.exchange.type") { topology.exchange.kind = defaults.exchange.kind }
        }
        if !decoding.isGiven("topology.exchange.routing_key"), !topology.exchange.name.isEmpty,
            topology.bindings == nil, load.routingKeys == nil
        {
            topology.exchange.routingKey = defaults.exchange.routingKey
        }
        for (key, path) in Self.queues where !decoding.isNamed("topology.\(key)") {
            topology[keyPath: path].name = defaults[keyPath: path].name
        }
    }

    private static let queues: [(key: String, path: any WritableKeyPath<Topology, Queue> & Sendable)] = [
        ("incoming", \.incoming), ("processed", \.processed), ("failed", \.failed),
    ]

    /// Reports what a pipeline of several branches cannot have.
    func checkPipeline(_ decoding: inout Decoding) {
        guard decoding.isSound("pipeline", "target", "topology", "workers", "load") else { return }
        guard pipeline.branchCount > 1 else { return }
        guard target == .broker else {
            decoding.report(
                key: "pipeline",
                "has nothing to do with 'target: \(target.rawValue)', which publishes nothing; remove one of them")
            return
        }
        checkBranchQueues(&decoding)
        checkBranchRoutes(&decoding)
        let defaults = Workers()
        // Written out, a scenario names the keys that mean nothing too, with their defaults.
        for (key, isChanged) in [
            ("analysis", workers.analysis != defaults.analysis),
            ("cost_factor", workers.costFactor != defaults.costFactor),
        ] where isChanged {
            decoding.report(key: "workers.\(key)", "is about texts; remove it, or 'pipeline: \(pipeline.rawValue)'")
        }
    }

    private func checkBranchQueues(_ decoding: inout Decoding) {
        if topology.incoming.count > 1 {
            decoding.report(
                key: "topology.incoming.count", "each branch of '\(pipeline.rawValue)' has one queue; remove the key")
        }
        for (key, path) in Self.queues {
            for name in pipeline.branchNames where topology[keyPath: path].name.utf8.count + name.utf8.count + 1 > 255 {
                decoding.report(
                    key: "topology.\(key)", "is longer than 255 bytes with the branch's name '-\(name)' behind it")
            }
        }
    }

    /// Reports routes by which a message would not reach every branch.
    private func checkBranchRoutes(_ decoding: inout Decoding) {
        let exchange = topology.exchange
        guard !exchange.name.isEmpty else {
            decoding.report(
                key: "topology.exchange",
                "the default exchange takes each message to one queue, and '\(pipeline.rawValue)' has "
                    + "\(pipeline.branchCount); name one in topology.exchange")
            return
        }
        for (index, binding) in (topology.bindings ?? []).enumerated() where binding.queue != nil {
            decoding.report(
                key: "topology.bindings[\(index)].queue",
                "each message must reach every branch; remove the key, which binds all of them")
        }
        let needsKey = exchange.kind == .direct || exchange.kind == .topic
        guard needsKey, topology.declares, exchange.routingKey == nil else { return }
        if let bindings = topology.bindings {
            for (index, binding) in bindings.enumerated() where binding.key == nil {
                decoding.report(
                    key: "topology.bindings[\(index)].key",
                    "is each queue's name where it is not given, so that a message would reach one branch; give it one")
            }
        } else {
            decoding.report(
                key: "topology.exchange.routing_key",
                "is each queue's name where it is not given, so that a message would reach one branch; give it one")
        }
    }
}

extension Decoding {
    /// Whether a queue that may be written as a name or as a mapping has a name.
    fileprivate func isNamed(_ key: String) -> Bool {
        guard isGiven(key) else { return false }
        return isGiven(key + ".name") || !places.keys.contains { $0.hasPrefix(key + ".") }
    }
}
