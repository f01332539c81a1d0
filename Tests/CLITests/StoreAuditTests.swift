import Drivers
import Foundation
import LoadGenerator
import LoadMetrics
import Logging
import NIOCore
import PipelineWorker
import Stores
import Testing
import TextAnalysis

@testable import CLI

/// Stores that were filled by hand, compared with books that say what they must hold.
@Suite("The comparison of a store with the books")
struct StoreAuditTests {
    private static let run = RunID(rawValue: 0xC0FFEE)
    private static let count = 50

    private static func body(_ number: Int) -> [UInt8] {
        Array(
            #"{"id":"0000000000000000000000000","user_id":\#(number),"text":"The text of number \#(number).","#.utf8)
            + Array(#""timestamp":"2026-01-01T00:00:00.000Z","type":"update"}"#.utf8)
    }
    private static let templates = (0..<4).map {
        MessageTemplate(body: body($0), documentIDOffset: nil, timestampOffset: nil, deletes: false)
    }
    private static let pipeline = TextPipeline(analyzer: TextAnalyzer())
    private static let expected = ExpectedDocuments(
        (0..<UInt64(count)).map { MessagePlanner.Plan(template: UInt32($0 % 4), documentSequence: $0) },
        kinds: [.init(weight: 1, templates: 0..<4, deletes: false, updates: true)], rejects: { _, _ in false }
    ) { $0 == 7 ? .refused : $0 == 8 ? .unknown : .processed }

    /// What a worker stores for a message.
    private static func document(_ sequence: UInt64, run: RunID = run) throws -> StoreDocument {
        let template = templates[Int(expected.templates[Int(sequence)])]
        let message = InboundMessage(
            body: .init(bytes: template.body), receivedNanoseconds: 0, token: DeliveryToken(session: 0, number: 0))
        guard case .work(let work) = pipeline.process([message], isStopping: { false })[0].outcome,
            case .upsert(var document, _) = work.operation
        else {
            throw CancellationError()
        }
        document.id = MessageID(run: run, sequence: sequence).description
        return document
    }

    /// Fills a store rightly, does something to it, and compares.
    private func audit(_ change: (any DocumentStore) async throws -> Void = { _ in }) async throws -> StoreAudit {
        let path = FileManager.default.temporaryDirectory.appending(path: "audit-\(UUID().uuidString).sqlite").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = try await StoreURL.sqlite(path: path)
            .open(TextPipeline.collection, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let right = (0..<UInt64(Self.count)).filter { $0 != 7 && $0 != 8 }
        _ = try await store.apply(try right.map { .upsert(try Self.document($0), version: 1) })
        for other in [RunID(rawValue: 0), RunID(rawValue: .max)] {
            _ = try await store.apply([.upsert(try Self.document(1, run: other), version: 1)])
        }
        try await change(store)
        var auditor = StoreAuditor(
            Self.expected, TextWitness(run: Self.run, templates: Self.templates, pipeline: Self.pipeline))
        let audit = await auditor.run(store)
        await store.close()
        return audit
    }

    @Test("finds nothing where all is right, whatever other runs left there")
    func right() async throws {
        let audit = try await audit()
        #expect(audit.agrees && audit.found == 48 && audit.required == 48 && audit.undecided == 1, "\(audit)")
    }

    @Test("takes a document of a message without an answer as it comes")
    func undecided() async throws {
        let audit = try await audit { _ = try await $0.apply([.upsert(try Self.document(8), version: 1)]) }
        #expect(audit.agrees && audit.found == 49, "\(audit)")
    }

    @Test("finds what is missing, should not be there, or holds something else")
    func mismatches() async throws {
        let audit = try await audit { store in
            var altered = try Self.document(20)
            altered.values[1] = .text(Array("something else".utf8))
            var unanalysed = try Self.document(21)
            unanalysed.values[3] = .null
            var timeless = try Self.document(22)
            timeless.values[4] = .text(Array("noon".utf8))
            var never = try Self.document(0)
            never.id = MessageID(run: Self.run, sequence: 1_000_000).description
            _ = try await store.apply([
                .delete(id: try Self.document(10).id, version: 2), .upsert(try Self.document(7), version: 1),
                .upsert(altered, version: 2), .upsert(unanalysed, version: 2), .upsert(timeless, version: 2),
                .upsert(never, version: 1),
            ])
        }
        #expect(!audit.agrees && audit.missing == 1 && audit.unexpected == 2 && audit.wrong == 3, "\(audit)")
        #expect(audit.mismatches == 6 && audit.examples.count == 5)
        #expect(audit.examples.contains { $0.hasSuffix("0000000000000007 must not be there") }, "\(audit.examples)")
    }

    @Test("of a store that cannot be read says so, and agrees to nothing")
    func unreadable() async throws {
        let audit = try await audit { await $0.close() }
        #expect(!audit.agrees && audit.failure?.contains("was closed") == true, "\(audit)")
    }
}
