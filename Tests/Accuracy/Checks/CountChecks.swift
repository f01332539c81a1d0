import LoadGenerator
import Statistics

/// Books of runs in which the peer loses, repeats, refuses and returns messages that are known by their numbers.
extension AccuracySuite {
    /// What became of each message, and a connection lost on the way.
    package func counts() async throws -> [AccuracyRow] {
        // Side by side: no count depends on how fast a message was.
        async let fates = everyFate()
        async let blocks = blocks()
        async let losses = losses()
        return try await fates + blocks + losses
    }

    private var phase: String { "phases: [{name: only, rate: 2000/s, count: \(isFull ? 20_000 : 1280)}]" }

    private static let rest = """
        text: {pool: 16, length: 200B}
        drain: 600ms
        """

    /// Every fate of a message, alone and combined with the others, in known shares.
    private func everyFate() async throws -> [AccuracyRow] {
        let fates: [PeerPlan.Fate] = [
            [.acked, .processed], [.acked], [.acked, .processed, .twice], [.acked, .processed, .repeated], [.nacked],
            [.returned, .acked], [], [.acked, .failed], [.processed], [.nacked, .processed], [.acked, .failed, .twice],
            [.acked, .processed, .failed], [.returned, .acked, .processed], [.returned, .nacked],
            [.processed, .twice], [.failed],
        ]
        var plan = PeerPlan()
        plan.confirmDelay = .uniform(milliseconds: 0...3)
        plan.outcomeDelay = .uniform(milliseconds: 0...6)
        plan.fate = { sequence in
            // Half of the messages fare well.
            let draw = Int(SplitMix64.mix(sequence &+ 77) % 32)
            return draw < fates.count ? fates[draw] : fates[0]
        }
        let run = try await KnownRun(
            "\(phase)\nload: {connections: 2, channels: 2, confirm_window: 40000}\n\(Self.rest)", against: plan)
        return run.bookRows("Books: every fate and combination")
    }

    /// Answers for many messages at once.
    private func blocks() async throws -> [AccuracyRow] {
        var plan = PeerPlan()
        plan.answersInBlocksOf = 16
        // Message k goes to connection k mod 2: with 16 to a block, numbers 32 apart share one.
        plan.fate = { sequence in
            switch (sequence / 32) % 4 {
            case 0: [.nacked]
            case 1: [.acked, .processed, .twice]
            default: sequence % 3 == 0 ? [.acked] : [.acked, .processed]
            }
        }
        let run = try await KnownRun(
            "\(phase)\nload: {connections: 2, confirm_window: 40000}\n\(Self.rest)", against: plan)
        return run.bookRows("Books: answers with “multiple”")
    }

    /// A publishing connection that is lost before its answers, and a collector that is lost before its acknowledgements.
    private func losses() async throws -> [AccuracyRow] {
        var plan = PeerPlan()
        plan.confirmDelay = .uniform(milliseconds: 1...10)
        plan.outcomeDelay = .uniform(milliseconds: 1...10)
        plan.publisherLoss = PeerPlan.Loss(afterMessages: isFull ? 3000 : 300)
        plan.collectorLoss = PeerPlan.Loss(afterMessages: isFull ? 9000 : 700)
        plan.fate = { sequence in
            switch sequence % 10 {
            case 0: [.acked]
            case 1: [.acked, .processed, .twice]
            case 2: [.returned, .acked]
            default: [.acked, .processed]
            }
        }
        let run = try await KnownRun(
            "\(phase)\nload: {connections: 2, confirm_window: 40000}\ntext: {pool: 16, length: 200B}\ndrain: 1500ms",
            against: plan)
        let group = "Books: connections lost and recovered"
        return run.bookRows(group) + [
            .exact(group, "connections recovered", truth: 2, reported: run.outcome.recoveries)
        ]
    }
}

extension KnownRun {
    /// The books by what the peer sent, each message in one place: its outcome, or what was said of it, or silence.
    fileprivate func bookRows(_ group: String) -> [AccuracyRow] {
        let phase = outcome.phases[0]
        let books = phase.books
        // Every arrival is sent in the end; some are lost with their connection before the peer reads them.
        let sent = (0..<Int(phase.offered)).map { number in
            number < record.messages.count ? record.messages[number].sent : []
        }
        let open = sent.filter { $0.isDisjoint(with: [.processed, .failed]) }
        let silent = open.filter { !$0.contains(.returned) && !$0.contains(.nacked) }
        let duplicated = sent.count { $0.contains(.twice) || $0.isSuperset(of: [.processed, .failed]) }
        let rows: [(String, Int, UInt64)] = [
            ("published", sent.count, books.published),
            ("confirmed", sent.count { $0.contains(.acked) }, books.confirmed),
            ("processed", sent.count { $0.contains(.processed) }, books.processed),
            ("failed", sent.count { $0.contains(.failed) && !$0.contains(.processed) }, books.failed),
            ("duplicated", duplicated, books.duplicated),
            ("returned", open.count { $0.contains(.returned) }, books.returned),
            ("nacked", open.count { $0.contains(.nacked) && !$0.contains(.returned) }, books.nacked),
            ("unconfirmed", silent.count { !$0.contains(.acked) }, books.unconfirmed),
            ("lost", silent.count { $0.contains(.acked) }, books.missing),
            ("never sent", 0, books.notSent),
            ("unexplained", 0, outcome.unexplained),
        ]
        return rows.map { .exact(group, $0.0, truth: $0.1, reported: $0.2) }
    }
}
