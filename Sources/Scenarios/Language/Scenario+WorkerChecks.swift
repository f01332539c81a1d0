// Whether the workers fit the rest of a scenario and each other.

extension Scenario {
    /// Reports what contradicts in and around `workers`.
    func checkWorkers(_ decoding: inout Decoding) {
        guard decoding.isSound("workers") else { return }
        switch workers.source {
        case .external: checkExternalWorkers(&decoding)
        case .reference: checkReferenceWorkers(&decoding)
        case .command: checkOwnCommand(&decoding)
        }
        checkCorrelation(&decoding)
    }

    private func checkExternalWorkers(_ decoding: inout Decoding) {
        for key in ["count", "lanes", "prefetch"] + Workers.referenceKeys where decoding.isGiven("workers.\(key)") {
            decoding.report(
                key: "workers.\(key)", "is decided by your own workers; remove it, or 'external: true'")
        }
        for key in ["command"] + Workers.commandKeys where decoding.isGiven("workers.\(key)") {
            decoding.report(
                key: "workers.\(key)",
                "says how the run starts workers, and 'external: true' that they run already; "
                    + "remove one of them")
        }
    }

    private func checkReferenceWorkers(_ decoding: inout Decoding) {
        for key in Workers.commandKeys where decoding.isGiven("workers.\(key)") {
            decoding.report(key: "workers.\(key)", "is for a program of your own; add 'command', or remove it")
        }
    }

    private func checkOwnCommand(_ decoding: inout Decoding) {
        for key in Workers.referenceKeys where decoding.isGiven("workers.\(key)") {
            decoding.report(
                key: "workers.\(key)",
                "is understood by the reference worker only; remove it, or give it to your own as an argument")
        }
        if target != .broker, decoding.isSound("target") {
            decoding.report(
                key: "workers.command", "has nothing to do with 'target: \(target.rawValue)'; remove one of them")
        } else if workers.count == 0 {
            decoding.report(
                key: "workers.command", "never runs where workers.count is 0; give it a count, or remove it")
        }
        let ready = workers.readiness
        if ready.log != nil, ready.after != nil {
            decoding.report(key: "workers.ready", "'log' and 'after' exclude each other; remove one of them")
        }
        if ready.consumers != WorkerReadiness().consumers, ready.sign != .consumers {
            decoding.report(
                key: "workers.ready.consumers", "is not asked where 'log' or 'after' tells; remove one of them")
        }
        if let after = ready.after, decoding.isGiven("workers.ready.within"), ready.within < after {
            decoding.report(key: "workers.ready.within", "is shorter than 'after'; remove it")
        }
        checkVisibleAddress(&decoding)
    }

    /// Reports an address with a password where everybody on the host could read it.
    private func checkVisibleAddress(_ decoding: inout Decoding) {
        let words = workers.command?.words ?? []
        if words.contains(where: { ServerURL($0.text).holdsSecret }) {
            decoding.report(
                key: "workers.command",
                "would show a password to everybody who lists processes; give it to the program in workers.environment")
        }
        var secrets: [(placeholder: WorkerText.Placeholder, owner: String)] = []
        if decoding.isSound("broker"), case .servers(let urls) = broker.location, urls.contains(where: \.holdsSecret) {
            secrets.append((.brokerURL, "broker"))
        }
        if decoding.isSound("store"), case .server(let url) = store.location, url.holdsSecret {
            secrets.append((.storeURL, "store"))
        }
        for secret in secrets where words.contains(where: { $0.parts.contains(.placeholder(secret.placeholder)) }) {
            decoding.report(
                key: "workers.command",
                "{{\(secret.placeholder.rawValue)}} would show the \(secret.owner)'s password to everybody who lists "
                    + "processes; let the program read \(secret.placeholder.variable) from its environment, which is "
                    + "always set")
        }
    }

    private func checkCorrelation(_ decoding: inout Decoding) {
        guard decoding.isSound("collector", "mix", "consumers", "target"), collector.correlation != .header else {
            return
        }
        if workers.source == .reference {
            decoding.report(
                key: "collector.correlate",
                "is for workers of your own; the reference worker echoes the header: remove it, or add workers.command")
        }
        if case .field = collector.correlation, mix.contains(where: { $0.kind == .delete }) {
            decoding.report(
                key: "collector.correlate",
                "the id in a delete's body is that of an older message; use message_id or correlation_id, or remove "
                    + "'mix.delete'")
        }
    }
}

extension ServerURL {
    /// Whether it holds a password, other than that of RabbitMQ's well-known guest.
    package var holdsSecret: Bool { redacted != secretText && !secretText.contains("://guest:guest@") }
}
