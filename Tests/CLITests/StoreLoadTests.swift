import Stores
import Testing

@testable import CLI

@Suite("Load on a store")
struct StoreLoadTests {
    @Test(
        "what the store refuses is answered for by itself, and is never confirmed with the others",
        arguments: [
            ([], []), ([.upserted, .absent, .deleted, .superseded], [yes(14)]), ([.refused("r")], [no(11)]),
            (
                [.upserted, .upserted, .refused("r"), .refused("r"), .deleted, .refused("r")],
                [yes(12), no(13), no(14), yes(15), no(16)]
            ),
            ([.refused("r"), .upserted], [no(11), yes(12)]),
        ] as [([StoreOutcome], [StoreAnswer])])
    func answers(_ outcomes: [StoreOutcome], _ expected: [StoreAnswer]) {
        #expect(StoreAnswer.all(to: outcomes, after: 10) == expected)
    }

    @Test("a note counts what was refused and gives the first reason")
    func note() {
        let refusals = StoreRefusals()
        #expect(refusals.note == nil)
        refusals.add("too large")
        refusals.add("not UTF-8")
        #expect(refusals.note == "The store refused 2 documents, which are counted as nacked; the first: too large.")
    }

    private static func yes(_ number: UInt64) -> StoreAnswer {
        StoreAnswer(number: number, isMultiple: true, isAccepted: true)
    }

    private static func no(_ number: UInt64) -> StoreAnswer {
        StoreAnswer(number: number, isMultiple: false, isAccepted: false)
    }
}
