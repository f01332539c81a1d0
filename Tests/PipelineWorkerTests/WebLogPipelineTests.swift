import Drivers
import Foundation
import NIOCore
import Stores
import Synchronization
import TestSupport
import Testing

@testable import PipelineWorker

@Suite("The pipelines of web logs")
struct WebLogPipelineTests {
    private static let line =
        #"shop.example.com:443 192.0.2.7 - alice [21/Nov/2026:02:48:49 +0100] "GET /a?sid=7 HTTP/1.1" 200 12 "-" "say \"hi\", you""#

    private func process(_ pipeline: some MessagePipeline, _ bodies: [[UInt8]]) -> [ProcessedMessage] {
        let messages = bodies.enumerated().map { index, body in
            InboundMessage(
                body: ByteBuffer(bytes: body), receivedNanoseconds: 1,
                token: DeliveryToken(session: 0, number: UInt64(index)))
        }
        return pipeline.process(messages, isStopping: { false })
    }

    private func document(_ message: ProcessedMessage) throws -> StoreDocument {
        guard case .work(let work) = message.outcome, case .upsert(let document, _) = work.operation else {
            throw Missing()
        }
        return document
    }

    private struct Missing: Error {}

    private func result(_ pipeline: some MessagePipeline, _ message: ProcessedMessage) throws -> [String: Any] {
        guard case .work(let work) = message.outcome, let body = pipeline.result(of: work, outcome: .upserted) else {
            throw Missing()
        }
        let object = try JSONSerialization.jsonObject(with: Data(body.readableBytesView))
        return try #require(object as? [String: Any])
    }

    @Test("the lake keeps every line, named by its MD5, a line end not included")
    func lake() throws {
        let pipeline = DataLakePipeline()
        let bad = Array("caf".utf8) + [0xE9] + Array(" \\xE9".utf8)
        let found = process(
            pipeline, [Array(Self.line.utf8), Array((Self.line + "\r\n").utf8), Array("hello".utf8), bad, []])
        let documents = try found.map(document)
        #expect(documents[0] == documents[1])
        #expect(documents[0].values == [.text(Array("2026-11-21T02:48:49+01:00".utf8)), .text(Array(Self.line.utf8))])
        #expect(documents[2].id == "5d41402abc4b2a76b9719d911017c592")
        #expect(documents[2].values == [.null, .text(Array("hello".utf8))])
        #expect(documents[3].values == [.null, .text(Array(#"caf\xE9 \xE9"#.utf8))])
        #expect(documents[4].id == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(pipeline.collection.keeps == .first)
        let result = try result(pipeline, found[0])
        #expect(result["id"] as? String == documents[0].id)
        #expect(result["bytes"] as? Int == Self.line.utf8.count)
        #expect(try self.result(pipeline, found[2])["timestamp"] is NSNull)
    }

    @Test("the lake reads the time of a line that is broken behind it")
    func lakeBrokenLine() throws {
        let lines = [
            #"192.0.2.7 - - [21/Nov/2026:02:48:49 +0100] "GET / HTTP/1.1" 2x0 12"#,
            "- [21/Nov/2026:02:48:49 +0100]", "192.0.2.7 - - [21/Nov/2026:02:48:49 +0100", "192.0.2.7 - - [soon]",
        ]
        let found = process(DataLakePipeline(), lines.map { Array($0.utf8) })
        let time = StoreValue.text(Array("2026-11-21T02:48:49+01:00".utf8))
        #expect(try found.map { try document($0).values[0] } == [time, time, .null, .null])
        #expect(try result(DataLakePipeline(), found[0])["timestamp"] as? String == "2026-11-21T02:48:49+01:00")
        // What takes lines apart takes none of these.
        let cleaned = process(DataCleanPipeline(), lines.map { Array($0.utf8) })
        #expect(cleaned.allSatisfy { if case .rejected = $0.outcome { true } else { false } })
    }

    @Test("the clean collection has a value for each column")
    func clean() throws {
        let pipeline = DataCleanPipeline()
        let found = process(pipeline, [Array(Self.line.utf8)])
        let document = try document(found[0])
        func text(_ text: String) -> StoreValue { .text(Array(text.utf8)) }
        let expected: [String: StoreValue] = [
            "timestamp": text("2026-11-21T02:48:49+01:00"), "year": .integer(2026), "month": .integer(11),
            "day": .integer(21), "day_of_week": .integer(6), "time": text("02:48:49"), "ip": text("192.0.2.7"),
            "user": text("alice"), "method": text("GET"), "url": text("https://shop.example.com/a?sid=7"),
            "schema": text("https"), "host": text("shop.example.com"), "domain": text("example.com"),
            "path": text("/a"), "status": .integer(200), "size": .integer(12), "referer": .null,
            "user_agent": text(#"say "hi", you"#), "session": text("7"), "http_version": text("1.1"),
            "country": .null, "city": .null,
        ]
        let names = pipeline.collection.columns.map(\.name)
        #expect(names.count == 22)
        #expect(Dictionary(uniqueKeysWithValues: zip(names, document.values)) == expected)
        for (column, value) in zip(pipeline.collection.columns, document.values) {
            switch value {
            case .integer: #expect(column.kind == .integer)
            case .text: #expect(column.kind == .text)
            default: break
            }
        }
        #expect(try result(pipeline, found[0])["status"] as? Int == 200)
    }

    @Test("a line that cannot be parsed is rejected with the column")
    func rejected() {
        let found = process(DataCleanPipeline(), [Array("hello".utf8), [UInt8](repeating: 0x61, count: 5 << 20)])
        guard case .rejected(let rejection) = found[0].outcome, case .rejected(let large) = found[1].outcome else {
            Issue.record("not rejected")
            return
        }
        #expect(rejection == Rejection(.badLine, "column 6: expected the client's address", column: 6))
        #expect(large.reason == .tooLarge)
    }

    @Test("the CSV file has its header once and the stored rows alone, quoted where they must be")
    func csv() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending(path: "parsed_data.csv").path
            let pipeline = DataCleanPipeline(csv: try CSVFile(path: path))
            let document = try document(process(pipeline, [Array(Self.line.utf8)])[0])
            let operations = [StoreOperation.upsert(document, version: 1), .upsert(document, version: 1)]
            try pipeline.stored(operations, outcomes: [.upserted, .refused("no")])
            // Another worker on the same file.
            try DataCleanPipeline(csv: try CSVFile(path: path)).stored(operations, outcomes: [.upserted, .upserted])
            let lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\r\n")
            #expect(lines.count == 5 && lines[4].isEmpty)
            #expect(lines[0].hasPrefix("id,timestamp,year,") && lines[0].hasSuffix(",http_version,country,city"))
            #expect(
                lines[1] == document.id
                    + ",2026-11-21T02:48:49+01:00,2026,11,21,6,02:48:49,192.0.2.7,alice,GET,https://shop.example.com/a?sid=7,"
                    + #"https,shop.example.com,example.com,/a,200,12,,"say ""hi"", you",7,1.1,,"#)
            #expect(Set(lines[1...3]).count == 1)
        }
    }

    @Test("a CSV file that cannot be written ends the worker, and the messages stay unsettled")
    func fullDisk() async throws {
        let pipeline = DataCleanPipeline(csv: try CSVFile(path: "/dev/full"))
        let document = try document(process(pipeline, [Array(Self.line.utf8)])[0])
        #expect(throws: CSVFile.Failure(path: "/dev/full", reason: "No space left on device")) {
            try pipeline.stored([.upsert(document, version: 1)], outcomes: [.upserted])
        }
    }

    @Test("a batch of which a part was written is taken back, so that the next begins a row")
    func halfWritten() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending(path: "parsed_data.csv").path
            let pipeline = DataCleanPipeline(csv: try CSVFile(path: path))
            let document = try document(process(pipeline, [Array(Self.line.utf8)])[0])
            try pipeline.stored([.upsert(document, version: 1)], outcomes: [.upserted])
            let whole = try String(contentsOfFile: path, encoding: .utf8)

            // Two pieces, then the disk is full.
            let pieces = Mutex(2)
            let full = try CSVFile(path: path) { descriptor, bytes in
                let hasRoom = pieces.withLock { pieces in
                    defer { pieces -= 1 }
                    return pieces > 0
                }
                errno = ENOSPC
                return hasRoom ? write(descriptor, bytes.baseAddress, min(40, bytes.count)) : -1
            }
            #expect(throws: CSVFile.Failure(path: path, reason: "No space left on device")) {
                try DataCleanPipeline(csv: full).stored([.upsert(document, version: 1)], outcomes: [.upserted])
            }
            #expect(pieces.withLock { $0 } == -1)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == whole)
            try pipeline.stored([.upsert(document, version: 1)], outcomes: [.upserted])
            #expect(try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\r\n").count == 4)
        }
    }

    @Test("a pipe gets rows without a header, however many batches there are")
    func pipe() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending(path: "rows").path
            try #require(mkfifo(path, 0o600) == 0)
            let reader = open(path, O_RDONLY | O_NONBLOCK)
            try #require(reader >= 0)
            defer { close(reader) }
            let pipeline = DataCleanPipeline(csv: try CSVFile(path: path))
            let document = try document(process(pipeline, [Array(Self.line.utf8)])[0])
            for _ in 0..<2 { try pipeline.stored([.upsert(document, version: 1)], outcomes: [.upserted]) }
            var bytes = [UInt8](repeating: 0, count: 4_096)
            let count = read(reader, &bytes, bytes.count)
            let rows = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).components(separatedBy: "\r\n")
            #expect(rows.count == 3 && rows[0] == rows[1] && rows[0].hasPrefix(document.id), "\(rows)")
        }
    }

    @Test("places come from a MaxMind DB file")
    func places() async throws {
        #if MaxMindDB
            try await withTemporaryDirectory { folder in
                let path = folder.appending(path: "places.mmdb").path
                try Data(PlacesFile.bytes).write(to: URL(filePath: path))
                let places = try GeoDatabase(path: path)
                #expect(places.type == "Test-City")
                let text = { (bytes: [UInt8]?) in bytes.map { String(decoding: $0, as: UTF8.self) } }
                for address in ["192.0.2.7", "2001:db8::7", "2001:db8::7%eth0"] {
                    let place = places.place(of: Array(address.utf8))
                    #expect(text(place?.country) == "Côte d’Ivoire" && text(place?.city) == "Abidjan", "\(address)")
                }
                for address in ["10.0.0.1", "::1", "shop.example.com", "", "1.2.3", String(repeating: "1:", count: 99)]
                {
                    #expect(places.place(of: Array(address.utf8)) == nil)
                }
                let row = try document(process(DataCleanPipeline(places: places), [Array(Self.line.utf8)])[0])
                #expect(row.values.last == .text(Array("Abidjan".utf8)))
            }
        #endif
        #expect(throws: GeoDatabaseError.self) { try GeoDatabase(path: "/dev/null") }
    }
}
