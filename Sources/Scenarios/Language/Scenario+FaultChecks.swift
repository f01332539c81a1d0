// Whether the faults fit the rest of a scenario and each other.

extension Scenario {
    /// Reports faults that cannot happen.
    func checkFaults(_ decoding: inout Decoding) {
        checkControls(&decoding)
        guard !faults.isEmpty, decoding.isSound("faults", "phases", "target", "workers", "consumers") else { return }
        if target != .broker {
            decoding.report(
                key: "faults", "'target: \(target.rawValue)' has no pipeline to break; use 'target: broker'")
            return
        }
        for (index, fault) in faults.enumerated() {
            let key = "faults[\(index)]"
            if let first = faults[..<index].firstIndex(where: { $0.name == fault.name }) {
                decoding.report(
                    key: "\(key).name", "'\(fault.name)' is the name of faults[\(first)] already; take another")
            }
            checkTime(fault, key, &decoding)
            if let workers = fault.action.workers { check(workers, of: fault, key, &decoding) }
            if let server = fault.action.server { check(server, of: fault, key, &decoding) }
            if let link = fault.action.link { check(link, of: fault, key, &decoding) }
            checkFilling(fault, key, &decoding)
            checkMalformed(fault, key, &decoding)
            checkOverlap(index, &decoding)
        }
    }

    /// Reports a threshold that speaks of a fault there is not, or not of a fault; whether it was one about faults.
    func checkFault(of threshold: Threshold, _ key: String, _ decoding: inout Decoding) -> Bool {
        guard decoding.isSound("faults") else { return true }
        guard threshold.metric.isOfFaults else {
            guard threshold.fault != nil else { return false }
            decoding.report(
                key: "\(key).fault",
                "\(threshold.metric.rawValue) is no figure of a fault; use faults.recovery and the like")
            return true
        }
        if faults.isEmpty {
            decoding.report(key: key, "\(threshold.metric.rawValue) is not measured without faults; add some")
        } else if threshold.phase != nil {
            decoding.report(key: key, "\(threshold.metric.rawValue) belongs to faults, not to a phase; use 'fault'")
        } else if let name = threshold.fault, !faults.contains(where: { $0.name == name }) {
            decoding.report(
                key: "\(key).fault",
                "\(name.quoted) is no fault; " + NearestName.advice(name, among: faults.map(\.name)))
        }
        return true
    }

    private func checkControls(_ decoding: inout Decoding) {
        guard decoding.isSound("broker", "store") else { return }
        if broker.control != nil, broker.location == .embedded {
            decoding.report(key: "broker.control", "the run controls the embedded broker itself; remove it")
        }
        if store.control != nil, !store.location.isServer {
            decoding.report(key: "store.control", "this store is no server; remove it")
        }
    }

    private func checkTime(_ fault: Fault, _ key: String, _ decoding: inout Decoding) {
        var limit: Duration?
        if let name = fault.phase {
            guard let phase = phases.first(where: { $0.name == name }) else {
                decoding.report(
                    key: "\(key).phase",
                    "\(name.quoted) is no phase; " + NearestName.advice(name, among: phases.map(\.name)))
                return
            }
            if case .duration(let duration) = phase.end { limit = duration }
        } else if let last = phases.last, case .duration(let duration) = last.end {
            limit = start(ofPhase: last.name).map { $0 + duration }
        }
        if let limit, fault.at >= limit {
            let words = Quantity.duration.text(limit.nanosecondsValue)
            decoding.report(
                key: "\(key).at", "the \(fault.phase == nil ? "load" : "phase") is over after \(words); begin earlier")
        }
    }

    private func check(_ workers: FaultWorkers, of fault: Fault, _ key: String, _ decoding: inout Decoding) {
        let kind = fault.action.kind
        let names = workerNames
        guard !names.isEmpty else {
            decoding.report(key: "\(key).\(kind)", "needs workers that the run starts; give workers.count")
            return
        }
        if case .named(let name) = workers, !names.contains(name) {
            decoding.report(
                key: "\(key).\(kind)",
                "\(name.quoted) is no worker of the run; " + NearestName.advice(name, among: names + FaultWorkers.words)
            )
        }
    }

    private func check(_ server: FaultServer, of fault: Fault, _ key: String, _ decoding: inout Decoding) {
        guard decoding.isSound("broker", "store") else { return }
        let kind = "\(key).\(fault.action.kind)"
        switch server {
        case .broker:
            guard broker.location != .embedded, broker.control == nil else { return }
            decoding.report(
                key: kind,
                "the run did not start this broker; say how to control it, such as "
                    + "broker.control: 'server.sh {{action}}'")
        case .store:
            guard store.location.isServer else {
                decoding.report(key: kind, "this store is no server that could be away")
                return
            }
            guard store.control == nil else { return }
            decoding.report(
                key: kind,
                "the run did not start this store; say how to control it, such as store.control: 'server.sh {{action}}'"
            )
        }
    }

    private func check(_ link: FaultLink, of fault: Fault, _ key: String, _ decoding: inout Decoding) {
        guard decoding.isSound("broker", "store") else { return }
        let kind = "\(key).\(fault.action.kind)"
        if link.side != .generator, workers.source == .external {
            decoding.report(
                key: kind, "workers that run already do not pass the run's proxy; use 'link: generator'")
        }
        switch link.server {
        case .broker:
            guard case .servers(let urls) = broker.location else { return }
            if urls.count > 1 {
                decoding.report(key: kind, "the proxy stands before one address; give broker.url one")
            }
            if urls.contains(where: { $0.secretText.lowercased().hasPrefix("amqps") }) {
                decoding.report(
                    key: kind, "a certificate names the broker and not the proxy before it; use an amqp:// address")
            }
        case .store:
            switch store.location {
            case .none, .sqlite: decoding.report(key: kind, "this store is a file: no connection leads to it")
            case .server(let url):
                if let reason = url.reasonAgainstProxy { decoding.report(key: kind, reason) }
            }
            if link.side == .generator {
                decoding.report(key: "\(key).link", "only the workers have connections to the store; remove it")
            }
        }
    }

    private func checkFilling(_ fault: Fault, _ key: String, _ decoding: inout Decoding) {
        guard case .fill = fault.action, decoding.isSound("topology") else { return }
        if topology.incoming.maxLength == nil {
            decoding.report(
                key: "\(key).fill", "a queue without a limit is never full; give topology.incoming.max_length")
        }
    }

    private func checkMalformed(_ fault: Fault, _ key: String, _ decoding: inout Decoding) {
        guard case .malformed = fault.action else { return }
        if phases.contains(where: \.rate.isClosedLoop) {
            decoding.report(
                key: "\(key).malformed", "a closed loop has no times at which it sends; give every phase a rate")
        }
        if start(of: fault) == nil {
            decoding.report(
                key: "\(key).malformed", "nobody knows beforehand when that is; end the phases before it with 'for'")
        }
    }

    /// Reports two faults that would undo each other.
    private func checkOverlap(_ index: Int, _ decoding: inout Decoding) {
        let fault = faults[index]
        guard let start = start(of: fault) else { return }
        for (other, earlier) in faults[..<index].enumerated() {
            guard let otherStart = self.start(of: earlier), fault.action.excludes(earlier.action) else { continue }
            let (end, otherEnd) = (start + fault.action.length, otherStart + earlier.action.length)
            guard start <= otherEnd, otherStart <= end else { continue }
            decoding.report(
                key: "faults[\(index)]",
                "'\(fault.name)' and '\(earlier.name)' (faults[\(other)]) last at the same time, and the end of one would "
                    + "end the other; let one begin later")
        }
    }
}

extension Scenario.FaultAction {
    /// Whether this and another fault are done to the same thing in the same way.
    fileprivate func excludes(_ other: Scenario.FaultAction) -> Bool {
        if let link, let otherLink = other.link {
            return kind == other.kind && link.server == otherLink.server
                && (link.side == otherLink.side || link.side == .both || otherLink.side == .both)
        }
        if let server, let otherServer = other.server { return server == otherServer }
        if let workers, let otherWorkers = other.workers {
            if workers == .all || otherWorkers == .all { return true }
            // One by chance is one that nothing else happens to, as far as there is one.
            return workers == otherWorkers && workers != .any
        }
        if case .malformed = self, case .malformed = other { return true }
        return false
    }
}

extension Scenario.StoreLocation {
    /// Whether connections lead to it.
    package var isServer: Bool {
        switch self {
        case .none, .sqlite: false
        case .server: true
        }
    }
}
