import Foundation

/// Ends a child role when the process that started it is gone, so that a killed run leaves nothing behind.
enum ParentWatch {
    /// Sends this process SIGTERM when its parent changes; runs until cancelled.
    static func run(every interval: Duration = .seconds(1)) async throws {
        let parent = getppid()
        while true {
            try await Task.sleep(for: interval)
            if getppid() != parent {
                _ = kill(getpid(), SIGTERM)
                return
            }
        }
    }
}
