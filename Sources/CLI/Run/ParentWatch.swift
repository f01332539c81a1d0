import Foundation

/// Ends a child role when the process that started it is gone, so that a killed run leaves nothing behind.
enum ParentWatch {
    /// Set in the environment of the children of a run.
    static let variable = "RAFALE_ENDS_WITH_PARENT"

    /// Sends this process SIGTERM when its parent changes, where the environment asks for that; runs until cancelled.
    static func run(every interval: Duration = .seconds(1)) async {
        guard ProcessInfo.processInfo.environment[variable] != nil else { return }
        let parent = getppid()
        while (try? await Task.sleep(for: interval)) != nil {
            if getppid() != parent {
                _ = kill(getpid(), SIGTERM)
                return
            }
        }
    }
}
