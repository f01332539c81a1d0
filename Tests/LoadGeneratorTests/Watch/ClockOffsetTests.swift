import LoadMetrics
import Testing

@testable import LoadGenerator

@Suite struct ClockOffsetTests {
    /// A message sent at `sent` by our clock, on its way for `there` and `back`, on a worker whose clock is ahead.
    private func enter(
        _ clock: inout ClockOffset, sent: Int64, there: Int64, service: Int64 = 500, back: Int64, ahead: Int64,
        lag: Int64 = 0
    ) -> ClockOffset.Wait? {
        let received = sent + there + ahead
        return clock.enter(
            phase: 0, intended: sent - lag, sent: sent, received: received, done: received + service,
            collected: sent + there + service + back)
    }

    @Test func onOneHostEveryWaitIsRecordedAsItIs() throws {
        var clock = ClockOffset(isShared: true)
        #expect(clock.facts == nil)
        #expect(enter(&clock, sent: 1_000, there: 70, back: 30, ahead: 0, lag: 5)?.nanoseconds == 75)
        let facts = try #require(clock.facts)
        #expect(facts.shared && facts.agrees && facts.errorNanoseconds == 0)
        #expect(clock.settle().isEmpty)
    }

    @Test func aClockThatSaysItIsOursNeedsNoLearning() throws {
        var clock = ClockOffset(isShared: false)
        clock.share()
        #expect(enter(&clock, sent: 1_000, there: 70, back: 30, ahead: 0)?.nanoseconds == 70)
        #expect(try #require(clock.facts).shared)
        var late = ClockOffset(isShared: false)
        #expect(enter(&late, sent: 1_000, there: 70, back: 30, ahead: 5) == nil)
        late.share()
        #expect(late.settle().count == 1, "what was kept before is not lost")
        #expect(try !#require(late.facts).shared)
    }

    @Test func aNegativeWaitIsNeitherClampedNorTurned() throws {
        // Said to be on this host, and its clock is 1 ms behind: that is noticed.
        var clock = ClockOffset(isShared: true)
        #expect(enter(&clock, sent: 1_000, there: 70, back: 30, ahead: -1_000_000)?.nanoseconds == 70 - 1_000_000)
        let facts = try #require(clock.facts)
        #expect(!facts.agrees && facts.errorNanoseconds == nil)
        var waits = LatencyHistogram()
        waits.record(70 - 1_000_000)
        #expect(waits.negativeCount == 1 && waits.isEmpty)
    }

    @Test(arguments: [Int64(86_400_000_000_000), -5_000_000_000, 0, 12_345])
    func anotherHostsClockIsLearnedWithinItsErrorBar(ahead: Int64) throws {
        var clock = ClockOffset(isShared: false)
        var recorded: [(wait: Int64, truth: Int64)] = []
        var truths: [Int64] = []
        for number in Int64(0)..<3_000 {
            // Ways between 100 and 1 099 ns there and between 300 and 1 799 ns back, and messages that left late.
            let there = 100 + number * 7_919 % 1_000
            let lag = number % 11
            truths.append(there + lag)
            if let wait = enter(
                &clock, sent: number * 10_000, there: there, back: 300 + number * 6_007 % 1_500, ahead: ahead, lag: lag)
            {
                recorded.append((wait.nanoseconds, there + lag))
            }
            if clock.isReady { recorded += zip(clock.settle(), truths).map { ($0.nanoseconds, $1) } }
        }
        #expect(recorded.count == 3_000)
        let facts = try #require(clock.facts)
        let error = try #require(facts.errorNanoseconds)
        #expect(facts.atLeastNanoseconds <= ahead && facts.atMostNanoseconds >= ahead)
        #expect(abs(facts.offsetNanoseconds - ahead) <= error)
        // The fastest ways there and back, and no more.
        #expect(error >= 200 && error < 320, "\(error)")
        for (wait, truth) in recorded { #expect(abs(wait - truth) <= error) }
    }

    @Test func aShortRunLearnsFromWhatItHas() throws {
        var clock = ClockOffset(isShared: false)
        #expect(enter(&clock, sent: 0, there: 100, back: 100, ahead: 7_000) == nil)
        #expect(!clock.isReady && clock.facts == nil)
        #expect(clock.settle() == [ClockOffset.Wait(phase: 0, nanoseconds: 100)])
        #expect(clock.facts?.errorNanoseconds == 100)
    }

    @Test func workersWithSeveralClocksAreFoundOut() throws {
        var clock = ClockOffset(isShared: false)
        _ = enter(&clock, sent: 0, there: 100, back: 100, ahead: 7_000)
        _ = enter(&clock, sent: 10_000, there: 100, back: 100, ahead: 9_000)
        _ = clock.settle()
        let facts = try #require(clock.facts)
        #expect(!facts.agrees && facts.errorNanoseconds == nil)
    }

    @Test func theErrorOfTwoConnectionsCoversBoth() throws {
        let one = ClockFacts(shared: false, offsetNanoseconds: 100, atLeastNanoseconds: 50, atMostNanoseconds: 160)
        let other = ClockFacts(shared: false, offsetNanoseconds: 130, atLeastNanoseconds: 80, atMostNanoseconds: 190)
        // The truth lies in 80…160: the first is off by 60 at most, the second by 50.
        #expect(one.joined(other).errorNanoseconds.map { $0 >= 60 && $0 <= 80 } == true)
        #expect(other.joined(one).errorNanoseconds.map { $0 >= 60 && $0 <= 80 } == true)
        let apart = ClockFacts(shared: false, offsetNanoseconds: 900, atLeastNanoseconds: 800, atMostNanoseconds: 990)
        #expect(one.joined(apart).errorNanoseconds == nil)
    }
}
