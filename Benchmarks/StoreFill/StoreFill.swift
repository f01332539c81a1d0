// Fills a collection of a store as fast as one worker can, and tells how long it took; Benchmarks/store runs it beside
// LOAD DATA. `StoreFill logs|texts URL ROWS BATCH WRITERS [FILE]`: with a FILE the rows go there, as LOAD DATA reads them.

import Foundation
import Logging
import Stores

/// Rows like those of the pipelines: lines of an access log, which never change, or texts with their versions.
enum Kind: String {
    case logs
    case texts

    var collection: StoreCollection {
        switch self {
        case .logs: StoreCollection(name: "logs", keeps: .first, columns: Self.logColumns)
        case .texts:
            StoreCollection(
                name: "texts",
                columns: [
                    .init("user_id", .integer), .init("text", .text), .init("timestamp", .text),
                    .init("analysis", .json), .init("processed_at", .text),
                ])
        }
    }

    /// 25 of them, as many as a cleaned line has.
    private static let logColumns: [StoreCollection.Column] =
        ["time", "day", "month", "year", "method", "protocol", "path", "file", "extension", "country", "city"].map {
            .init($0, .text)
        } + ["address", "user", "referrer", "agent", "browser", "system", "device"].map { .init($0, .text) }
        + ["status", "bytes", "hour", "minute", "is_robot", "is_mobile"].map { .init($0, .integer) }
        + [.init("seconds", .real)]

    func document(_ number: Int) -> StoreDocument {
        // Spread over the key's range, as digests are.
        let mixed = UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15
        let digits = String(mixed, radix: 16)
        let id = String(repeating: "0", count: 16 - digits.count) + digits
        let values: [StoreValue] =
            switch self {
            case .logs:
                [
                    "2026-01-31T12:00:\(number % 60)", "31", "01", "2026", "GET", "HTTP/1.1",
                    "/catalogue/product-\(number % 5000)/view", "view-\(number % 300).html", "html", "France", "Lyon",
                    "10.\(number % 250).\(number / 250 % 250).7", "-", "https://www.example.org/search?q=\(number)",
                    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux",
                    "desktop",
                ].map { .text(Array($0.utf8)) }
                    + [200, number % 90_000, 12, number % 60, 0, 0].map { .integer(Int64($0)) } + [.real(0.25)]
            case .texts:
                [
                    .integer(Int64(number)),
                    .text(Array(String(repeating: "Ein Text mit Wörtern, des mots, \(number). ", count: 16).utf8)),
                    .text(Array("2026-01-31T12:00:00.000Z".utf8)),
                    .text(Array(#"{"words":\#(number % 100),"language":"fr","sentences":16}"#.utf8)),
                    .text(Array("2026-01-31T12:00:01.000Z".utf8)),
                ]
            }
        return StoreDocument(id: id + id, values: values)
    }

    /// The same row as a line for LOAD DATA.
    func line(_ number: Int) -> String {
        let document = document(number)
        let values = document.values.map { value in
            switch value {
            case .null: #"\N"#
            case .integer(let number): "\(number)"
            case .real(let number): "\(number)"
            case .text(let bytes), .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
            }
        }
        let version = self == .texts ? ["1", "0"] : []
        return ([document.id] + values + version).joined(separator: "\t") + "\n"
    }
}

@main
struct StoreFill {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 6, let kind = Kind(rawValue: arguments[1]), let rows = Int(arguments[3]),
            let batch = Int(arguments[4]), let writers = Int(arguments[5]), rows > 0, batch > 0, writers > 0
        else {
            print("usage: StoreFill logs|texts URL ROWS BATCH WRITERS [FILE]")
            exit(64)
        }
        if arguments.count > 6 {
            let text = (0..<rows).map(kind.line).joined()
            try text.write(toFile: arguments[6], atomically: false, encoding: .utf8)
        }
        // Not in an argument: it may hold a password.
        let url = ProcessInfo.processInfo.environment[arguments[2]] ?? arguments[2]
        let store = try await StoreURL(url, defaultSQLitePath: "store-fill.sqlite")
            .open(kind.collection, logger: Logger(label: "fill"))
        let documents = (0..<rows).map(kind.document)
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for first in stride(from: writer * batch, to: rows, by: batch * writers) {
                        let operations = documents[first..<min(first + batch, rows)].map {
                            StoreOperation.upsert($0, version: 1)
                        }
                        let outcomes = try await store.apply(operations)
                        precondition(outcomes.allSatisfy { $0 == .upserted })
                    }
                }
            }
            try await group.waitForAll()
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print(String(format: "%.3f", seconds))
        await store.close()
    }
}
