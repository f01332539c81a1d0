package import Drivers
package import NIOCore
package import Stores
import WebLogs

/// Parses the lines of a web log and keeps what their fields say.
///
///     line ─► parse ─► clean ─► clean_log(id, timestamp, …, country, city), and a CSV file where one is asked for
///               │         └───► {"id","pipeline":"data-clean","timestamp","status","processed_at"}
///               └─► rejected, with the column where parsing stopped and what was expected there
///
/// Country and city are null without a database of places.
package struct DataCleanPipeline: MessagePipeline {
    package let collection = StoreCollection(
        name: "clean_log", keeps: .first,
        columns: [
            .init("timestamp", .text), .init("year", .integer), .init("month", .integer), .init("day", .integer),
            .init("day_of_week", .integer), .init("time", .text), .init("ip", .text), .init("user", .text),
            .init("method", .text), .init("url", .text), .init("schema", .text), .init("host", .text),
            .init("domain", .text), .init("path", .text), .init("status", .integer), .init("size", .integer),
            .init("referer", .text), .init("user_agent", .text), .init("session", .text),
            .init("http_version", .text), .init("country", .text), .init("city", .text),
        ])
    private let places: GeoDatabase?
    private let csv: CSVFile?
    private let clock: WorkerClock

    /// With a database that knows where addresses are, and a file that gets the rows too.
    package init(places: GeoDatabase? = nil, csv: CSVFile? = nil, clock: WorkerClock = .system) {
        self.places = places
        self.csv = csv
        self.clock = clock
    }

    /// Parses and cleans each line.
    package func process(_ messages: [InboundMessage], isStopping: () -> Bool) -> [ProcessedMessage] {
        let nanoseconds = clock.unixNanoseconds()
        let processedAt = UTCTimestamp.bytes(unixNanoseconds: nanoseconds)
        return WebLogMessages(clock: clock).process(messages, isStopping: isStopping) { line throws(Rejection) in
            let cleaned: CleanedLine
            do throws(LineFault) {
                cleaned = CleanedLine(try AccessLogLine(line.bytes), in: line.bytes)
            } catch {
                throw Rejection(.badLine, "\(error)", column: error.column)
            }
            let timestamp = cleaned.time.iso8601
            var draft = WebLogMessages.result(of: "data-clean", id: line.id, timestamp: timestamp)
            draft.writeStaticString(#","status":"#)
            draft.writeString(cleaned.status.map { String($0) } ?? "null")
            draft.writeStaticString(#","processed_at":""#)
            draft.writeBytes(processedAt)
            draft.writeStaticString(#""}"#)
            let document = StoreDocument(id: line.id, values: values(of: cleaned, timestamp: timestamp))
            return PipelineWork(
                operation: .upsert(document, version: nanoseconds / 1_000_000), draft: draft)
        }
    }

    /// The result, which does not depend on what the store answered.
    package func result(of work: PipelineWork, outcome: StoreOutcome) -> ByteBuffer? { work.draft }

    /// Appends the rows to the CSV file, now that the store has them: those too that it had before.
    package func stored(_ operations: [StoreOperation], outcomes: [StoreOutcome]) throws {
        guard let csv else { return }
        let rows = zip(operations, outcomes).compactMap { operation, outcome -> StoreDocument? in
            guard case .upsert(let document, _) = operation, outcome == .upserted else { return nil }
            return document
        }
        try csv.append(rows, of: collection)
    }

    private func values(of line: CleanedLine, timestamp: [UInt8]) -> [StoreValue] {
        func text(_ bytes: [UInt8]?) -> StoreValue { bytes.map { .text($0) } ?? .null }
        func integer(_ value: Int64?) -> StoreValue { value.map { .integer($0) } ?? .null }
        let place = line.ip.flatMap { places?.place(of: $0) }
        return [
            .text(timestamp), integer(Int64(line.time.year)), integer(Int64(line.time.month)),
            integer(Int64(line.time.day)), integer(Int64(line.time.dayOfWeek)), .text(line.time.clock), text(line.ip),
            text(line.user), text(line.method), text(line.url), text(line.schema), text(line.host),
            text(line.domain), text(line.path), integer(line.status.map { Int64($0) }), integer(line.size),
            text(line.referer), text(line.userAgent), text(line.session), text(line.httpVersion),
            text(place?.country), text(place?.city),
        ]
    }
}
