import LoadMetrics
import NIOPosix

/// A fixed number of threads that do the CPU-bound work, apart from those that wait for sockets and files.
///
/// Work is handed over by the slice, not by the message; what waits is bounded by the prefetch count.
final class Lanes: Sendable {
    private let threads: NIOThreadPool

    init(count: Int) {
        threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
    }

    /// Runs the work on the next lane that is free, once; not at all when the lanes were stopped before.
    func run(_ work: @escaping @Sendable () -> Void) {
        threads.submit { state in
            guard case .active = state else { return }
            Allocator.countThisThread()
            work()
        }
    }

    /// Ends the threads once their work in progress is done.
    func stop() async {
        // Fails only where it was stopped before.
        try? await threads.shutdownGracefully()
    }
}
