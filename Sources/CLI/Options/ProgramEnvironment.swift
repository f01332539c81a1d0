import Foundation

/// The environment, and behind it the `.env` of the working folder: addresses and credentials need not stand in a shell.
enum ProgramEnvironment {
    /// Every variable; what the environment has, `.env` does not change.
    static let values = merged(
        ProcessInfo.processInfo.environment, file: try? String(contentsOfFile: ".env", encoding: .utf8))

    /// The variables of both; `file` is nil where there is none.
    ///
    /// A line of the file is `NAME=VALUE`, the value as it is or in quotes, as Docker Compose reads it; other lines and
    /// comments say nothing.
    static func merged(_ environment: [String: String], file: String?) -> [String: String] {
        var values: [String: String] = [:]
        for line in (file ?? "").split(whereSeparator: \.isNewline) {
            guard let found = line.wholeMatch(of: /\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*/) else { continue }
            values[String(found.1)] = value(found.2)
        }
        return environment.merging(values) { given, _ in given }
    }

    private static func value(_ text: Substring) -> String {
        for quote in ["'", "\""] as [Character] where text.first == quote {
            let quoted = text.dropFirst()
            if let end = quoted.firstIndex(of: quote) { return String(quoted[..<end]) }
        }
        // Without quotes a comment may follow.
        return String(text.prefixMatch(of: /(.*?)\s+#.*/)?.1 ?? text)
    }
}
