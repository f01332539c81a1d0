package import Drivers
package import NIOCore
package import Stores
import WebLogs

/// Keeps every line of a web log as it came, whether it can be parsed or not.
///
///     line ─► MD5, time ─► raw_log(id, timestamp, line)
///                └───────► {"id","pipeline":"data-lake","timestamp","bytes","processed_at"}
///
/// A line that cannot be parsed keeps its time where it has one between brackets; where it has none the timestamp is
/// null. Bytes that are no UTF-8 stand in the text as `\xHH`; the identifier is of the bytes as they came.
package struct DataLakePipeline: MessagePipeline {
    package let collection = StoreCollection(
        name: "raw_log", keeps: .first, columns: [.init("timestamp", .text), .init("line", .text)])
    private let clock: WorkerClock

    package init(clock: WorkerClock = .system) {
        self.clock = clock
    }

    /// Names each line and reads its time.
    package func process(_ messages: [InboundMessage], isStopping: () -> Bool) -> [ProcessedMessage] {
        let nanoseconds = clock.unixNanoseconds()
        let processedAt = UTCTimestamp.bytes(unixNanoseconds: nanoseconds)
        return WebLogMessages(clock: clock).process(messages, isStopping: isStopping) { line in
            let timestamp = AccessLogLine.time(in: line.bytes)?.iso8601
            var draft = WebLogMessages.result(of: "data-lake", id: line.id, timestamp: timestamp)
            draft.writeStaticString(#","bytes":"#)
            draft.writeString(String(line.bytes.count))
            draft.writeStaticString(#","processed_at":""#)
            draft.writeBytes(processedAt)
            draft.writeStaticString(#""}"#)
            let document = StoreDocument(
                id: line.id,
                values: [timestamp.map { .text($0) } ?? .null, .text(LogText.wellFormed(line.bytes))])
            return PipelineWork(
                operation: .upsert(document, version: nanoseconds / 1_000_000), draft: draft)
        }
    }

    /// The result, which does not depend on what the store answered.
    package func result(of work: PipelineWork, outcome: StoreOutcome) -> ByteBuffer? { work.draft }
}
