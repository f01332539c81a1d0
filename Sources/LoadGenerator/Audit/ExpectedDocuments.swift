import Synchronization

/// What a store must hold after a run: of each message that writes a document, whether that must be there.
///
/// ```
///  schedules, from the first message on ─► which document ─┐
///  ledger ─► what became of the message ───────────────────┴─► required · forbidden · undecided
/// ```
///
/// A dead letter has no effect where its worker rejects it for what it says. The broker dead-letters as well, where a
/// message waited too long, was delivered too often or found no room: a worker may have stored it by then. A message without an answer leaves its document undecided: it may have taken effect and lost only its result. The
/// delete of a document has the last word, since its version is the later one.
package struct ExpectedDocuments: Sendable {
    /// What became of a message, as far as its effect goes.
    package enum Fate: Sendable {
        /// It took effect.
        case processed
        /// It took none: rejected by its worker, not routed or not sent.
        case refused
        /// It was read back from the failed queue, into which its worker or the broker had put it.
        case failed
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

    /// Goes through the messages in the order of their numbers, and asks what became of each.
    ///
    /// `rejects` is asked of those that failed: whether a worker rejects the message of that number and template.
    package init(
        _ messages: some Sequence<MessagePlanner.Plan>, kinds: [MessagePlanner.Kind],
        rejects: (UInt64, Int) -> Bool, fate: (UInt64) -> Fate
    ) {
        let deletes = kinds.filter(\.deletes).map(\.templates)
        presences = []
        templates = []
        for plan in messages {
            let sequence = UInt64(templates.count)
            var fate = fate(sequence)
            if case .failed = fate { fate = rejects(sequence, Int(plan.template)) ? .refused : .unknown }
            templates.append(plan.template)
            if deletes.contains(where: { $0.contains(Int(plan.template)) }) {
                presences.append(.forbidden)
                enterDelete(of: Int(plan.documentSequence), fate)
            } else {
                let presence: Presence =
                    switch fate {
                    case .processed: .required
                    case .refused: .forbidden
                    case .unknown, .failed: .undecided
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
        case .unknown, .failed, .refused: break
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
        return contains(failed) ? .failed : contains(.returned) ? .refused : .unknown
    }

    /// What the message's effect was where the generator writes to the store itself and a commit confirms.
    var fateOfWrite: ExpectedDocuments.Fate {
        isConfirmed ? .processed : isNacked || !contains(.published) ? .refused : .unknown
    }
}

extension LoadRun {
    /// What a branch's workers must have stored, by what this run saw of its messages; for the end of a run.
    ///
    /// `rejects` says whether they reject the message of that number and template.
    package func expectedDocuments(branch: Int, rejects: (UInt64, Int) -> Bool) -> ExpectedDocuments {
        let (spans, schedules) = progress.withLock { ($0.spans, $0.schedules) }
        var count = spans.map(\.sequences.upperBound).max() ?? 0
        while !ledger.marks(of: count).isEmpty { count += 1 }
        let ends = schedules.dropFirst().map(\.firstSequence) + [count]
        let messages = zip(schedules, ends).lazy.flatMap { stretch, end in
            (0..<Int(end - stretch.firstSequence)).lazy.compactMap { stretch.schedule.plan($0) }
        }
        return ExpectedDocuments(messages, kinds: plan.kinds, rejects: rejects) {
            let marks = ledger.marks(of: $0)
            return plan.confirmIsOutcome ? marks.fateOfWrite : marks.fate(in: branch)
        }
    }
}
