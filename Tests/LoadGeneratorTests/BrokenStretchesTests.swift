import Testing

@testable import LoadGenerator

@Suite("Stretches of broken messages")
struct BrokenStretchesTests {
    private static let kinds = [MessagePlanner.Kind(weight: 1, templates: 0..<3, deletes: false, updates: true)]

    private static func schedule(_ broken: BrokenStretches) -> [Schedule.Entry] {
        let arrivals = ArrivalSequence(
            phases: [.init(curve: .constant(1000), end: .after(seconds: 10))], spacing: .uniform, seed: 1)
        let schedule = Schedule(
            arrivals: arrivals, planner: MessagePlanner(kinds: kinds, seed: 1), broken: broken)
        return (0..<3).flatMap { Array(schedule.block($0).entries) }
    }

    @Test("The share is broken in the stretch and nowhere else; the others are what they would have been")
    func share() {
        let stretch = BrokenStretches.Stretch(nanoseconds: 2_000_000_000..<4_000_000_000, share: 0.3)
        let broken = Self.schedule(BrokenStretches([stretch], templates: 3..<5, seed: 1))
        let whole = Self.schedule(BrokenStretches())
        #expect(broken.count == 10_000 && whole.count == 10_000)
        var count = 0
        for (index, (entry, other)) in zip(broken, whole).enumerated() {
            #expect(entry.offsetNanoseconds == other.offsetNanoseconds)
            guard entry.template >= 3 else {
                #expect(entry == other)
                continue
            }
            #expect(stretch.nanoseconds.contains(entry.offsetNanoseconds))
            #expect(entry.documentSequence == UInt64(index))
            count += 1
        }
        #expect((500...700).contains(count), "30 % of 2000: \(count)")
    }

    @Test("All of them, where that is asked for")
    func all() {
        let stretch = BrokenStretches.Stretch(nanoseconds: 0..<1_000_000_000, share: 1)
        let entries = Self.schedule(BrokenStretches([stretch], templates: 7..<8, seed: 3))
        #expect(entries.prefix(1000).allSatisfy { $0.template == 7 })
        #expect(entries.dropFirst(1000).allSatisfy { $0.template < 3 })
    }
}
