package import Foundation

/// Where the package, its scripts and its built executable are.
package enum Places {
    /// The folder that holds `Package.swift`.
    package static let packageRoot = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().standardizedFileURL

    /// The executable that this build made, which lies beside the test bundle.
    ///
    /// `RAFALE_TEST_EXECUTABLE` names another one.
    package static let rafale: URL = {
        if let path = environment("RAFALE_TEST_EXECUTABLE") { return URL(filePath: path) }
        let products = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let beside = products.appending(path: "rafale")
        if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
        return packageRoot.appending(path: ".build/debug/rafale")
    }()

    /// The Python of the tests' virtual environment, which `make deps-test` fills with third-party clients.
    package static let python = packageRoot.appending(path: ".services/python/bin/python")

    /// A script of `scripts/`.
    package static func script(_ name: String) -> URL {
        packageRoot.appending(path: "scripts").appending(path: name)
    }

    /// The value of an environment variable; nil when it is missing or empty.
    package static func environment(_ name: String) -> String? {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { return nil }
        return value
    }

    /// The first executable of that name in PATH and in the usual folders of the system.
    package static func tool(_ name: String) -> URL? {
        let folders = (environment("PATH") ?? "").split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        for folder in folders {
            let candidate = URL(filePath: folder).appending(path: name)
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
        }
        return nil
    }
}

/// A folder of this test's own, removed with everything in it when the body ends.
package func withTemporaryDirectory<Result>(
    _ body: (URL) async throws -> Result
) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "rafale-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}

/// A name that no other test uses, for queues and exchanges on a shared server.
package func uniqueName(_ prefix: String) -> String {
    "\(prefix)-\(UUID().uuidString.prefix(8).lowercased())"
}
