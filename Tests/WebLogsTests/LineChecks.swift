// Questions that any bytes answer the same way, asked by the tests here and by the fuzzer (Fuzzing/LineFuzzer.swift).

import WebLogs

/// What must hold for every line, however broken.
enum LineChecks {
    /// What did not hold.
    struct Failure: Error { let what: String }

    /// Asks all questions of the bytes; returns whether they were a line.
    @discardableResult
    static func run(_ bytes: UnsafeRawBufferPointer) throws -> Bool {
        let raw = LogText.wellFormed(bytes)
        try check(String(validating: raw, as: UTF8.self) != nil, "the raw text is UTF-8")
        if String(validating: bytes, as: UTF8.self) != nil {
            try check(raw.elementsEqual(bytes), "text that is UTF-8 stays as it is")
        }
        let line: AccessLogLine
        do {
            line = try AccessLogLine(bytes)
        } catch {
            try check((1...bytes.count + 1).contains(error.column), "the fault is in the line")
            return false
        }
        try check(joined(line, bytes).elementsEqual(bytes), "the fields are the line")
        let cleaned = CleanedLine(line, in: bytes)
        for text in [
            cleaned.ip, cleaned.user, cleaned.method, cleaned.url, cleaned.schema, cleaned.host, cleaned.domain,
            cleaned.path, cleaned.referer, cleaned.userAgent, cleaned.session, cleaned.httpVersion,
        ] {
            guard let text else { continue }
            try check(String(validating: text, as: UTF8.self) != nil, "clean text is UTF-8")
            try check(!text.contains { $0 < 0x20 || $0 == 0x7F }, "clean text has no control characters")
        }
        return true
    }

    private static func check(_ holds: Bool, _ what: String) throws {
        guard holds else { throw Failure(what: what) }
    }

    /// The fields with the format's own bytes between them: the line again.
    static func joined(_ line: AccessLogLine, _ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var text: [UInt8] = []
        func add(_ field: Range<Int>, _ after: String = "") {
            text += bytes[field]
            text += after.utf8
        }
        if let vhost = line.vhost { add(vhost, " ") }
        add(line.client, " ")
        add(line.identity, " ")
        add(line.user, " [")
        add(line.timeField, "] \"")
        add(line.request, "\" ")
        add(line.statusField, " ")
        add(line.sizeField)
        if let referer = line.referer, let agent = line.agent {
            text += " \"".utf8
            add(referer, "\" \"")
            add(agent, "\"")
        }
        add(line.rest)
        return text
    }
}
