import Testing

@testable import TextAnalysis

@Suite("Words remembered from text to text")
struct WordMemoryTests {
    /// Words of digits and letters that no other range of numbers has.
    private func text(_ numbers: Range<Int>) -> String {
        numbers.map { "good w\(String($0, radix: 36)) les problèmes" }.joined(separator: " ")
    }

    @Test("more distinct words than are kept are still counted exactly", arguments: [1, 1_000, 9_000, 70_000])
    func manyWords(count: Int) {
        let report = analyze(text(0..<count))
        #expect(report.words == 4 * count && report.uniqueWords == count + 3)
    }

    @Test("what is remembered and forgotten changes no report")
    func texts() {
        var scratch = TextScratch()
        let analyzer = TextAnalyzer()
        for round in [0, 1, 2, 3, 4, 5, 0, 30, 1, 0] {
            let text = text(1_500 * round..<1_500 * round + (round == 30 ? 30_000 : 1_500))
            let reused = Array(text.utf8).withUnsafeBytes { analyzer.analyze($0, scratch: &scratch) }
            #expect(reused == analyze(text))
        }
    }

    @Test("a memory that is full forgets the words of earlier texts and keeps those of this one")
    func forgetting() {
        var scratch = TextScratch()
        let analyzer = TextAnalyzer()
        for round in 0..<12 {
            _ = Array(text(1_000 * round..<1_000 * (round + 1)).utf8).withUnsafeBytes {
                analyzer.analyze($0, scratch: &scratch)
            }
            #expect(2 * scratch.memory.count <= scratch.memory.slots.count)
        }
        // Twelve thousand words would want a larger table than a thread keeps.
        #expect(scratch.memory.slots.count == 16_384)
    }

    @Test("the report as JSON is the same by both ways")
    func bothWays() {
        var scratch = TextScratch()
        for text in Sample.all + ["", "\u{1}\"\\", String(repeating: "é ", count: 5_000)] {
            var written: [UInt8] = []
            analyze(text).writeJSON(into: &written)
            let direct = Array(text.utf8).withUnsafeBytes { TextAnalyzer().analyzeToJSON($0, scratch: &scratch) }
            #expect(direct == written)
        }
    }
}
