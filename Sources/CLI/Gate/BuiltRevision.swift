import Foundation

extension GitRevision {
    /// The commit that a program was built from; nil where that cannot be told.
    ///
    /// It is told of a program in the `.build` of a checkout whose sources are as they were committed, none of them
    /// newer than the program: of any other, HEAD says nothing.
    static func built(_ program: String) async -> String? {
        let folder = URL(fileURLWithPath: program).deletingLastPathComponent().path
        guard let top = await RevisionBuild.output(["git", "-C", folder, "rev-parse", "--show-toplevel"]),
            program.hasPrefix("\(top)/.build/"),
            let status = await RevisionBuild.output([
                "git", "--no-optional-locks", "-C", top, "status", "--porcelain=v2", "--branch", "--", "Package.swift",
                "Sources",
            ])
        else { return nil }
        let (lines, mark) = (status.split(separator: "\n"), "# branch.oid ")
        guard let commit = lines.first(where: { $0.hasPrefix(mark) })?.dropFirst(mark.count),
            lines.allSatisfy({ $0.hasPrefix("#") }), isUpToDate(program, with: top)
        else { return nil }
        return String(commit)
    }

    /// Whether no source of a checkout was changed after the program was built.
    private static func isUpToDate(_ program: String, with top: String) -> Bool {
        guard let built = changeTime(of: program),
            let sources = try? FileManager.default.subpathsOfDirectory(atPath: "\(top)/Sources")
        else { return false }
        let files = ["Package.swift"] + sources.filter { $0.contains(".") }.map { "Sources/\($0)" }
        return files.allSatisfy { (changeTime(of: "\(top)/\($0)") ?? built) <= built }
    }

    private static func changeTime(of path: String) -> Date? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
    }
}
