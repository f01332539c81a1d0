import Testing

@testable import AMQPProtocol

@Suite struct RawPatternTests {
    private func matches(_ pattern: RawPattern, _ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { pattern.matches($0) }
    }

    @Test(arguments: [8, 9, 15, 16, 17, 64, 100])
    func everyFixedByteCountsAndNoOther(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let varying = [2..<4, count - 1..<count]
        let pattern = bytes.withUnsafeBytes { RawPattern($0, varying: varying) }
        #expect(matches(pattern, bytes))
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(matches(pattern, changed) == varying.contains { $0.contains(index) }, "byte \(index)")
        }
        #expect(!matches(pattern, bytes + [0]))
        #expect(!matches(pattern, Array(bytes.dropLast())))
    }

    @Test func bytesShorterThanAWordMatchNothing() {
        let bytes: [UInt8] = [1, 2, 3]
        let pattern = bytes.withUnsafeBytes { RawPattern($0, varying: []) }
        #expect(!matches(pattern, bytes))
    }
}
