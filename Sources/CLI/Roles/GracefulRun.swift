import Logging
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Runs a role until it ends or is asked to stop.
enum GracefulRun {
    /// Runs the service; the first SIGTERM or SIGINT stops it gracefully, the second ends the process at once.
    ///
    /// A role that a run has started is given that run's process and stops when it is gone.
    static func run(_ service: any Service, endsWithParent parent: Int32? = nil, logger: Logger) async throws {
        // Services are told to stop by the signals below; the group's own log lines are of no use to a user.
        let group = ServiceGroup(
            services: [service], logger: Logger(label: "services", factory: { _ in SwiftLogNoOpLogHandler() }))
        let signals = await UnixSignalsSequence(trapping: [.sigterm, .sigint])
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                await withTaskGroup(of: Void.self) { watchers in
                    watchers.addTask { await obey(signals, group, logger) }
                    if let parent { watchers.addTask { try? await ParentWatch.run(parent: parent) } }
                }
            }
            try await group.run()
            tasks.cancelAll()
        }
    }

    private static func obey(_ signals: UnixSignalsSequence, _ group: ServiceGroup, _ logger: Logger) async {
        var isStopping = false
        for await signal in signals {
            if isStopping {
                logger.warning("stopped at once", metadata: ["signal": "\(signal)"])
                _exit(ExitStatus.interrupted.rawValue)
            }
            isStopping = true
            logger.info("asked to stop; once more stops at once", metadata: ["signal": "\(signal)"])
            await group.triggerGracefulShutdown()
        }
    }
}
