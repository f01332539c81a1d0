import Foundation
import Synchronization
import Testing

@testable import Stores

@Suite("Threads of connections")
struct ConnectionThreadsTests {
    @Test("closing waits until every session is closed")
    func closing() async {
        let closed = Counter()
        let threads = ConnectionThreads(count: 3, name: "test") { Session(closed) }
        #expect(await threads.run { _ in 7 } == 7)
        await threads.close()
        #expect(closed.count.load(ordering: .acquiring) == 3)
        #expect(await threads.run { _ in 7 } == nil)
        await threads.close()
    }

    private final class Counter: Sendable {
        let count = Atomic(0)
    }

    /// Takes as long to close as a connection does that says goodbye.
    private final class Session {
        private let closed: Counter

        init(_ closed: Counter) { self.closed = closed }

        deinit {
            usleep(50_000)
            closed.count.add(1, ordering: .releasing)
        }
    }
}
