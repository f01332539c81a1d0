import Testing

@testable import Stores

@Suite("What a batch comes to")
struct BatchPlanTests {
    typealias State = BatchPlan.RowState

    @Test(
        "one operation on one row, in a collection that keeps the latest",
        arguments: [
            (State.missing, true, StoreOutcome.upserted, State.live(version: 5)),
            (.live(version: 4), true, .upserted, .live(version: 5)),
            (.live(version: 5), true, .upserted, .live(version: 5)),
            (.live(version: 6), true, .superseded, nil),
            (.buried(version: 4), true, .upserted, .live(version: 5)),
            (.buried(version: 5), true, .superseded, nil),
            (.missing, false, .absent, .buried(version: 5)),
            (.live(version: 5), false, .deleted, .buried(version: 5)),
            (.live(version: 6), false, .superseded, nil),
            (.buried(version: 4), false, .absent, .buried(version: 5)),
            (.buried(version: 5), false, .absent, nil),
        ] as [(State, Bool, StoreOutcome, State?)])
    func latest(_ state: State, _ isUpsert: Bool, _ outcome: StoreOutcome, _ next: State?) {
        let result = BatchPlan.step(isUpsert ? upsert("a", 5) : .delete(id: "a", version: 5), state, .latest)
        #expect(result.0 == outcome)
        #expect(result.1 == next)
    }

    @Test("operations on one identifier leave one row to write, the last that counts")
    func oneRow() {
        let plan = BatchPlan(
            [upsert("a", 1), .delete(id: "a", version: 2), upsert("a", 3), upsert("a", 2)], keeps: .latest)
        let (outcomes, changes) = plan.decide([:])
        #expect(outcomes == [.upserted, .deleted, .upserted, .superseded])
        #expect(changes == .init(inserts: [.init(operation: 2, isBuried: false)]))
        let (again, updates) = plan.decide([.init("a"): .live(version: 3)])
        #expect(again == [.superseded, .superseded, .upserted, .superseded])
        #expect(updates == .init(updates: [.init(operation: 2, isBuried: false)]))
    }

    @Test("what is refused changes nothing, and the write before it counts")
    func refused() {
        var plan = BatchPlan([upsert("a", 1), upsert("a", 2)], keeps: .latest)
        plan.refuse(1, .refused("too large"))
        let (outcomes, changes) = plan.decide([:])
        #expect(outcomes == [.upserted, .refused("too large")])
        #expect(changes.inserts == [.init(operation: 0, isBuried: false)])
    }

    @Test("rows are in the order of their identifiers' bytes, and spellings of one letter are two")
    func order() {
        let plan = BatchPlan(["é", "b", "e\u{301}", "B"].map { upsert($0, 1) }, keeps: .latest)
        #expect(plan.identifiers == ["B", "b", "e\u{301}", "é"].map { BatchPlan.Identifier($0) })
        #expect(plan.decide([:]).changes.inserts.map(\.operation) == [3, 1, 2, 0])
    }

    @Test("an identifier comes before those that it begins, and bytes count as numbers from 0 to 255")
    func identifiers() {
        let sorted: [[UInt8]] = [[], [0], [0, 0], [0x61], [0x61, 0], [0x61, 0x62], [0x62], [0x7F], [0x80], [0xFF]]
        for (index, bytes) in sorted.enumerated() {
            for (other, otherBytes) in sorted.enumerated() {
                let (one, another) = (BatchPlan.Identifier(bytes), BatchPlan.Identifier(otherBytes))
                #expect((one < another) == (index < other))
                #expect((one == another) == (index == other))
                if index == other { #expect(one.hashValue == another.hashValue) }
            }
        }
        #expect(Set(sorted.map { BatchPlan.Identifier($0) }).count == sorted.count)
    }

    @Test("operations on one identifier keep their order among many others")
    func orderAmongOthers() {
        let operations = (0..<300).map { upsert($0.isMultiple(of: 3) ? "same" : "\($0 * 7919 % 1000)", 1) }
        let plan = BatchPlan(operations, keeps: .latest)
        let inserts = plan.decide([:]).changes.inserts.map(\.operation)
        #expect(inserts.last == 297, "the last of those on 'same', which is behind all digits")
        #expect(inserts.count == 201)
        #expect(plan.identifiers == inserts.map { BatchPlan.Identifier(operations[$0].id) })
        #expect(plan.identifiers == plan.identifiers.sorted())
    }

    @Test("a collection that keeps the first removes what was deleted, and replaces what came again after that")
    func first() {
        let plan = BatchPlan(
            [
                upsert("kept", 9), .delete(id: "gone", version: 0), .delete(id: "new", version: 0), upsert("new", 0),
                upsert("never", 0), .delete(id: "never", version: 0),
            ], keeps: .first)
        let live = State.live(version: 0)
        let (outcomes, changes) = plan.decide([.init("kept"): live, .init("gone"): live, .init("new"): live])
        #expect(outcomes == [.upserted, .deleted, .deleted, .upserted, .upserted, .deleted])
        #expect(changes == .init(updates: [.init(operation: 3, isBuried: false)], removals: [1]))
    }

    private func upsert(_ id: String, _ version: Int64) -> StoreOperation {
        .upsert(StoreDocument(id: id, values: []), version: version)
    }
}
