import Synchronization

/// What a store must hold after a run: of each message that writes a document, whether that must be there.
///
/// ```
///  planner, from the first message on ─► which document ─┐
///  ledger ─► what became of the message ─────────────────┴─► required · forbidden · undecided
/// ```
///
/// A message without an answer leaves its document undecided: it may have taken effect and lost only its result. The
/// delete of a document has the last word, since its version is the later one.
package struct ExpectedDocuments: Sendable {
    /// What became of a message, as far as its effect goes.
    package enum Fate: Sendable {
        /// It took effect.
        case processed
        /// It took none: refused, not routed or not sent.
        case refused
        /// Nobody can say.
        case unknown
    }

    /// Whether a document must be in the store.
    package enum Presence: UInt8, Sendable {
        case forbidden
        case required
        case undecided
    }

    /// By the number of the message that writes the document; a delete's own number is forbidden.
    package private(set) var presences: [Presence]
    /// The template each message was made from.
    package private(set) var templates: [UInt32]

    /// Plays the planner again for `count` messages and asks what became of each.
    package init(kinds: [MessagePlanner.Kind], seed: UInt64, count: Int, fate: (UInt64) -> Fate) {
        var planner = MessagePlanner(kinds: kinds, seed: seed)
        let deletes = kinds.filter(\.deletes).map(\.templates)
        presences = []
        presences.reserveCapacity(count)
        templates = []
        templates.reserveCapacity(count)
        for sequence in 0..<UInt64(count) {
            let plan = planner.next()
            let fate = fate(sequence)
            templates.append(plan.template)
            if deletes.contains(where: { $0.contains(Int(plan.template)) }) {
                presences.append(.forbidden)
                enterDelete(of: Int(plan.documentSequence), fate)
            } else {
                let presence: Presence =
                    switch fate {
                    case .processed: .required
                    case .refused: .forbidden
                    case .unknown: .undecided
                    }
                presences.append(presence)
            }
        }
    }

    /// Lets a message's document be that of an earlier one, of the same content: it must be there if either must.
    package mutating func join(_ sequence: Int, to first: Int) {
        switch (presences[first], presences[sequence]) {
        case (.required, _), (_, .forbidden): break
        case (_, let presence): presences[first] = presence
        }
        presences[sequence] = .forbidden
    }

    private mutating func enterDelete(of document: Int, _ fate: Fate) {
        switch fate {
        case .processed: presences[document] = .forbidden
        case .unknown where presences[document] == .required: presences[document] = .undecided
        case .unknown, .refused: break
        }
    }
}

extension Ledger.Marks {
    /// What the message's effect was in a branch.
    package func fate(in branch: Int) -> ExpectedDocuments.Fate {
        let (processed, failed) = (Self.processed(branch), Self.failed(branch))
        if isDisjoint(with: [.published, processed, failed]) { return .refused }
        if isSuperset(of: [processed, failed]) { return .unknown }
        if contains(processed) { return .processed }
        return isDisjoint(with: [failed, .returned]) ? .unknown : .refused
    }
}

extension LoadRun {
    /// What a branch's workers must have stored, by what this run saw of its messages; for the end of a run.
    package func expectedDocuments(branch: Int) -> ExpectedDocuments {
        var count = progress.withLock { $0.spans.map(\.sequences.upperBound).max() ?? 0 }
        while !ledger.marks(of: count).isEmpty { count += 1 }
        return ExpectedDocuments(kinds: plan.kinds, seed: plan.seed, count: Int(count)) {
            ledger.marks(of: $0).fate(in: branch)
        }
    }
}
