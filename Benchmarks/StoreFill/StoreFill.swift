// Fills a collection of a store as fast as one worker can, and tells how long it took; Benchmarks/store runs it beside
// LOAD DATA. `StoreFill raw_log|clean_log|texts URL ROWS BATCH WRITERS [FILE]`: with a FILE the rows go there, as LOAD
// DATA reads them. URL is the name of the environment variable that holds it: it has a password.

import Drivers
import Foundation
import LoadGenerator
import Logging
import NIOCore
import PipelineWorker
import Stores
import TextAnalysis

/// What a worker makes of messages as the generator makes them.
enum Rows: String, CaseIterable {
    case rawLog = "raw_log"
    case cleanLog = "clean_log"
    case texts

    var pipeline: any MessagePipeline {
        switch self {
        case .rawLog: DataLakePipeline()
        case .cleanLog: DataCleanPipeline()
        case .texts: TextPipeline(analyzer: TextAnalyzer())
        }
    }

    private var bodies: [BodyTemplate] {
        switch self {
        case .rawLog, .cleanLog: AccessLogPool(seed: 1).lines
        case .texts: BodyPool(seed: 1).updates
        }
    }

    /// What the generator makes is not what the pipeline takes.
    struct Mismatch: Error {}

    /// Writes of as many distinct rows.
    func operations(_ count: Int) throws(Mismatch) -> [StoreOperation] {
        let pipeline = pipeline
        let bodies = bodies
        return try (0..<count).map { number throws(Mismatch) in
            var body = bodies[number % bodies.count]
            guard let place = body.idOffset else { throw Mismatch() }
            let digits = String(number, radix: 16)
            let last = place + BodyTemplate.placeholderID.utf8.count
            body.bytes.replaceSubrange(last - digits.utf8.count..<last, with: digits.utf8)
            let message = InboundMessage(
                body: ByteBuffer(bytes: body.bytes), receivedNanoseconds: 0,
                token: DeliveryToken(session: 0, number: UInt64(number)))
            guard case .work(let work) = pipeline.process([message], isStopping: { false })[0].outcome else {
                throw Mismatch()
            }
            return work.operation
        }
    }
}

extension StoreOperation {
    /// The row as a line for LOAD DATA, with the columns that the store adds.
    fileprivate func line(versioned: Bool) -> [UInt8] {
        guard case .upsert(let document, let version) = self else { return [] }
        var line = Array(document.id.utf8)
        for value in document.values {
            line.append(UInt8(ascii: "\t"))
            switch value {
            case .null: line += #"\N"#.utf8
            case .integer(let number): line += "\(number)".utf8
            case .real(let number): line += "\(number)".utf8
            case .text(let bytes), .bytes(let bytes):
                for byte in bytes {
                    switch byte {
                    case UInt8(ascii: "\t"): line += #"\t"#.utf8
                    case UInt8(ascii: "\n"): line += #"\n"#.utf8
                    case UInt8(ascii: "\\"): line += #"\\"#.utf8
                    default: line.append(byte)
                    }
                }
            }
        }
        return line + (versioned ? "\t\(version)\t0\n" : "\n").utf8
    }
}

@main
struct StoreFill {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 6, let rows = Rows(rawValue: arguments[1]),
            let url = ProcessInfo.processInfo.environment[arguments[2]], let count = Int(arguments[3]),
            let batch = Int(arguments[4]), let writers = Int(arguments[5]), count > 0, batch > 0, writers > 0
        else {
            print(
                "usage: StoreFill \(Rows.allCases.map(\.rawValue).joined(separator: "|")) URL ROWS BATCH WRITERS [FILE]"
            )
            exit(64)
        }
        let collection = rows.pipeline.collection
        let operations = try rows.operations(count)
        if arguments.count > 6 {
            let lines = operations.flatMap { $0.line(versioned: collection.keeps == .latest) }
            try Data(lines).write(to: URL(filePath: arguments[6]))
        }
        let store = try await StoreURL(url, defaultSQLitePath: "store-fill.sqlite")
            .open(collection, logger: Logger(label: "fill"))
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for first in stride(from: writer * batch, to: count, by: batch * writers) {
                        let outcomes = try await store.apply(Array(operations[first..<min(first + batch, count)]))
                        precondition(outcomes.allSatisfy { $0 == .upserted })
                    }
                }
            }
            try await group.waitForAll()
        }
        print(String(format: "%.3f", (ContinuousClock.now - start) / .seconds(1)))
        await store.close()
    }
}
