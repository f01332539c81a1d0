import Testing

@testable import LoadGenerator

@Suite struct IntendedTimesTests {
    private func batch(_ sequences: Range<UInt64>) -> [InFlightWindow.Message] {
        sequences.map { InFlightWindow.Message(sequence: $0, intendedNanoseconds: Int64($0) * 10 + 1, phase: 0) }
    }

    @Test func knowsWhatWasSentAndNothingElse() {
        let times = IntendedTimes()
        times.enter(batch(4_000..<4_200))
        times.enter(batch(1_000_000..<1_000_001))
        for sequence in [4_000, 4_095, 4_096, 4_199, 1_000_000] as [UInt64] {
            #expect(times.intendedNanoseconds(of: sequence) == Int64(sequence) * 10 + 1)
        }
        for sequence in [0, 3_999, 4_200, 999_999, 1 << 40] as [UInt64] {
            #expect(times.intendedNanoseconds(of: sequence) == nil)
        }
    }

    @Test func needsRoomForTheBacklogAlone() {
        let times = IntendedTimes()
        let (length, backlog) = (IntendedTimes.chunkLength, UInt64(10_000))
        for start in stride(from: UInt64(0), to: 100 * length, by: 512) {
            times.enter(batch(start..<start + 512))
            times.retire { $0 + backlog < start }
        }
        #expect(times.capacity <= 5 * Int(length))
        let last = 100 * length - 1
        #expect(times.intendedNanoseconds(of: last) == Int64(last) * 10 + 1)
        #expect(times.intendedNanoseconds(of: 0) == nil)
    }

    @Test func aChunkUsedAgainKnowsNothingOfItsPast() {
        let times = IntendedTimes()
        let length = IntendedTimes.chunkLength
        times.enter(batch(0..<length))
        times.retire { _ in true }
        times.enter(batch(length..<length + 1))
        #expect(times.capacity == Int(length))
        #expect(times.intendedNanoseconds(of: length + 1) == nil)
    }
}
