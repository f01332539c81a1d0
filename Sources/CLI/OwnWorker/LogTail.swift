import Foundation
import Scenarios

/// The end of a log, however long it is.
enum LogTail {
    private static let readBytes = 65_536
    private static let shownCharacters = 300

    /// The last line that says something, fit for a line of ours; nil where there is none.
    ///
    /// A program of somebody else may have printed an address with its password: it is shown without.
    static func lastWords(of path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        guard let size = try? file.seekToEnd() else { return nil }
        try? file.seek(toOffset: size - min(size, UInt64(readBytes)))
        guard let data = try? file.readToEnd() else { return nil }
        let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard let line = lines.last(where: { $0.contains { !$0.isWhitespace } }) else { return nil }
        let visible = line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }
        let words = String(String.UnicodeScalarView(visible)).trimmingCharacters(in: .whitespaces)
        // An '@' of something else is not the end of a password.
        let text = words.contains("://") ? ServerURL(words).redacted : words
        return text.count > shownCharacters ? text.prefix(shownCharacters) + "…" : text
    }
}

/// Looks for a text in a file that grows, each byte once.
struct LogSearch {
    private let path: String
    private let text: [UInt8]
    private var offset: UInt64 = 0
    private var rest: [UInt8] = []
    private(set) var isFound = false

    init(path: String, text: String) {
        self.path = path
        self.text = Array(text.utf8)
    }

    /// Reads what is new; whether the text has come.
    mutating func look() -> Bool {
        guard !isFound, let file = FileHandle(forReadingAtPath: path) else { return isFound }
        defer { try? file.close() }
        guard (try? file.seek(toOffset: offset)) != nil else { return false }
        while !isFound, let part = try? file.read(upToCount: 1 << 20), !part.isEmpty {
            offset += UInt64(part.count)
            rest += part
            isFound = rest.firstRange(of: text) != nil
            rest = Array(rest.suffix(max(text.count - 1, 0)))
        }
        return isFound
    }
}
