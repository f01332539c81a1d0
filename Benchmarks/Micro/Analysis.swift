import Benchmark
import LoadGenerator
import Scenarios
import TextAnalysis

/// Texts of 4 KiB in each language, with working memory that is kept.
func analysisBenchmarks() {
    for language in Scenario.Language.allCases {
        var random = SeededGenerator(seed: 1)
        let text = TextGenerator(language).text(bytes: 4096, random: &random)
        let analyzer = TextAnalyzer()
        var scratch = TextScratch()
        var json: [UInt8] = []
        measure("analysis-\(language)") {
            json.removeAll(keepingCapacity: true)
            text.withUnsafeBytes { analyzer.analyze($0, scratch: &scratch) }.writeJSON(into: &json)
            return json.count
        }
    }
}
