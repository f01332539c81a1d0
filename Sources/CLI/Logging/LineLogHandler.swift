import Logging
import PipelineWorker

/// Takes whole log lines, each with its line feed, from any thread.
protocol LogSink: Sendable {
    func write(_ line: String)
}

/// Writes an event as one line: time, level, label, message and sorted `key=value` pairs.
///
///     2026-11-21T02:48:49.123Z warning worker: message rejected message_id=… reason=bad_json
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let label: String
    private let sink: any LogSink
    private let unixNanoseconds: @Sendable () -> Int64

    init(
        label: String, level: Logger.Level, sink: any LogSink,
        unixNanoseconds: @escaping @Sendable () -> Int64 = WorkerClock.system.unixNanoseconds
    ) {
        self.label = label
        self.sink = sink
        self.unixNanoseconds = unixNanoseconds
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line = String(decoding: UTCTimestamp.bytes(unixNanoseconds: unixNanoseconds()), as: UTF8.self)
        line += " \(event.level.rawValue) \(label): \(Self.escaped("\(event.message)"))"
        let fields = metadata.merging(event.metadata ?? [:]) { _, own in own }
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            line += " \(key)=\(Self.quoted("\(value)"))"
        }
        if let error = event.error { line += " error=\(Self.quoted("\(error)"))" }
        sink.write(line + "\n")
    }

    /// A value as it stands, or in quotes where it would not be told from what follows.
    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.unicodeScalars.allSatisfy { $0 > " " && $0 != "\"" && $0 != "=" }
        return isPlain
            ? escaped(value) : "\"\(escaped(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")))\""
    }

    /// The text on one line, whatever a peer has put into it.
    private static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: \.isControl) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if scalar.isControl {
                escaped += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
