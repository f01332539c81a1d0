import Testing

@testable import Drivers

@Suite struct ConsumerWorkTests {
    private func message(_ number: UInt64) -> CollectedMessage {
        CollectedMessage(
            role: .incoming, sequence: number, intendedNanoseconds: 0, receivedNanoseconds: nil,
            serviceNanoseconds: nil)
    }

    /// Adds messages that arrive at these times; when each is done.
    private func done(_ time: ProcessingTime, arrivals: [Int64]) -> [Int64] {
        var random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
        var work = ConsumerWork(time)
        return arrivals.enumerated().map { number, arrival in
            work.add(tag: UInt64(number + 1), message(UInt64(number)), now: arrival, using: &random)
            return work.lastDoneNanoseconds
        }
    }

    @Test func aConsumerWorksOnOneMessageAfterTheOther() {
        #expect(done(.fixed(10), arrivals: [0, 0, 5, 100]) == [10, 20, 30, 110])
    }

    @Test func stepsFollowEachOtherFromTheFirstMessageOnAndTheLastHolds() {
        let steps = ProcessingTime.steps([10, 2, 1], eachNanoseconds: 100)
        #expect(done(steps, arrivals: [1000, 1099, 1100, 1200, 9999]) == [1010, 1109, 1111, 1201, 10_000])
    }

    @Test func timesOfARangeStayInIt() {
        let times = done(.uniform(3...7), arrivals: Array(stride(from: 0, to: 100_000, by: 100)))
        let durations = times.enumerated().map { $1 - Int64($0 * 100) }
        #expect(Set(durations) == [3, 4, 5, 6, 7])
    }

    @Test func whatIsDoneComesOutInOrderWithItsTimes() throws {
        var random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
        var work = ConsumerWork(.fixed(10))
        work.add(tag: 1, message(7), now: 100, using: &random)
        work.add(tag: 2, message(8), now: 105, using: &random)
        #expect(work.nextDoneNanoseconds == 110 && work.count == 2)
        let none = work.takeDone(now: 109)
        #expect(none?.tag == nil)
        let taken = (work.takeDone(now: 119), work.takeDone(now: 119))
        let first = try #require(taken.0)
        #expect(taken.1?.tag == nil)
        #expect(first.tag == 1 && first.message.sequence == 7)
        #expect(first.message.receivedNanoseconds == 100 && first.message.serviceNanoseconds == 10)
        let last = work.takeDone(now: 120)
        let second = try #require(last)
        #expect(second.message.receivedNanoseconds == 105 && second.message.serviceNanoseconds == 15)
        #expect(work.isEmpty && work.nextDoneNanoseconds == nil)
    }

    @Test func whatALostConnectionBroughtIsForgotten() {
        var random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
        var work = ConsumerWork(.fixed(1000))
        for tag in 1...5 { work.add(tag: UInt64(tag), message(0), now: 0, using: &random) }
        work.reset()
        #expect(work.isEmpty)
        work.add(tag: 1, message(0), now: 10, using: &random)
        #expect(work.nextDoneNanoseconds == 1010, "nothing of the old work stands before it")
    }

    @Test(arguments: [
        (1, ["a", "b"], [["a", "b"]]), (2, ["a", "b"], [["a"], ["b"]]), (4, ["a", "b"], [["a"], ["b"], ["a"], ["b"]]),
        (2, ["a", "b", "c"], [["a", "c"], ["b"]]), (3, ["a"], [["a"], ["a"], ["a"]]), (2, [], [[], []]),
    ])
    func queuesAreSpreadOverTheChannels(channels: Int, queues: [String], expected: [[String]]) {
        #expect((0..<channels).map { AMQPLoadCollector.share(of: $0, among: channels, queues) } == expected)
    }
}
