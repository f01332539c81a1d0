import Drivers
import Foundation
import LoadGenerator
import LoadMetrics
import Logging
import PipelineWorker
import Stores
import TestSupport
import Testing

@testable import CLI

/// Replayed logs of which some messages were broken on purpose, in stores filled by hand.
@Suite("The comparison of a store with a replayed log")
struct RecordedAuditTests {
    private static let run = RunID(rawValue: 0xC0FFEE)
    private static let pool = AccessLogPool(seed: 1)
    private static let lines = pool.lines.prefix(12).map(\.bytes)
    /// The recorded lines' own, and those of broken messages.
    private static let templates =
        [MessageTemplate(body: [], documentIDOffset: nil, timestampOffset: nil, deletes: false)]
        + pool.malformed.map { body in
            var template = MessageTemplate(
                body: body.bytes, documentIDOffset: body.idOffset, timestampOffset: body.timestampOffset,
                deletes: false)
            template.timestampForm = body.timestampForm
            return template
        }
    /// What was sent in place of lines 3, 5 and 11.
    private static let broken: [UInt64: UInt32] = [3: 1, 5: 9, 11: UInt32(templates.count - 1)]

    /// The log, what was sent of it, and a store.
    private struct Bench {
        let log: RecordedLog
        let publisher: PublisherSettings
        let pipeline: any MessagePipeline
        let store: any DocumentStore

        /// The body of a message as it was sent.
        func body(_ sequence: UInt64) -> [UInt8] {
            guard let template = broken[sequence].map({ templates[Int($0)] }) else { return lines[Int(sequence)] }
            var body = template.body
            if let place = template.documentIDOffset {
                body.replaceSubrange(
                    place..<place + MessageID.byteCount,
                    with: MessageID(run: run, sequence: sequence).description.utf8)
            }
            return body
        }

        /// Stores what workers do of so many messages.
        func fill(_ sequences: Range<UInt64>) async throws {
            let rows = sequences.compactMap { pipeline.document(of: body($0)) }
            _ = try await store.apply(rows.map { .upsert($0, version: 1) })
        }

        func audit() async -> StoreAudit {
            var rejections = Rejections(publisher, pipeline: pipeline)
            var expected = ExpectedDocuments(
                (0..<UInt64(lines.count)).map {
                    MessagePlanner.Plan(template: broken[$0] ?? 0, documentSequence: $0)
                },
                kinds: [.init(weight: 1, templates: 0..<1, deletes: false, updates: false)],
                rejects: { rejections.contains($0, template: $1) }
            ) { pipeline.rejects(body($0)) ? .failed : .processed }
            let made = MadeLineWitness(run: run, templates: templates, pipeline: pipeline)
            let witness = RecordedLineWitness(log: log, made: made, pipeline: pipeline, expected: &expected)
            var auditor = StoreAuditor(expected, witness)
            return await auditor.run(store)
        }
    }

    private func withBench(_ pipeline: any MessagePipeline, _ body: (Bench) async throws -> Void) async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending(path: "access.log").path
            try Data(Self.lines.joined(separator: [0x0A])).write(to: URL(filePath: path))
            let log = try RecordedLog(path: path, loops: false)
            var publisher = PublisherSettings(
                run: Self.run, exchange: "", routingKey: "", templates: Self.templates, channels: 1)
            publisher.recorded = log
            let store = try await StoreURL.sqlite(path: folder.appending(path: "store.sqlite").path)
                .open(pipeline.collection, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            try await body(Bench(log: log, publisher: publisher, pipeline: pipeline, store: store))
            await store.close()
        }
    }

    @Test("knows the messages that were broken in place of their lines, where they are kept")
    func lake() async throws {
        try await withBench(DataLakePipeline()) { bench in
            try await bench.fill(0..<12)
            let audit = await bench.audit()
            #expect(audit.agrees && audit.required == 12 && audit.found == 12, "\(audit)")
        }
    }

    @Test("and where they are rejected")
    func clean() async throws {
        try await withBench(DataCleanPipeline()) { bench in
            try await bench.fill(0..<12)
            let audit = await bench.audit()
            #expect(audit.agrees && audit.required == 9 && audit.found == 9 && audit.undecided == 0, "\(audit)")
        }
    }

    @Test("misses both kinds")
    func missing() async throws {
        try await withBench(DataLakePipeline()) { bench in
            try await bench.fill(0..<3)
            try await bench.fill(4..<11)
            let audit = await bench.audit()
            #expect(audit.missing == 2 && audit.unexpected == 0 && audit.wrong == 0, "\(audit)")
            #expect(audit.examples.allSatisfy { $0.hasPrefix("rid=") }, "\(audit.examples)")
        }
    }

    @Test("is not made on rows of an earlier replay, which are found whatever else is there")
    func held() async throws {
        try await withBench(DataCleanPipeline()) { bench in
            func isHeld() async throws -> Bool {
                try await RecordedLineWitness.isHeld(bench.log, by: bench.store, pipeline: bench.pipeline)
            }
            #expect(try await !isHeld())
            let others = Self.pool.lines.dropFirst(100).prefix(50).compactMap { bench.pipeline.document(of: $0.bytes) }
            _ = try await bench.store.apply(others.map { .upsert($0, version: 1) })
            #expect(try await !isHeld())
            try await bench.fill(7..<8)
            #expect(try await isHeld())
        }
    }
}
