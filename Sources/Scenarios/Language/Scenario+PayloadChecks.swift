// Whether the opaque messages fit the rest of a scenario.

extension Scenario {
    /// The most that the distinct opaque bodies may take together.
    private static let largestPoolBytes = 268_435_456

    func checkPayload(_ decoding: inout Decoding) {
        guard decoding.isSound("payload", "mix") else { return }
        let isOpaque = mix.contains { $0.kind == .opaque }
        if !isOpaque, payload != Payload() {
            decoding.report(key: "payload", "no message carries it; give 'mix.opaque' a weight, or remove the section")
        }
        // Written out, a scenario names the keys that mean nothing too, with their defaults.
        let defaults = Payload()
        let changed = [
            ("size", payload.sizes != defaults.sizes), ("pool", payload.pool != defaults.pool),
            ("random", payload.random != defaults.random), ("template", !payload.templates.isEmpty),
        ].filter(\.1).map(\.0)
        if !payload.files.isEmpty {
            for key in changed {
                decoding.report(key: "payload.\(key)", "means nothing where files are the bodies; remove one of them")
            }
        } else if !payload.templates.isEmpty {
            let isFilled = payload.templates.contains { $0.parts.contains(.placeholder(.filler)) }
            for key in changed where key == "random" || (key != "template" && !isFilled) {
                decoding.report(
                    key: "payload.\(key)",
                    key == "random"
                        ? "means nothing with 'template'; use {{filler}} in it"
                        : "means nothing without a {{filler}} in 'template'; add one, or remove the key")
            }
        }
        if Double(payload.pool) * Double(payload.longestBytes) > Double(Self.largestPoolBytes) {
            let most = Quantity.size.text(Double(Self.largestPoolBytes))
            decoding.report(
                key: "payload.pool", "distinct bodies × the longest of them must be at most \(most); make it smaller")
        }
        if payload.files.reduce(0, { $0 + $1.bytes.count }) > Self.largestPoolBytes {
            let most = Quantity.size.text(Double(Self.largestPoolBytes))
            decoding.report(key: "payload.files", "hold more than \(most) together; name fewer or smaller ones")
        }
        guard isOpaque, target == .broker, payload.isGenerated, decoding.isSound("workers", "consumers", "target")
        else {
            return
        }
        if workers.source == .reference, workers.count > 0 {
            decoding.report(
                key: "mix.opaque",
                "the reference workers would reject each of these; set workers.count to 0 or workers.external to true, "
                    + "or give workers.command a program of your own")
        }
    }
}

extension Scenario.Payload {
    /// The longest body; of a log-normal length the 95th percentile, for few are longer.
    fileprivate var longestBytes: Int {
        sizes.map { size in
            switch size.length {
            case .fixed(let bytes): bytes
            case .uniform(_, let max): max
            case .lognormal(_, let p95): p95
            }
        }.max() ?? 0
    }
}
