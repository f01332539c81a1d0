import Testing

@testable import LoadGenerator

@Suite("What a store must hold")
struct ExpectedDocumentsTests {
    typealias Fate = ExpectedDocuments.Fate
    typealias Presence = ExpectedDocuments.Presence

    /// Templates 0 and 1 update, 2 deletes.
    private static let kinds = [
        MessagePlanner.Kind(weight: 2, templates: 0..<2, deletes: false, updates: true),
        MessagePlanner.Kind(weight: 1, templates: 2..<3, deletes: true, updates: false),
    ]

    /// Messages enough for the first deletes, and the first of them with its document.
    private static func firstDelete() -> (delete: UInt64, document: UInt64, count: Int)? {
        var planner = MessagePlanner(kinds: kinds, seed: 1)
        for sequence in UInt64(0)..<2_000 {
            let plan = planner.next()
            if plan.template == 2 { return (sequence, plan.documentSequence, Int(sequence) + 1) }
        }
        return nil
    }

    @Test(
        "follows from what became of the update and of its delete",
        arguments: [
            (Fate.processed, Fate.processed, Presence.forbidden), (.processed, .unknown, .undecided),
            (.processed, .refused, .required), (.unknown, .processed, .forbidden), (.unknown, .unknown, .undecided),
            (.unknown, .refused, .undecided), (.processed, .failed, .undecided), (.failed, .refused, .undecided),
            (.refused, .processed, .forbidden), (.refused, .unknown, .forbidden),
        ])
    func presence(update: Fate, delete: Fate, presence: Presence) throws {
        let first = try #require(Self.firstDelete())
        var planner = MessagePlanner(kinds: Self.kinds, seed: 1)
        let messages = (0..<first.count).map { _ in planner.next() }
        let expected = ExpectedDocuments(messages, kinds: Self.kinds, rejects: { _, _ in false }) { sequence in
            switch sequence {
            case first.document: update
            case first.delete: delete
            default: .processed
            }
        }
        #expect(expected.presences[Int(first.document)] == presence)
        #expect(expected.presences[Int(first.delete)] == .forbidden, "a delete has no document of its own")
        #expect(expected.templates[Int(first.delete)] == 2)
        #expect(expected.presences.count { $0 == .required } >= first.count - 2)
    }

    @Test(
        "what was seen of a message says whether it took effect",
        arguments: [
            (.init([.published, .confirmed, .processed]), Fate.processed),
            (.init([.published, .processed]), .processed), (.init([.published, .confirmed, .failed]), .failed),
            (.init([.published, .returned, .confirmed]), .refused), (.init(), .refused),
            (.published, .unknown), (.init([.published, .confirmed]), .unknown),
            (.init([.published, .nacked]), .unknown), (.init([.published, .processed, .failed]), .unknown),
        ] as [(Ledger.Marks, Fate)])
    func fates(marks: Ledger.Marks, fate: Fate) {
        #expect(marks.fate(in: 0) == fate)
    }

    @Test(
        "where a commit confirms, the broker's word alone says it",
        arguments: [
            (.init([.published, .confirmed]), Fate.processed), (.init([.published, .nacked]), .refused),
            (.init(), .refused), (.published, .unknown), (.init([.published, .writtenOff]), .unknown),
        ] as [(Ledger.Marks, Fate)])
    func fatesOfWrites(marks: Ledger.Marks, fate: Fate) {
        #expect(marks.fateOfWrite == fate)
    }

    @Test("each branch has answers of its own")
    func branches() {
        let marks: Ledger.Marks = [.published, .processed(0), .failed(1)]
        #expect((0..<3).map(marks.fate) == [.processed, .failed, .unknown])
    }

    @Test("a dead letter took no effect where its worker rejects it; one of the broker's may have been stored before")
    func deadLetters() {
        let messages = (0..<4).map { MessagePlanner.Plan(template: $0 < 2 ? 0 : 1, documentSequence: UInt64($0)) }
        var asked: [UInt64] = []
        let expected = ExpectedDocuments(
            messages, kinds: Self.kinds,
            rejects: { sequence, template in
                asked.append(sequence)
                return template == 1
            }
        ) { $0 == 3 ? .processed : .failed }
        #expect(expected.presences == [.undecided, .undecided, .forbidden, .required])
        #expect(asked == [0, 1, 2])
    }
}
