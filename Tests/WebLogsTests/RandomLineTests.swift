import Testing

@testable import WebLogs

@Suite("Random lines")
struct RandomLineTests {
    /// SplitMix64, so that a failure can be seen again.
    struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
            return word ^ word >> 31
        }
    }

    @Test("broken lines of a real log never trap, and what is parsed is whole", arguments: 0..<8)
    func mutations(_ seed: Int) throws {
        var random = Random(state: UInt64(seed))
        let lines = try NginxLogs.formats.flatMap { try NginxLogs.lines($0) }.filter { $0.count < 1000 }
        let marks = Array(#" "\[]:-%/?&;=."#.utf8)
        var parsed = 0
        for _ in 0..<2000 {
            var line = lines[Int.random(in: lines.indices, using: &random)]
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<max(line.count, 1), using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: line = Array(line.prefix(place))
                case 1 where place < line.count: line.remove(at: place)
                case 2 where place < line.count: line[place] = UInt8.random(in: 0...255, using: &random)
                case 3: line.insert(marks[Int.random(in: marks.indices, using: &random)], at: place)
                default: line.insert(contentsOf: line.suffix(place % 20), at: place)
                }
            }
            if try line.withUnsafeBytes({ try LineChecks.run($0) }) { parsed += 1 }
        }
        #expect((200..<1900).contains(parsed))
    }

    @Test("bytes by chance never trap")
    func noise() throws {
        var random = Random(state: 99)
        for length in 0..<400 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(try !bytes.withUnsafeBytes { try LineChecks.run($0) })
        }
    }
}
