import Testing

@testable import PipelineWorker

@Suite("Batch queue")
struct BatchQueueTests {
    private let journal = Journal()

    @Test("a batch that is not full comes when it is due, though the timer was set for another that went before")
    func replacedDeadline() async {
        let clock = ManualClock(journal)
        let queue = BatchQueue<Int>(batchCount: 2, delayNanoseconds: 100, clock: clock.clock)
        async let timer: Void = queue.keepTime()

        async let first = queue.next()
        queue.fill(queue.open(), with: [1])
        await journal.wait { $0 == [.slept(.nanoseconds(100))] }
        clock.advance(by: .nanoseconds(50))
        queue.fill(queue.open(), with: [2])
        #expect(await first == [1, 2], "full, so that nothing waits for the timer")

        async let second = queue.next()
        queue.fill(queue.open(), with: [3])
        clock.advance(by: .nanoseconds(50))
        await journal.wait { $0 == [.slept(.nanoseconds(100)), .slept(.nanoseconds(50))] }
        clock.advance(by: .nanoseconds(50))
        #expect(await second == [3])

        queue.end()
        #expect(await queue.next() == nil)
        await timer
    }

    @Test("batches that are due come one after the other, each by the timer alone")
    func oneAfterTheOther() async {
        let clock = ManualClock(journal)
        let queue = BatchQueue<Int>(batchCount: 10, delayNanoseconds: 100, clock: clock.clock)
        async let timer: Void = queue.keepTime()
        for round in 1...3 {
            async let batch = queue.next()
            queue.fill(queue.open(), with: [round])
            await journal.wait { $0.count == round }
            clock.advance(by: .nanoseconds(100))
            #expect(await batch == [round])
        }
        queue.end()
        #expect(await queue.next() == nil)
        await timer
    }
}
