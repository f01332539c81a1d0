package import Drivers
package import Scenarios

extension LoadPlan {
    /// The plan of a scenario: the same scenario and seed give the same plan.
    ///
    /// `keepsQueues` says that workers of somebody else consume the run's queues, which then outlive it. Of a part of the
    /// load, `isRunNamed` says that it is one run together with the other part. A scenario that replays a log needs it
    /// opened, as `recording`.
    package init(
        _ scenario: Scenario, run: RunID, purge: Bool, keepsQueues: Bool, part: Part = .whole,
        isRunNamed: Bool = false, recording log: RecordedLog? = nil
    ) {
        let recording = log.map { Recording(log: $0, speed: scenario.logs.speed) }
        let keys = scenario.load.keys(seed: scenario.seed, topology: scenario.topology)
        let planned =
            scenario.target == .churn
            ? Self.operations(of: scenario)
            : recording != nil
                ? Self.recordedMessages
                : Self.messages(of: scenario, keys: scenario.load.routing == .message ? keys : [])
        let kinds = planned.1
        var templates = planned.0
        let broken = BrokenStretches(
            scenario, keys: scenario.load.routing == .message ? keys : [], after: &templates)
        let awaitsOutcome =
            scenario.target == .broker
            && (scenario.workers.source == .external || scenario.workers.count > 0 || scenario.consumers != nil)
        var topology = LoadTopology(scenario)
        topology.keepQueues = topology.keepQueues || keepsQueues
        topology.isSelfConsumed = scenario.consumers != nil
        topology.readsOutcomes = awaitsOutcome && scenario.consumers == nil
        var publisher = PublisherSettings(
            run: run, exchange: topology.exchange, routingKey: keys.first ?? "", templates: templates,
            channels: scenario.target == .store ? 1 : scenario.load.channels, confirms: scenario.load.window > 0,
            mandatory: scenario.load.mandatory)
        publisher.properties = FixedProperties(scenario.load)
        publisher.transactionSize = scenario.load.transactions
        publisher.recorded = recording?.log
        // A store's commit is its confirm: it is always awaited.
        let confirmWindow =
            scenario.target == .store ? max(scenario.load.confirmWindow, 1000) : scenario.load.window
        self.init(
            seed: scenario.seed, spacing: scenario.arrivals == .poisson ? .poisson : .uniform,
            phases: scenario.phases.map(Phase.init), kinds: kinds, topology: topology, publisher: publisher,
            connections: scenario.load.connections, confirmWindow: confirmWindow,
            pacing: scenario.pacing == .spin ? .spin : .timer,
            collectors: !topology.roles.contains(.failed) || !awaitsOutcome
                ? 0 : scenario.consumers == nil ? scenario.collector.connections : 1,
            collectorPrefetch: scenario.collector.prefetch, awaitsOutcome: awaitsOutcome,
            confirmIsOutcome: scenario.target != .broker,
            scheduleDebtNanoseconds: scenario.limits.scheduleDebt.wholeNanoseconds, drain: scenario.drain,
            purge: purge)
        self.recording = recording
        consumers = scenario.consumers?.settings(run: run, seed: scenario.seed, declares: topology.declares) ?? []
        if scenario.load.routing == .connection { connectionKeys = keys }
        self.broken = broken
        sharesClock = !keepsQueues && scenario.workers.source != .external
        correlation = CollectorSettings.Correlation(scenario.collector.correlation)
        keepsIntendedTimes = part == .whole && awaitsOutcome && scenario.workers.source != .reference
        // In queues that others may share a message without an identity could be anybody's.
        countsUncorrelated = !keepsQueues && scenario.workers.source == .command
        confirmTimeoutNanoseconds = scenario.load.confirmTimeout?.wholeNanoseconds ?? .max
        startInterval = scenario.load.startInterval
        startJitter = scenario.load.startJitter
        switch scenario.limits.exitRule {
        case .empty: exitRule = .empty
        case .idle: exitRule = .idle(nanoseconds: scenario.limits.idle.wholeNanoseconds)
        case nil: break
        }
        switch part {
        case .whole: break
        case .publishing: becomePublishing()
        case .consuming: becomeConsuming(scenario, isRunNamed: isRunNamed)
        }
    }

    /// A template without a body for each kind of churn, in the scenario's order.
    private static func operations(of scenario: Scenario) -> ([MessageTemplate], [MessagePlanner.Kind]) {
        let template = MessageTemplate(body: [], documentIDOffset: nil, timestampOffset: nil, deletes: false)
        let kinds = scenario.churn.enumerated().map { index, entry in
            MessagePlanner.Kind(
                weight: entry.weight, templates: index..<index + 1, deletes: false, updates: true)
        }
        return (Array(repeating: template, count: kinds.count), kinds)
    }

    /// One template, whose body each message replaces by its own line.
    private static var recordedMessages: ([MessageTemplate], [MessagePlanner.Kind]) {
        let template = MessageTemplate(body: [], documentIDOffset: nil, timestampOffset: nil, deletes: false)
        return ([template], [MessagePlanner.Kind(weight: 1, templates: 0..<1, deletes: false, updates: false)])
    }

    /// The templates of the mix's kinds, one kind behind the other, and where each begins.
    ///
    /// Of several routing keys each template has one.
    private static func messages(
        of scenario: Scenario, keys: [String]
    ) -> ([MessageTemplate], [MessagePlanner.Kind]) {
        let isOfLogs = scenario.pipeline == .weblogs || scenario.mix.contains { $0.kind == .line }
        let lines = isOfLogs ? AccessLogPool(seed: scenario.seed, logs: scenario.logs) : nil
        let needsTexts = scenario.mix.contains { entry in
            entry.kind != .opaque && (lines?.templates(entry.kind) ?? []).isEmpty
        }
        let texts = needsTexts ? BodyPool(seed: scenario.seed, text: scenario.text) : nil
        var templates: [MessageTemplate] = []
        var kinds: [MessagePlanner.Kind] = []
        func add(_ bodies: [BodyTemplate], of entry: Scenario.MixEntry, weight: Double) {
            let first = templates.count
            templates += KeyedBodies(bodies: bodies.count, keys: keys.count).pairs.map { pair in
                MessageTemplate(
                    bodies[pair.body], deletes: entry.kind == .delete, routingKey: pair.key.map { keys[$0] })
            }
            kinds.append(
                MessagePlanner.Kind(
                    weight: weight, templates: first..<templates.count, deletes: entry.kind == .delete,
                    updates: entry.kind == .update))
        }
        for entry in scenario.mix {
            if entry.kind == .opaque {
                let pool = PayloadPool(seed: scenario.seed, payload: scenario.payload)
                for group in pool.groups { add(group.bodies, of: entry, weight: entry.weight * group.share) }
            } else if let lines, !lines.templates(entry.kind).isEmpty {
                add(lines.templates(entry.kind), of: entry, weight: entry.weight)
            } else if let texts {
                add(texts.templates(entry.kind), of: entry, weight: entry.weight)
            }
        }
        return (templates, kinds)
    }
}

extension MessageTemplate {
    fileprivate init(_ body: BodyTemplate, deletes: Bool, routingKey: String?) {
        self.init(
            body: body.bytes, documentIDOffset: body.idOffset, timestampOffset: body.timestampOffset, deletes: deletes,
            routingKey: routingKey)
        timestampForm = body.timestampForm
    }
}

extension BrokenStretches {
    /// The stretches of a scenario's faults; their messages' templates are put behind the others.
    fileprivate init(_ scenario: Scenario, keys: [String], after templates: inout [MessageTemplate]) {
        let stretches: [Stretch] = scenario.faults.compactMap { fault in
            guard case .malformed(let share, let time) = fault.action, let start = scenario.start(of: fault) else {
                return nil
            }
            return Stretch(
                nanoseconds: start.wholeNanoseconds..<(start + time).wholeNanoseconds, share: share)
        }
        guard !stretches.isEmpty else {
            self.init()
            return
        }
        let first = templates.count
        let bodies =
            scenario.pipeline == .weblogs
            ? AccessLogPool(seed: scenario.seed, logs: scenario.logs).malformed
            : BodyPool(seed: scenario.seed, text: scenario.text).malformed
        templates += KeyedBodies(bodies: bodies.count, keys: keys.count).pairs.map { pair in
            MessageTemplate(bodies[pair.body], deletes: false, routingKey: pair.key.map { keys[$0] })
        }
        self.init(stretches, templates: first..<templates.count, seed: scenario.seed)
    }
}

extension LoadPlan.Phase {
    fileprivate init(_ phase: Scenario.Phase) {
        let end: ArrivalSequence.End =
            switch phase.end {
            case .duration(let duration): .after(seconds: duration.seconds)
            case .count(let count): .count(count)
            }
        self.init(name: phase.name, shape: Shape(phase.rate), end: end, measured: phase.measured)
    }
}

extension LoadPlan.Phase.Shape {
    fileprivate init(_ rate: Scenario.RateShape) {
        switch rate {
        case .constant(let rate): self = .open(.constant(rate))
        case .ramp(let from, let to, let over): self = .open(.linear(from: from, to: to, over: over.seconds))
        case .steps(let rates, let each): self = .open(.steps(rates, each: each.seconds))
        case .sine(let mean, let amplitude, let period):
            self = .open(.sine(mean: mean, amplitude: amplitude, period: period.seconds))
        case .burst(let low, let high, let period, let duty):
            self = .open(.burst(low: low, high: high, period: period.seconds, duty: duty))
        case .saturate(let saturation):
            self = .closed(window: saturation.window, releasesOnConfirm: saturation.release == .confirmed)
        case .original: self = .recorded
        }
    }
}

extension LoadTopology {
    fileprivate init(_ scenario: Scenario) {
        let topology = scenario.topology
        let branches = scenario.branches
        func queue(_ queue: Scenario.Queue, _ name: String) -> QueuePlan {
            var plan = QueuePlan(queue)
            plan.name = name
            return plan
        }
        self.init(
            exchange: topology.exchange.name, exchangeKind: topology.exchange.kind.rawValue,
            exchangeDurable: topology.exchange.durable, exchangeAutoDelete: topology.exchange.autoDelete,
            exchangeArguments: topology.exchange.arguments.map(NamedValue.init),
            bindings: scenario.routes.map { route in
                BindingPlan(
                    queue: route.queue ?? "", key: route.key ?? "", arguments: route.arguments.map(NamedValue.init))
            },
            incoming: branches.flatMap { branch in
                branch.incoming.map { QueuePlan(incoming: topology.incoming, name: $0, failed: branch.failed) }
            },
            processed: branches.map { queue(topology.processed, $0.processed) },
            failed: branches.map { queue(topology.failed, $0.failed) },
            branches: scenario.pipeline.branchNames,
            keepQueues: scenario.workers.source == .external, declares: topology.declares)
    }
}

extension QueuePlan {
    /// A queue that workers consume.
    ///
    /// What a worker rejects arrives in the failed queue of its branch; a scenario that dead-letters elsewhere says so
    /// itself, and a stream keeps everything.
    fileprivate init(incoming queue: Scenario.Queue, name: String, failed: String) {
        self.init(queue)
        self.name = name
        guard kind != .stream, !queue.arguments.contains(where: { $0.name == "x-dead-letter-exchange" }) else { return }
        arguments.append(NamedValue("x-dead-letter-exchange", .string("")))
        arguments.append(NamedValue("x-dead-letter-routing-key", .string(failed)))
    }
}

extension QueuePlan {
    fileprivate init(_ queue: Scenario.Queue) {
        self.init(
            name: queue.name, kind: Kind(queue.kind), durable: queue.durable, autoDelete: queue.autoDelete,
            arguments: queue.declaredArguments.map(NamedValue.init))
    }
}

extension QueuePlan.Kind {
    fileprivate init(_ kind: Scenario.Queue.Kind) {
        switch kind {
        case .classic: self = .classic
        case .quorum: self = .quorum
        case .stream: self = .stream
        }
    }
}

extension FixedProperties {
    fileprivate init(_ load: Scenario.Load) {
        self.init()
        persistent = load.persistent
        priority = load.priority
        expirationMilliseconds = load.expiration.map { UInt64(clamping: $0.wholeNanoseconds / 1_000_000) }
        contentType = load.properties.contentType
        contentEncoding = load.properties.contentEncoding
        type = load.properties.type
        appID = load.properties.appID
        userID = load.properties.userID
        replyTo = load.properties.replyTo
        correlationID = load.properties.correlationID
        timestamp = load.properties.timestamp
        headers = load.headers.map(NamedValue.init)
    }
}

extension NamedValue {
    init(_ field: Scenario.Field) { self.init(field.name, Value(field.value)) }
}

extension NamedValue.Value {
    fileprivate init(_ value: Scenario.FieldValue) {
        switch value {
        case .string(let value): self = .string(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .boolean(let value): self = .boolean(value)
        case .null: self = .null
        case .list(let values): self = .list(values.map(NamedValue.Value.init))
        case .table(let fields): self = .table(fields.map(NamedValue.init))
        }
    }
}

extension Duration {
    /// The duration in nanoseconds, the largest or least representable where it does not fit.
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds > 0 ? .max : .min) : product &+ attoseconds / 1_000_000_000
    }

    /// The duration in seconds, with fractions.
    package var seconds: Double { self / .seconds(1) }
}

extension CollectorSettings.Correlation {
    fileprivate init(_ correlation: Scenario.Correlation) {
        self =
            switch correlation {
            case .header: .properties
            case .messageID: .messageID
            case .correlationID: .correlationID
            case .field(let path): .field(path)
            }
    }
}
