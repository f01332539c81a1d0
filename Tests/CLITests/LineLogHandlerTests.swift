import Logging
import Synchronization
import Testing

@testable import CLI

@Suite("Log lines")
struct LineLogHandlerTests {
    private final class Lines: LogSink {
        private let state = Mutex<[String]>([])
        var all: [String] { state.withLock { $0 } }
        func write(_ line: String) { state.withLock { $0.append(line) } }
    }

    private func logger(_ lines: Lines, level: Logger.Level = .info) -> Logger {
        Logger(label: "worker") { label in
            LineLogHandler(label: label, level: level, sink: lines, unixNanoseconds: { 1_795_229_329_123_456_789 })
        }
    }

    @Test("have a time, a level, a label, the message and sorted fields")
    func format() {
        let lines = Lines()
        var logger = logger(lines)
        logger[metadataKey: "run"] = "7"
        logger.warning(
            "message rejected", metadata: ["reason": "bad_json", "detail": "not JSON at byte 3", "none": ""])
        #expect(
            lines.all == [
                "2026-11-21T02:48:49.123Z warning worker: message rejected "
                    + "detail=\"not JSON at byte 3\" none=\"\" reason=bad_json run=7\n"
            ])
    }

    @Test("stay one line, and one field a value, whatever a peer has put in")
    func injection() {
        let lines = Lines()
        logger(lines).info("a\nb", metadata: ["id": "x\r\n2026 error y=\"1\" \u{2028}\u{1B}[31m"])
        #expect(
            lines.all == [
                "2026-11-21T02:48:49.123Z info worker: a\\u{a}b "
                    + "id=\"x\\u{d}\\u{a}2026 error y=\\\"1\\\" \\u{2028}\\u{1b}[31m\"\n"
            ])
    }

    @Test("below the level are left out")
    func level() {
        let lines = Lines()
        let logger = logger(lines, level: .warning)
        logger.info("quiet")
        logger.error("loud")
        #expect(lines.all.count == 1)
    }
}
