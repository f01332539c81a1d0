import Drivers
import Foundation
import LoadMetrics
import NIOCore
import ServiceLifecycleTestKit
import Stores
import TestSupport
import Testing

@testable import PipelineWorker

@Suite("A worker", .timeLimit(.minutes(1)))
struct WorkerTests {
    @Test("stores, then publishes, then accepts")
    func order() async throws {
        let test = WorkerUnderTest()
        try await test.whileRunning { _ in
            test.source.deliver([Body.update("a")])
            await test.journal.waitForSettled(1)
        }
        let events = test.journal.events.filter {
            switch $0 {
            case .stored, .published, .settled: true
            default: false
            }
        }
        #expect(events == [.stored(["+a"]), .published(["m1"]), .settled([1], .accept)])
    }

    @Test("accepts nothing before it is stored and its result confirmed")
    func acceptsLast() async throws {
        let test = WorkerUnderTest(lanes: 1)
        test.store.hold()
        test.sink.hold()
        try await test.whileRunning { _ in
            test.source.deliver([Body.update("a"), Body.update("b")])
            await test.journal.wait { $0.contains(.stored(["+a", "+b"])) }
            #expect(test.journal.settled(.accept).isEmpty)
            #expect(test.sink.messages.isEmpty)
            test.store.release()
            await test.journal.wait { $0.contains(.published(["m1", "m2"])) }
            #expect(test.journal.settled(.accept).isEmpty)
            test.sink.release()
            await test.journal.waitForSettled(2)
        }
        #expect(test.journal.settled(.accept) == [1, 2])
    }

    @Test("keeps the order of arrival within a key, whichever lane is faster")
    func orderWithinKey() async throws {
        // The first slice is held back on its lane until the last one is done.
        let gate = DispatchSemaphore(value: 0)
        let test = WorkerUnderTest(lanes: 4) { text in
            if text == Array("slow".utf8) { gate.wait() }
            if text == Array("last".utf8) { gate.signal() }
            return Array("{}".utf8)
        }
        try await test.whileRunning { _ in
            test.source.deliver([
                Body.update("a", text: "slow"), Body.delete("a"), Body.update("a", text: "x"),
                Body.update("a", text: "last"),
            ])
            await test.journal.waitForSettled(4)
        }
        let stored = test.journal.events.flatMap { event -> [String] in
            if case .stored(let names) = event { names } else { [] }
        }
        #expect(stored == ["+a", "-a", "+a", "+a"])
        #expect(test.store.documents["a"]?.values[1] == .text(Array("last".utf8)))
    }

    @Test("analyses the next batch while one is stored")
    func overlap() async throws {
        let analysed = Journal()
        let test = WorkerUnderTest(lanes: 1) { text in
            analysed.record(.stored([String(decoding: text, as: UTF8.self)]))
            return Array("{}".utf8)
        }
        test.store.hold()
        try await test.whileRunning { _ in
            test.source.deliver([Body.update("a", text: "one")])
            await test.journal.wait { $0.contains(.stored(["+a"])) }
            test.source.deliver([Body.update("b", text: "two")])
            await analysed.wait { $0.contains(.stored(["two"])) }
            #expect(!test.journal.events.contains(.stored(["+b"])))
            test.store.release()
            await test.journal.waitForSettled(2)
        }
    }

    @Test("stores the next batch while results wait for their confirm, up to the maximum")
    func publishesOverlap() async throws {
        let test = WorkerUnderTest(adjusting: { $0.publishesMaximum = 2 })
        test.sink.hold()
        try await test.whileRunning { _ in
            for id in ["a", "b", "c", "d"] {
                test.source.deliver([Body.update(id)])
                if id != "d" { await test.journal.wait { $0.contains(.stored(["+\(id)"])) } }
            }
            await test.journal.wait { $0.contains(.published(["m1"])) && $0.contains(.published(["m2"])) }
            #expect(!test.journal.events.contains(.published(["m3"])))
            #expect(!test.journal.events.contains(.stored(["+d"])))
            test.sink.release()
            await test.journal.waitForSettled(4)
        }
    }

    @Test("rejects what cannot be processed, with its reason counted and logged, and works on")
    func rejects() async throws {
        let test = WorkerUnderTest()
        try await test.whileRunning { _ in
            test.source.deliver([
                Body.update("a"), "not json", #"{"id":"b","type":"update"}"#, #"{"id":"c","type":"rename"}"#,
                Body.delete("a"),
            ])
            await test.journal.waitForSettled(2, .accept)
            await test.journal.waitForSettled(3, .reject)
        }
        #expect(test.journal.settled(.reject) == [2, 3, 4])
        #expect(test.journal.settled(.accept) == [1, 5])
        let counters = test.worker.statistics.snapshot(.stopped).counters
        #expect(counters["failed"] == 3)
        #expect(counters["failed.bad_json"] == 1)
        #expect(counters["failed.text_missing"] == 1)
        #expect(counters["failed.type_unknown"] == 1)
        #expect(
            test.logs.lines.contains(
                "warning: message rejected detail=an update has no text message_id=m3 reason=text_missing"))
    }

    @Test("puts what cannot be processed into the failed queue, with reason and column, and only then accepts it")
    func putsAside() async throws {
        let test = WorkerUnderTest(lanes: 1, adjusting: { $0.failedDestination = "failed" })
        test.store.refuse("c")
        test.sink.hold()
        try await test.whileRunning { _ in
            test.source.deliver([
                Body.update("a"), #"{"id" ?"#, #"{"id":"b","type":"update"}"#, Body.update("c"),
            ])
            await test.journal.wait { $0.contains(.published(["m2", "m3"])) && $0.contains(.published(["m4"])) }
            #expect(test.journal.settled(.accept).isEmpty)
            #expect(test.worker.statistics.inFlight == 4)
            test.sink.release()
            await test.journal.waitForSettled(4)
        }
        #expect(test.journal.settled(.reject).isEmpty)
        #expect(test.journal.settled(.accept).sorted() == [1, 2, 3, 4])
        let failed = test.sink.failed.sorted { $0.message.token.number < $1.message.token.number }
        #expect(
            failed.map(\.reason) == [
                "bad_json: not JSON at byte 6", "text_missing: an update has no text", "refused_by_store: too odd",
            ])
        #expect(failed.map(\.column) == [7, nil, nil])
        #expect(String(buffer: failed[0].message.body) == #"{"id" ?"#)
        #expect(failed[0].message.intendedNanoseconds == 100)
        #expect(test.sink.messages.map(\.messageID) == ["m1"])
        #expect(test.worker.statistics.failedTotal == 3 && test.worker.statistics.inFlight == 0)
    }

    @Test("has the broker dead-letter what it cannot put aside")
    func noFailedQueue() async throws {
        let test = WorkerUnderTest(adjusting: { $0.failedDestination = "failed" })
        test.sink.removeFailedQueue()
        try await test.whileRunning { _ in
            test.source.deliver(["?", Body.update("a")])
            await test.journal.waitForSettled(1, .reject)
            await test.journal.waitForSettled(1, .accept)
        }
        #expect(test.journal.settled(.reject) == [1] && test.journal.settled(.accept) == [2])
        #expect(test.worker.statistics.failedTotal == 1 && test.worker.statistics.publishRetries == 0)
    }

    @Test("rejects what the store refuses for good")
    func refusedByStore() async throws {
        let test = WorkerUnderTest()
        test.store.refuse("b")
        try await test.whileRunning { _ in
            test.source.deliver([Body.update("a"), Body.update("b")])
            await test.journal.waitForSettled(1, .accept)
        }
        #expect(test.journal.settled(.reject) == [2])
        #expect(test.worker.statistics.snapshot(.stopped).counters["failed.refused_by_store"] == 1)
        #expect(test.sink.messages.map(\.messageID) == ["m1"])
    }

    @Test("logs ten rejections a second and says how many it left out")
    func rejectionLogIsLimited() async throws {
        let test = WorkerUnderTest()
        try await test.whileRunning { _ in
            test.source.deliver(Array(repeating: "?", count: 25))
            await test.journal.waitForSettled(25, .reject)
            test.clock.advance(by: .seconds(1))
            test.source.deliver(["?"])
            await test.journal.waitForSettled(26, .reject)
        }
        let lines = test.logs.lines.filter { $0.contains("message rejected") }
        #expect(lines.count == 11)
        #expect(lines.last?.contains("not_logged_before=15") == true)
    }

    @Test("gives results the times of their message and the outcome of deletes")
    func results() async throws {
        let test = WorkerUnderTest { text in Array(#"{"bytes":\#(text.count)}"#.utf8) }
        try await test.whileRunning { _ in
            test.source.deliver([Body.update("a", text: "hello"), Body.delete("a"), Body.delete("absent")])
            await test.journal.waitForSettled(3)
        }
        let messages = test.sink.messages
        #expect(
            messages.map { String(buffer: $0.body) } == [
                #"{"id":"a","type":"update","user_id":7,"analysis":{"bytes":5},"processed_at":"#
                    + #""2026-11-21T02:48:49.123Z"}"#,
                #"{"id":"a","type":"delete","deleted":true}"#,
                #"{"id":"absent","type":"delete","deleted":false}"#,
            ])
        let first = try #require(messages.first)
        #expect(first.messageID == "m1")
        #expect(first.correlationID == "m1")
        #expect(first.contentType == "application/json")
        #expect(first.integerHeaders.map(\.name) == ["x-rafale-intended", "x-rafale-received", "x-rafale-service"])
        #expect(first.integerHeaders.map(\.value) == [100, 350, 650])
    }

    @Test("counts and times everything")
    func statistics() async throws {
        let test = WorkerUnderTest()
        try await test.whileRunning { _ in
            test.source.deliver([Body.update("a"), Body.delete("a")])
            test.source.deliver([Body.update("b")], redelivered: true)
            await test.journal.waitForSettled(3)
        }
        let snapshot = test.worker.statistics.snapshot(.stopped)
        let expected: [String: UInt64] = [
            "received": 3, "redelivered": 1, "processed": 3, "updated": 2, "deleted": 1, "failed": 0, "confirmed": 3,
        ]
        for (name, count) in expected { #expect(snapshot.counters[name] == count, "\(name)") }
        #expect(snapshot.histograms["queue_wait"]?.max == 250)
        let counts = ["queue_wait": 3, "decode": 3, "analyse": 2, "store": 3, "publish": 3, "service": 3]
        for (name, count) in counts { #expect(snapshot.histograms[name]?.count == UInt64(count), "\(name)") }
        #expect(test.worker.statistics.inFlight == 0)
    }

    @Test("writes a line of statistics when ready, each second, and at the end")
    func statisticsLines() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending(path: "stats.jsonl").path
            let test = WorkerUnderTest(snapshots: try SnapshotWriter(path: path))
            try await test.whileRunning { _ in
                await test.journal.wait { $0.contains(.slept(.seconds(1))) }
                test.clock.advance(by: .seconds(1))
                await test.journal.wait { events in events.count { $0 == .slept(.seconds(1)) } == 2 }
                test.source.deliver([Body.update("a")])
                await test.journal.waitForSettled(1)
            }
            var reader = SnapshotReader(path: path)
            let snapshots = reader.readNew()
            #expect(snapshots.map(\.event) == [.ready, .running, .stopped])
            #expect(snapshots.allSatisfy { $0.role == .worker })
            #expect(snapshots.last?.counters["processed"] == 1)
        }
    }
}
