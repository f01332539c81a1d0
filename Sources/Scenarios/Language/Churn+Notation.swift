// How a churn is written, and whether it fits the rest of a scenario.

extension Notation where Value == [Scenario.ChurnEntry] {
    /// One kind, or several with their weights.
    static var churn: Notation {
        let word = Notation<Scenario.ChurnKind>.choice
        let single = Notation(
            form: word.form,
            read: { node, decoding in
                word.read(node, &decoding).map { [Scenario.ChurnEntry(kind: $0, weight: 1)] }
            },
            write: { $0.count == 1 && $0[0].weight == 1 ? word.write($0[0].kind) : nil })
        let mixture = Notation.mixture(
            of: Scenario.ChurnKind.self, { Scenario.ChurnEntry(kind: $0, weight: $1) },
            parts: { ($0.kind, $0.weight) }, summary: \.summary)
        return .either(single: single, structured: mixture).written { !$0.isEmpty }
    }
}

extension Scenario.ChurnKind {
    fileprivate var summary: String {
        switch self {
        case .connections: "TCP connections, logged in."
        case .channels: "Channels of a connection that stays."
        case .queues: "Exclusive queues."
        case .bindings: "Bindings of a queue that stays, to `amq.direct`."
        case .consumers: "Consumers of a queue that stays."
        }
    }
}

extension Scenario {
    /// Reports what contradicts in and around `churn`.
    func checkChurn(_ decoding: inout Decoding) {
        guard decoding.isSound("target", "churn") else { return }
        guard target == .churn else {
            if decoding.isGiven("churn") {
                decoding.report(key: "churn", "means nothing with 'target: \(target.rawValue)'; set 'target: churn'")
            }
            return
        }
        if churn.isEmpty {
            decoding.report(key: "target", "says nothing of what to open and close; add 'churn: connections'")
        }
        let defaults = Scenario()
        let unused = [
            ("mix", mix != defaults.mix), ("text", text != defaults.text), ("payload", payload != defaults.payload),
            ("topology", topology != defaults.topology), ("collector", collector != defaults.collector),
        ]
        for (key, isSet) in unused where isSet {
            decoding.report(key: key, "means nothing where no messages are sent ('target: churn'); remove it")
        }
        if decoding.isSound("workers"), workers.source == .external || workers.count > 0 {
            decoding.report(key: "workers", "have nothing to do where no messages are sent; remove them")
        }
        if decoding.isSound("load"), load.confirmWindow == 0 {
            decoding.report(
                key: "load.confirm_window", "bounds how many operations are under way; set it above 0")
        }
    }
}
