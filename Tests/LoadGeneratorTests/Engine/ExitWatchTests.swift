import Testing

@testable import LoadGenerator

@Suite struct ExitWatchTests {
    private typealias Look = ExitWatch.Look

    /// What the watch says after each look.
    private func verdicts(_ rule: LoadPlan.ExitRule, _ looks: [Look]) -> [Bool] {
        var watch = ExitWatch(rule, now: 0)
        return looks.map { watch.isOver($0) }
    }

    @Test func anIdleRunEndsWhenNothingHasMovedForLongEnough() {
        // Who waits for the first message is not idle.
        let looks: [(UInt64, Int64)] = [(0, 1000), (5, 1050), (5, 1149), (6, 1160), (6, 1259), (6, 1260)]
        let verdicts = verdicts(
            .idle(nanoseconds: 100), looks.map { Look(moved: $0.0, nowNanoseconds: $0.1) })
        #expect(verdicts == [false, false, false, false, false, true])
    }

    @Test func anEmptyQueueEndsARunOnlyWhenNothingIsUnderWay() {
        let verdicts = verdicts(
            .empty,
            [
                // Messages came since the last look; one waits; two are not settled; nobody knows; nothing more.
                Look(moved: 9, nowNanoseconds: 1, waiting: 0), Look(moved: 9, nowNanoseconds: 2, waiting: 1),
                Look(moved: 9, nowNanoseconds: 3, waiting: 0, unsettled: 2),
                Look(moved: 9, nowNanoseconds: 4, waiting: nil), Look(moved: 9, nowNanoseconds: 5, waiting: 0),
            ])
        #expect(verdicts == [false, false, false, false, true])
    }
}
