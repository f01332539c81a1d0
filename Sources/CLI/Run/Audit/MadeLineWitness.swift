import Drivers
import PipelineWorker
import Stores

/// The rows of made access-log lines: each names its message in the URL's `rid`.
///
/// What a row must hold is found by making the line again, with the row's own time, and giving it to the pipeline.
struct MadeLineWitness: DocumentWitness {
    private static let mark = Array("rid=".utf8)

    private let run: RunID
    private let templates: [MessageTemplate]
    private let pipeline: any MessagePipeline
    private let columns: (timestamp: Int, line: Int?)

    /// `pipeline` is that of the branch's workers: it says what rows hold.
    init(run: RunID, templates: [MessageTemplate], pipeline: any MessagePipeline) {
        self.run = run
        self.templates = templates
        self.pipeline = pipeline
        let names = pipeline.collection.columns.map(\.name)
        columns = (names.firstIndex(of: "timestamp") ?? 0, names.firstIndex(of: "line"))
    }

    var collection: StoreCollection { pipeline.collection }
    var firstID: String? { nil }

    func isBeyond(_ id: String) -> Bool { false }

    func sequence(of document: StoreDocument) -> UInt64? {
        for case .text(let text) in document.values {
            guard let mark = text.firstRange(of: Self.mark) else { continue }
            let id = text[mark.upperBound...].prefix(MessageID.byteCount)
            if let id = MessageID(String(decoding: id, as: UTF8.self)), id.run == run { return id.sequence }
        }
        return nil
    }

    func id(of sequence: UInt64) -> String { "rid=\(MessageID(run: run, sequence: sequence))" }

    func accepts(_ document: StoreDocument, template: Int) -> Bool {
        let template = templates[template]
        guard let sequence = sequence(of: document), let place = template.documentIDOffset else { return false }
        var line = template.body
        line.replaceSubrange(
            place..<place + MessageID.byteCount, with: MessageID(run: run, sequence: sequence).description.utf8)
        if let start = template.timestampOffset {
            guard let time = time(of: document, at: start) else { return false }
            line.replaceSubrange(start..<start + time.count, with: time)
        }
        return pipeline.document(of: line) == document
    }

    /// The time between the brackets: where the row has the line, it stands there.
    private func time(of document: StoreDocument, at start: Int) -> [UInt8]? {
        let form = TimestampText.Form.accessLog
        if let column = columns.line, case .text(let line) = document.values[column] {
            return line.count >= start + form.byteCount ? Array(line[start..<start + form.byteCount]) : nil
        }
        guard case .text(let text) = document.values[columns.timestamp],
            let milliseconds = UTCTimestamp.milliseconds(of: text)
        else { return nil }
        return TimestampText.bytes(form, unixMilliseconds: milliseconds)
    }
}
