import Drivers
import Foundation
import NIOCore
import ServiceLifecycleTestKit
import Stores
import Testing

@testable import PipelineWorker

@Suite("A worker in trouble", .timeLimit(.minutes(1)))
struct WorkerFaultTests {
    private static let busy = StoreError.unavailable(store: "fake", reason: "busy")

    @Test("tries a store that is away again, with growing pauses, and loses nothing")
    func storeAway() async throws {
        let test = WorkerUnderTest()
        test.store.failNext([Self.busy, Self.busy, Self.busy])
        try await test.whileRunning { _ in
            test.source.deliver([Body.update("a")])
            for milliseconds in [50, 100, 200] {
                await test.journal.wait { $0.contains(.slept(.milliseconds(milliseconds))) }
                #expect(test.journal.settled(.accept).isEmpty)
                test.clock.advance(by: .milliseconds(milliseconds))
            }
            await test.journal.waitForSettled(1)
        }
        #expect(test.store.documents["a"] != nil)
        #expect(test.worker.statistics.storeRetries == 3)
        #expect(test.logs.lines.count { $0.contains("storing a batch again") } == 3)
    }

    @Test("gives up on a store that stays away and leaves the messages unsettled")
    func storeStaysAway() async throws {
        let test = WorkerUnderTest(adjusting: {
            $0.storeRetry = RetryPolicy(attemptsMaximum: 2, firstDelay: .seconds(2), delayMaximum: .seconds(2))
        })
        test.store.failNext([Self.busy, Self.busy])
        let error = await #expect(throws: WorkerError.self) {
            try await test.whileRunning { _ in
                test.source.deliver([Body.update("a")])
                await test.journal.wait { $0.contains(.slept(.seconds(2))) }
                test.clock.advance(by: .seconds(2))
                await test.journal.wait { $0.contains(.storeClosed) }
            }
        }
        #expect(error == .store(reason: Self.busy.description, attempts: 2))
        #expect(test.journal.settled(.accept).isEmpty)
        #expect(test.journal.settled(.reject).isEmpty)
        #expect(test.worker.statistics.inFlight == 1)
    }

    @Test("gives up at once on a store that will never work")
    func permanentStoreError() async throws {
        let test = WorkerUnderTest()
        let broken = StoreError.permanent(store: "fake", reason: "read-only")
        test.store.failNext([broken])
        let error = await #expect(throws: WorkerError.self) {
            try await test.whileRunning { _ in
                test.source.deliver([Body.update("a")])
                await test.journal.wait { $0.contains(.storeClosed) }
            }
        }
        #expect(error == .store(reason: broken.description, attempts: 1))
        #expect(test.journal.events.contains(.sourceClosed))
    }

    @Test("publishes again what the sink could not")
    func sinkFails() async throws {
        let test = WorkerUnderTest()
        test.sink.failNext(1)
        try await test.whileRunning { _ in
            test.source.deliver([Body.update("a")])
            await test.journal.wait { $0.contains(.slept(.milliseconds(100))) }
            #expect(test.journal.settled(.accept).isEmpty)
            test.clock.advance(by: .milliseconds(100))
            await test.journal.waitForSettled(1)
        }
        #expect(test.worker.statistics.publishRetries == 1)
        #expect(test.sink.messages.count == 1)
    }

    @Test("gives up on a sink that stays away, though nothing more arrives")
    func sinkStaysAway() async throws {
        let test = WorkerUnderTest(adjusting: {
            $0.sinkRetry = RetryPolicy(attemptsMaximum: 1, firstDelay: .seconds(1), delayMaximum: .seconds(1))
        })
        test.sink.failNext(1)
        let error = await #expect(throws: WorkerError.self) {
            try await test.whileRunning { _ in
                test.source.deliver([Body.update("a")])
                await test.journal.wait { $0.contains(.storeClosed) }
            }
        }
        #expect(error == .publish(destination: "processed", reason: "Failure()", attempts: 1))
        #expect(test.journal.settled(.accept).isEmpty)
        #expect(test.worker.statistics.inFlight == 1)
    }

    @Test("puts aside again what the sink could not, and gives up with the message unsettled")
    func puttingAsideFails() async throws {
        let test = WorkerUnderTest(adjusting: {
            $0.failedDestination = "failed"
            $0.sinkRetry = RetryPolicy(attemptsMaximum: 2, firstDelay: .seconds(2), delayMaximum: .seconds(2))
        })
        test.sink.failNext(3)
        let error = await #expect(throws: WorkerError.self) {
            try await test.whileRunning { _ in
                test.source.deliver(["?"])
                await test.journal.wait { $0.contains(.slept(.seconds(2))) }
                test.clock.advance(by: .seconds(2))
                await test.journal.wait { $0.contains(.storeClosed) }
            }
        }
        #expect(error == .publish(destination: "failed", reason: "Failure()", attempts: 2))
        #expect(test.journal.settled(.accept).isEmpty && test.journal.settled(.reject).isEmpty)
        #expect(test.worker.statistics.inFlight == 1)
    }

    @Test("ends with the error of a source that cannot recover")
    func sourceFails() async throws {
        struct Lost: Error {}
        let test = WorkerUnderTest()
        await #expect(throws: Lost.self) {
            try await test.whileRunning { _ in
                test.source.fail(Lost())
                await test.journal.wait { $0.contains(.storeClosed) }
            }
        }
    }

    @Test("asked to stop, finishes all that has arrived before it closes anything")
    func drains() async throws {
        let test = WorkerUnderTest(batchCount: 10)
        test.store.hold()
        try await test.whileRunning { stop in
            test.source.deliver((0..<40).map { Body.update("id\($0)") })
            test.source.deliver((40..<80).map { Body.update("id\($0)") })
            await test.journal.wait { events in events.contains { if case .stored = $0 { true } else { false } } }
            stop()
            await test.journal.wait { $0.contains(.stoppedConsuming) }
            #expect(!test.journal.events.contains(.sourceClosed))
            test.store.release()
        }
        #expect(test.journal.settled(.accept) == Array(1...80))
        #expect(test.store.documents.count == 80)
        let closing = test.journal.events.suffix(3)
        #expect(Array(closing) == [.sourceClosed, .sinkClosed, .storeClosed])
    }

    @Test("stops at once when nothing is in flight")
    func stopsIdle() async throws {
        let test = WorkerUnderTest()
        try await test.whileRunning { stop in stop() }
        #expect(test.journal.settled(.accept).isEmpty)
        #expect(test.journal.events.contains(.storeClosed))
    }

    @Test("takes no longer to stop than it may, and says what it left")
    func drainTimesOut() async throws {
        let test = WorkerUnderTest(adjusting: { $0.drainTimeout = .seconds(30) })
        test.store.failNext(Array(repeating: Self.busy, count: 100))
        let error = await #expect(throws: WorkerError.self) {
            try await test.whileRunning { stop in
                test.source.deliver([Body.update("a"), Body.update("b")])
                await test.journal.wait { $0.contains(.storeFailed) }
                stop()
                await test.journal.wait { $0.contains(.slept(.seconds(30))) }
                test.clock.advance(by: .seconds(30))
                await test.journal.wait { $0.contains(.storeClosed) }
            }
        }
        #expect(error == .drainTimedOut(unsettled: 2, after: .seconds(30)))
        #expect(test.logs.lines.contains { $0.contains("unsettled=2") && $0.hasPrefix("warning") })
        #expect(test.journal.settled(.accept).isEmpty)
    }

    @Test("out of time to stop, does not finish the slices on its lanes")
    func leavesLanes() async throws {
        let analysed = Journal()
        let gate = DispatchSemaphore(value: 0)
        let test = WorkerUnderTest(lanes: 1) { _ in
            analysed.record(.storeFailed)
            gate.wait()
            return []
        }
        await #expect(throws: WorkerError.drainTimedOut(unsettled: 20, after: .seconds(30))) {
            try await test.whileRunning { stop in
                test.source.deliver((0..<20).map { Body.update("id\($0)") })
                await analysed.wait { !$0.isEmpty }
                stop()
                await test.journal.wait { $0.contains(.slept(.seconds(30))) }
                test.clock.advance(by: .seconds(30))
                // The lanes know before the connections are let go of.
                await test.journal.wait { $0.contains(.sinkClosed) }
                gate.signal()
                await test.journal.wait { $0.contains(.storeClosed) }
            }
        }
        #expect(analysed.events.count == 1)
    }

    @Test("cancelled, lets go of everything and accepts nothing more")
    func cancelled() async throws {
        let test = WorkerUnderTest()
        test.store.failNext(Array(repeating: Self.busy, count: 100))
        let task = Task { try await test.worker.run() }
        test.source.deliver([Body.update("a")])
        await test.journal.wait { $0.contains(.storeFailed) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(test.journal.events.contains(.sourceClosed))
        #expect(test.journal.settled(.accept).isEmpty)
    }

    @Test("waits for a batch to fill no longer than the delay")
    func batchDelay() async throws {
        let test = WorkerUnderTest(batchCount: 100, batchDelay: .milliseconds(5))
        try await test.whileRunning { _ in
            test.source.deliver([Body.update("a")])
            await test.journal.wait { $0.contains(.slept(.milliseconds(5))) }
            #expect(!test.journal.events.contains(.stored(["+a"])))
            test.clock.advance(by: .milliseconds(5))
            await test.journal.waitForSettled(1)
        }
    }

    @Test("with a small prefetch does not wait for a batch that cannot fill")
    func smallPrefetch() async throws {
        let test = WorkerUnderTest(prefetch: 2, batchCount: 100, batchDelay: .seconds(3_600))
        try await test.whileRunning { _ in
            test.source.deliver([Body.update("a"), Body.update("b")])
            await test.journal.waitForSettled(2)
        }
    }
}
