import Foundation

/// Ends a child role when the process that started it is gone, so that a killed run leaves nothing behind.
enum ParentWatch {
    /// Names the process with which a run of a campaign ends, in the environment: every build understands to ignore it.
    static let variable = "RAFALE_END_WITH_PARENT"

    /// Sends this process SIGTERM as soon as `parent` is not its parent; runs until cancelled.
    static func run(parent: Int32, every interval: Duration = .seconds(1)) async throws {
        while getppid() == parent { try await Task.sleep(for: interval) }
        _ = kill(getpid(), SIGTERM)
    }
}
