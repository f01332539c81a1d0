import LoadMetrics
import NIOPosix
import Synchronization

/// A fixed number of threads that do the CPU-bound work, apart from those that wait for sockets and files.
///
/// Work is handed over by the slice, not by the message; what waits is bounded by the prefetch count.
final class Lanes: Sendable {
    private let threads: NIOThreadPool
    private let isStopping = Atomic(false)

    init(count: Int) {
        threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
    }

    /// Runs the work on the next lane that is free, once; not at all when the lanes were stopped before.
    ///
    /// Work of several steps asks `isStopping` between them, and leaves the rest when it is.
    func run(_ work: @escaping @Sendable (_ isStopping: () -> Bool) -> Void) {
        threads.submit { [self] state in
            guard case .active = state else { return }
            Allocator.countThisThread()
            work { isStopping.load(ordering: .relaxed) }
        }
    }

    /// Makes work in progress leave what it has not begun.
    func leaveWork() {
        isStopping.store(true, ordering: .relaxed)
    }

    /// Ends the threads once they have left their work.
    func stop() async {
        leaveWork()
        // Fails only where it was stopped before.
        try? await threads.shutdownGracefully()
    }
}
