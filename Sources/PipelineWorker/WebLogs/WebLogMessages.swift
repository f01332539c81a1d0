import Drivers
import NIOCore
import WebLogs

/// What both pipelines of web logs do with a slice of messages: the body of each is a line, named by its MD5.
struct WebLogMessages {
    /// A longer body is no line of a log; MySQL's default packet has room for one of this length, escaped.
    static let lineBytesMaximum = 4 << 20

    /// A line as a message brought it, without its line end.
    struct Line {
        var id: String
        var bytes: UnsafeRawBufferPointer
    }

    let clock: WorkerClock

    /// Handles each message with `body`, on the calling lane, until `isStopping`.
    func process(
        _ messages: [InboundMessage], isStopping: () -> Bool,
        _ body: (Line) throws(Rejection) -> PipelineWork
    ) -> [ProcessedMessage] {
        var processed: [ProcessedMessage] = []
        processed.reserveCapacity(messages.count)
        let digest = Result { () throws(DigestUnavailable) in try LineDigest() }
        var before = clock.nowNanoseconds()
        for message in messages {
            guard !isStopping() else { break }
            let outcome: ProcessedMessage.Outcome
            do throws(Rejection) {
                let work = try message.body.withUnsafeReadableBytes { bytes throws(Rejection) in
                    try body(try Self.line(bytes, digest))
                }
                outcome = .work(work)
            } catch {
                outcome = .rejected(error)
            }
            let done = clock.nowNanoseconds()
            processed.append(
                ProcessedMessage(
                    message, decodeNanoseconds: done - before, analyseNanoseconds: nil, outcome: outcome))
            before = done
        }
        return processed
    }

    private static func line(
        _ body: UnsafeRawBufferPointer, _ digest: Result<LineDigest, DigestUnavailable>
    ) throws(Rejection) -> Line {
        guard body.count <= lineBytesMaximum else {
            throw Rejection(.tooLarge, "\(body.count) bytes, at most \(lineBytesMaximum) are read")
        }
        var bytes = body[...]
        if bytes.last == 0x0A { bytes = bytes.dropLast() }
        if bytes.last == 0x0D { bytes = bytes.dropLast() }
        let line = UnsafeRawBufferPointer(rebasing: bytes)
        do throws(DigestUnavailable) {
            return Line(id: try digest.get().hexadecimal(of: line), bytes: line)
        } catch {
            throw Rejection(.noDigest, "\(error)")
        }
    }

    /// The beginning of a result, up to its timestamp.
    static func result(of pipeline: StaticString, id: String, timestamp: [UInt8]?) -> ByteBuffer {
        var result = ByteBuffer()
        result.reserveCapacity(192)
        result.writeStaticString(#"{"id":""#)
        result.writeString(id)
        result.writeStaticString(#"","pipeline":""#)
        result.writeStaticString(pipeline)
        result.writeStaticString(#"","timestamp":"#)
        if let timestamp {
            result.writeInteger(UInt8(ascii: "\""))
            result.writeBytes(timestamp)
            result.writeInteger(UInt8(ascii: "\""))
        } else {
            result.writeStaticString("null")
        }
        return result
    }
}
