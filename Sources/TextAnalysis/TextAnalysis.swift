// TextAnalysis: the CPU-bound work of the text pipelines, on UTF-8 bytes.
//
//   UTF-8 bytes ─► repair ─► tokenizer ─► vocabulary ─► language ─┬► reading ease (en, fr, ar formula)
//   (any input)   (U+FFFD)   words,       word memory   en/fr/ar  ├► sentiment (lexicon, negation)  ─► TextReport
//                            sentences,   + lexicon               └► key phrases (RAKE)                 └► JSON bytes
//                            entities
//
// One pass over the bytes makes word tokens (a slice of the text, a normalised key and its hash); everything after it
// works on those few integers, never on a String a word. No Foundation, no Unicode library, no IO. Which published
// definition each figure follows is in TextAnalysis.docc.

/// Analyses texts in French, English and Arabic: one value serves any number of threads, each with a scratch of its own.
package struct TextAnalyzer: Sendable {
    /// How many times the whole analysis is done for each text: 1 is the plain work, n the n-fold.
    package let costFactor: Int

    /// The longest text in bytes; of a longer one only so much is analysed, and the report says so.
    package static let maximumBytes = 1 << 30

    private let lexicon: Lexicon
    private let tables: CharacterTables

    /// An analyzer that does the work `costFactor` times a text (at least once).
    package init(costFactor: Int = 1) {
        self.costFactor = max(1, costFactor)
        lexicon = .shared
        tables = .shared
    }

    /// Analyses UTF-8 bytes and gives the report as JSON: the way of the hot path, which allocates nothing but the answer.
    package func analyzeToJSON(_ utf8: UnsafeRawBufferPointer, scratch: inout TextScratch) -> [UInt8] {
        run(utf8, scratch: &scratch)
        defer { scratch.trim() }
        return scratch.reportAsJSON()
    }

    /// Analyses UTF-8 bytes with working memory that is kept between calls.
    package func analyze(_ utf8: UnsafeRawBufferPointer, scratch: inout TextScratch) -> TextReport {
        run(utf8, scratch: &scratch)
        defer { scratch.trim() }
        return scratch.report
    }

    /// Analyses UTF-8 bytes with working memory that is kept between calls.
    package func analyze(_ utf8: Span<UInt8>, scratch: inout TextScratch) -> TextReport {
        utf8.withUnsafeBytes { analyze($0, scratch: &scratch) }
    }

    /// Analyses UTF-8 bytes; prefer the variant with a scratch for more than a few texts.
    package func analyze(_ utf8: UnsafeRawBufferPointer) -> TextReport {
        var scratch = TextScratch()
        return analyze(utf8, scratch: &scratch)
    }

    /// Analyses a string.
    package func analyze(_ text: String) -> TextReport {
        var text = text
        return text.withUTF8 { analyze(UnsafeRawBufferPointer($0)) }
    }

    /// Leaves the report in the scratch.
    private func run(_ utf8: UnsafeRawBufferPointer, scratch: inout TextScratch) {
        for _ in 0..<costFactor { analyzeOnce(utf8, scratch: &scratch) }
    }

    /// One analysis of the whole text.
    private func analyzeOnce(_ utf8: UnsafeRawBufferPointer, scratch: inout TextScratch) {
        scratch.report.clear()
        scratch.report.bytes = utf8.count
        scratch.report.isTruncated = utf8.count > Self.maximumBytes
        let considered = UnsafeRawBufferPointer(rebasing: utf8.prefix(Self.maximumBytes))
        scratch.bytesAnalysed &+= UInt64(considered.count)

        let whole = considered.assumingMemoryBound(to: UInt8.self)
        let (isValid, scalars) = UTF8Repair.scan(whole)
        if isValid {
            analyzeValid(whole, characters: scalars, scratch: &scratch)
        } else {
            var repaired = scratch.takeRepaired()
            scratch.report.invalidSequences = UTF8Repair.repair(whole, into: &repaired)
            repaired.withUnsafeBufferPointer {
                analyzeValid($0, characters: UTF8Repair.scan($0).scalars, scratch: &scratch)
            }
            scratch.giveBack(repaired: repaired)
        }
    }

    private func analyzeValid(
        _ text: UnsafeBufferPointer<UInt8>, characters: Int, scratch: inout TextScratch
    ) {
        scratch.report.characters = characters
        scratch.tokenize(text, tables: tables, lexicon: lexicon)
        let totals = scratch.buildVocabulary(lexicon: lexicon)
        scratch.measure(text, totals)
    }
}
