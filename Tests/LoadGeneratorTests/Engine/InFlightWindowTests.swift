import Testing

@testable import LoadGenerator

@Suite struct InFlightWindowTests {
    private func filled(_ count: Int, capacity: Int) -> InFlightWindow {
        var window = InFlightWindow(capacity: capacity)
        for sequence in 0..<count {
            window.append(.init(sequence: UInt64(sequence), intendedNanoseconds: 0, phase: 0))
        }
        return window
    }

    private func answer(_ window: inout InFlightWindow, _ number: UInt64, multiple: Bool) -> (Bool, [UInt64]) {
        var sequences: [UInt64] = []
        let known = window.answer(number, multiple: multiple) { sequences.append($0.sequence) }
        return (known, sequences)
    }

    @Test func singleAnswersInAnyOrderMakeRoomFromTheOldestOn() {
        var window = filled(4, capacity: 4)
        #expect(window.isFull)
        #expect(answer(&window, 2, multiple: false) == (true, [1]))
        #expect(window.isFull, "the oldest is still unanswered")
        #expect(answer(&window, 1, multiple: false) == (true, [0]))
        #expect(!window.isFull)
        #expect(window.count == 2)
    }

    @Test func aMultipleAnswerTakesAllUpToItsNumber() {
        var window = filled(5, capacity: 8)
        #expect(answer(&window, 3, multiple: false) == (true, [2]))
        #expect(answer(&window, 4, multiple: true) == (true, [0, 1, 3]))
        #expect(window.count == 1)
        #expect(answer(&window, 0, multiple: true) == (true, [4]))
        #expect(window.count == 0)
    }

    @Test func answersForWhatWasNotSentAreNoticed() {
        var window = filled(2, capacity: 4)
        #expect(answer(&window, 3, multiple: false) == (false, []))
        #expect(answer(&window, 9, multiple: true) == (false, []))
        #expect(answer(&window, 1, multiple: false) == (true, [0]))
        #expect(answer(&window, 1, multiple: false) == (false, []))
        #expect(answer(&window, 0, multiple: false) == (false, []))
    }

    @Test func numbersGoRoundTheRingManyTimes() {
        var window = InFlightWindow(capacity: 3)
        for number in UInt64(1)...100 {
            window.append(.init(sequence: number * 10, intendedNanoseconds: 0, phase: 0))
            #expect(answer(&window, number, multiple: number % 2 == 0) == (true, [number * 10]))
        }
        #expect(window.count == 0)
    }

    @Test func aLostConnectionStartsOver() {
        var window = filled(3, capacity: 3)
        window.reset()
        #expect(window.count == 0 && !window.isFull)
        window.append(.init(sequence: 7, intendedNanoseconds: 0, phase: 0))
        #expect(answer(&window, 1, multiple: false) == (true, [7]))
    }
}
