import Drivers
import Testing

@testable import LoadGenerator

@Suite struct ScheduleTests {
    private let planner = MessagePlanner(
        kinds: [
            .init(weight: 8, templates: 0..<100, deletes: false, updates: true),
            .init(weight: 2, templates: 100..<101, deletes: true, updates: false),
        ], seed: 9)

    private func stretch() -> Stretch {
        let arrivals = ArrivalSequence(
            phases: [.init(curve: .constant(10_000), end: .count(20_000))], spacing: .poisson, seed: 4)
        return Stretch(
            schedule: Schedule(arrivals: arrivals, planner: planner), firstSequence: 0, firstPhase: 0,
            startNanoseconds: 0, closedLoop: nil)
    }

    @Test(arguments: [1, 2, 3, 7, 64])
    func anyNumberOfConnectionsSendsTheSameMessages(connections: Int) {
        let stretch = stretch()
        var merged = [Schedule.Entry?](repeating: nil, count: 20_000)
        for connection in 0..<connections {
            var walk = StretchWalk(stretch, connection: connection, of: connections)
            while let entry = walk.peek(nowNanoseconds: 0) {
                #expect(merged[walk.position] == nil)
                merged[walk.position] = entry
                walk.advance()
            }
        }
        var alone = StretchWalk(self.stretch(), connection: 0, of: 1)
        for entry in merged {
            #expect(entry != nil && entry == alone.peek(nowNanoseconds: 0))
            alone.advance()
        }
        #expect(alone.peek(nowNanoseconds: 0) == nil)
    }

    @Test func aBlockMadeAgainIsTheSame() {
        let schedule = stretch().schedule
        let first = Array(schedule.block(0).entries)
        for index in 0...4 { _ = schedule.block(index) }
        let fresh = stretch().schedule
        #expect(fresh.block(4).count == 20_000 - 4 * Schedule.blockLength)
        #expect(Array(fresh.block(0).entries) == first)
        #expect(fresh.block(5).count == 0)
    }

    @Test(arguments: [ArrivalSequence.Spacing.uniform, .poisson], [-1, 0, 1, 4096, 9_999, 20_000, 25_000])
    func countsWhatIsDueByPhase(spacing: ArrivalSequence.Spacing, due: Int) {
        let phases: [ArrivalSequence.Phase] = [
            .init(curve: .constant(1_000_000), end: .count(5000)), .init(curve: .constant(0), end: .after(seconds: 1)),
            .init(curve: .linear(from: 0, to: 30_000, over: 0.3), end: .after(seconds: 0.4)),
            .init(curve: .burst(low: 0, high: 50_000, period: 0.1, duty: 0.2), end: .after(seconds: 0.25)),
            .init(curve: .sine(mean: 40_000, amplitude: 40_000, period: 0.2), end: .count(3000)),
        ]
        let arrivals = ArrivalSequence(phases: phases, spacing: spacing, seed: 4)
        var walker = arrivals
        var times: [ArrivalSequence.Arrival] = []
        while let arrival = walker.next() { times.append(arrival) }
        for step in [Int64(0), 1, 7] {
            let border = due < 0 ? -5 : due < times.count ? times[due].offsetNanoseconds + step : .max
            let counts = Schedule(arrivals: arrivals, planner: planner).counts(before: border, phases: 5)
            let expected = (0..<5).map { phase in
                UInt64(times.count { $0.phase == phase && $0.offsetNanoseconds < border })
            }
            #expect(counts == expected)
        }
    }

    @Test func countingAheadLeavesTheEntriesAsTheyAre() {
        let (counted, fresh) = (stretch().schedule, stretch().schedule)
        #expect(counted.counts(before: .max, phases: 1) == [20_000])
        for index in 0...4 { #expect(Array(counted.block(index).entries) == Array(fresh.block(index).entries)) }
    }

    @Test func theNextStretchGoesOnWithTheMessages() {
        var walked = planner
        for _ in 0..<9_999 { _ = walked.next() }
        var resumed = stretch().schedule.planner(after: 9_999)
        for _ in 0..<500 { #expect(resumed.next() == walked.next()) }
    }

    @Test func claimsOfAClosedLoopAreDisjointAndComplete() {
        let stretch = Stretch(
            schedule: Schedule(arrivals: nil, planner: planner), firstSequence: 0, firstPhase: 0,
            startNanoseconds: 0, closedLoop: .init(window: 10, count: 1000, claims: Claims()))
        var walks = (0..<3).map { StretchWalk(stretch, connection: $0, of: 3) }
        var seen: Set<Int> = []
        var more = true
        while more {
            more = false
            for index in walks.indices where walks[index].peek(nowNanoseconds: 0) != nil {
                #expect(seen.insert(walks[index].position).inserted)
                walks[index].advance()
                more = true
            }
        }
        #expect(seen == Set(0..<1000))
    }
}

@Suite struct MessagePlannerTests {
    @Test func deletesNameUpdatesMadeLongBeforeAndEachOnce() {
        var planner = MessagePlanner(
            kinds: [
                .init(weight: 6, templates: 0..<10, deletes: false, updates: true),
                .init(weight: 3, templates: 10..<12, deletes: true, updates: false),
                .init(weight: 1, templates: 12..<15, deletes: false, updates: false),
            ], seed: 11, storedLagMessages: 100)
        var updates: Set<UInt64> = []
        var deleted: Set<UInt64> = []
        var counts = [0, 0, 0]
        for sequence in UInt64(0)..<50_000 {
            let plan = planner.next()
            switch plan.template {
            case 0..<10:
                counts[0] += 1
                #expect(plan.documentSequence == sequence)
                updates.insert(sequence)
            case 10..<12:
                counts[1] += 1
                #expect(updates.contains(plan.documentSequence))
                #expect(plan.documentSequence + 100 < sequence)
                #expect(deleted.insert(plan.documentSequence).inserted)
            default: counts[2] += 1
            }
        }
        #expect(abs(Double(counts[0]) / 50_000 - 0.6) < 0.02)
        #expect(abs(Double(counts[1]) / 50_000 - 0.3) < 0.02)
        #expect(abs(Double(counts[2]) / 50_000 - 0.1) < 0.02)
    }
}
