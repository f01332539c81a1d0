import NIOCore
import Testing

@testable import Drivers

@Suite("Batches of results that wait for their confirm")
struct PublishedBatchesTests {
    private func batch(
        _ name: String, _ ids: [String?], to queue: String = "results"
    ) -> PublishedBatches<String>.Batch {
        .init(.results(ids.map { OutboundMessage(body: ByteBuffer(), messageID: $0) }), to: queue, waiter: name)
    }

    /// Batches that are sent, their messages numbered from 1.
    private func sent(_ all: [PublishedBatches<String>.Batch]) -> PublishedBatches<String> {
        var batches = PublishedBatches<String>()
        var next: UInt64 = 1
        for batch in all { batches.append(batch) }
        while let index = batches.firstUnsent {
            batches.send(index, from: next)
            next += UInt64(batches[index].messages.count)
        }
        return batches
    }

    /// The names of the batches that have ended, those that the broker sent something back of with a mark.
    private func ended(_ batches: inout PublishedBatches<String>) -> [String] {
        batches.takeFinished().map { $0.ending == .returned ? "\($0.batch.waiter) returned" : $0.batch.waiter }
    }

    @Test("end when all their messages are answered for, in the order they were sent")
    func inOrder() {
        var batches = sent([batch("A", ["a", "b"]), batch("B", ["c"])])
        batches.confirm(1...1)
        batches.confirm(3...3)
        batches.confirm(1...1)
        #expect(ended(&batches) == [])
        batches.confirm(2...2)
        #expect(ended(&batches) == ["A", "B"])
        #expect(ended(&batches) == [])
    }

    @Test("of two with a message sent back both fail, though both are confirmed in one read")
    func bothReturned() {
        var batches = sent([batch("A", ["a"]), batch("B", ["b", "c"]), batch("C", ["d"])])
        batches.noteReturn(of: "a", from: "results")
        batches.noteReturn(of: "c", from: "results")
        batches.confirm(0...4)
        #expect(ended(&batches) == ["A returned", "B returned", "C"])
    }

    @Test("what is sent back of a later one is not laid on the one before it")
    func laterReturned() {
        var batches = sent([batch("A", ["a"]), batch("B", ["b"])])
        batches.noteReturn(of: "b", from: "results")
        batches.confirm(1...1)
        #expect(ended(&batches) == ["A"])
        batches.confirm(2...2)
        #expect(ended(&batches) == ["B returned"])
    }

    @Test(
        "a message that does not tell its batch is taken for one of each that may hold it",
        arguments: [nil, "unknown", "twice"])
    func untold(_ id: String?) {
        var batches = sent([
            batch("A", ["twice"]), batch("B", [nil, "twice"]), batch("C", ["twice"], to: "elsewhere"),
            batch("D", ["twice"]),
        ])
        // That of A comes before its confirm, so it is none of A's.
        batches.confirm(1...1)
        batches.noteReturn(of: id, from: "results")
        batches.confirm(2...5)
        #expect(ended(&batches) == ["A", "B returned", "C", "D returned"])
    }

    @Test("on a new connection all are sent again, and what was sent back before counts no more")
    func newConnection() {
        var batches = sent([batch("A", ["a"]), batch("B", ["b"])])
        batches.noteReturn(of: "a", from: "results")
        batches.confirm(1...1)
        batches.unsendAll()
        #expect(ended(&batches) == [])
        #expect(batches.firstUnsent == 0)
        batches.noteReturn(of: "a", from: "results")
        batches.send(0, from: 1)
        #expect(batches.firstUnsent == 1)
        batches.send(1, from: 2)
        batches.confirm(0...2)
        #expect(ended(&batches) == ["A", "B"])
    }

    @Test("those with a message that the broker refuses are taken out, and so is one that cannot be sent")
    func refused() {
        var batches = sent([batch("A", ["a", "b"]), batch("B", ["c"]), batch("C", ["d"])])
        let refused = batches.refuse(2...3)
        #expect(refused.map(\.waiter) == ["A", "B"])
        batches.append(batch("D", ["e"]))
        let unsendable = batches.remove(at: 1)
        #expect(unsendable == "D")
        batches.confirm(4...4)
        #expect(ended(&batches) == ["C"])
        let left = batches.removeAll()
        #expect(left.isEmpty)
    }
}
