import Foundation

/// The revision of the checkout that a run was started in.
enum GitRevision {
    /// The commit that HEAD stands for; nil outside of a checkout.
    ///
    /// Reads git's files: nothing is started for it.
    static func current(from folder: String = FileManager.default.currentDirectoryPath) -> String? {
        var folder = URL(fileURLWithPath: folder)
        while true {
            let git = folder.appendingPathComponent(".git")
            if let head = read(git.appendingPathComponent("HEAD")) { return resolve(head, in: git) }
            let parent = folder.deletingLastPathComponent()
            guard parent.path != folder.path else { return nil }
            folder = parent
        }
    }

    private static func resolve(_ head: String, in git: URL) -> String? {
        guard head.hasPrefix("ref: ") else { return head }
        let name = String(head.dropFirst(5))
        if let loose = read(git.appendingPathComponent(name)) { return loose }
        return read(git.appendingPathComponent("packed-refs"))?.split(separator: "\n")
            .first { $0.hasSuffix(" \(name)") }.map { String($0.prefix(40)) }
    }

    private static func read(_ file: URL) -> String? {
        (try? String(contentsOf: file, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
