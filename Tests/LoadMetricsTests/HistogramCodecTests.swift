import Foundation
import Testing

@testable import LoadMetrics

@Suite struct HistogramCodecTests {
    /// What HdrHistogram's Python library 0.10.3 encodes for the values of ``few``, zlib envelope removed.
    static let few =
        "1c8493130000001c00000000000000030000000000000001000003ffffffffff3ff0000000000000"
        + "0204cb0fd804ab1002e0c508bf8e01028bc40180f882ad16c5970104"
    static let empty = "1c8493130000000000000000000000030000000000000001000003ffffffffff3ff0000000000000"
    static let wide =
        "1c8493130000000900000000000000030000000000000001000003ffffffffff3ff0000000000000010201808080808040"

    static func histogram(_ values: [(Int64, UInt64)]) -> LatencyHistogram {
        var histogram = LatencyHistogram()
        for (value, count) in values { histogram.record(value, count: count) }
        return histogram
    }

    static let fewValues: [(Int64, UInt64)] = [
        (0, 1), (1, 2), (1_000, 300), (2_047, 1), (2_048, 70_000), (1_000_000, 1), (5_000_000_000, 3_000_000_000),
        (3_600_000_000_000, 2),
    ]

    static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex)
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
    }

    @Test(arguments: [(few, fewValues), (empty, []), (wide, [(1, 1), (3, 1 << 40)])])
    func encodesAsTheReferenceLibraryDoes(hex: String, values: [(Int64, UInt64)]) throws {
        let histogram = Self.histogram(values)
        #expect(histogram.encodedV2() == Self.bytes(hex))
        let read = try LatencyHistogram(encodedV2: Self.bytes(hex))
        #expect(read.count == histogram.count)
        #expect(read.buckets == histogram.buckets)
    }

    @Test func readsJavasSingleZero() throws {
        // Java writes a run of one zero as 0 rather than as −1.
        var bytes = Self.bytes(Self.wide)
        bytes[40] = 0
        #expect(
            try LatencyHistogram(encodedV2: bytes).buckets == LatencyHistogram(encodedV2: Self.bytes(Self.wide)).buckets
        )
    }

    @Test func base64BeginsAsTheLogFormatDoesAndReadsBack() throws {
        let histogram = Self.histogram(Self.fewValues)
        let text = histogram.encodedBase64()
        #expect(text.hasPrefix("HISTFAAA"))
        #expect(try LatencyHistogram(base64: text).buckets == histogram.buckets)
        let plain = Data(histogram.encodedV2()).base64EncodedString()
        #expect(try LatencyHistogram(base64: plain).buckets == histogram.buckets)
    }

    @Test func severalStoredBlocksReadBack() throws {
        var histogram = LatencyHistogram()
        var value: Int64 = 1
        while value < 1 << 42 {
            histogram.record(value, count: 1 << 40)
            value += max(1, value / 1_500)
        }
        #expect(histogram.encodedV2().count > 65_535)
        #expect(try LatencyHistogram(base64: histogram.encodedBase64()).buckets == histogram.buckets)
    }

    @Test func jsonKeepsEverythingWithTheExactExtremes() throws {
        var histogram = Self.histogram([(1_234_567, 3), (98_765_432, 1)])
        histogram.record(-7)
        histogram.record(.max)
        let json = try JSONEncoder().encode(histogram)
        #expect(try JSONDecoder().decode(LatencyHistogram.self, from: json) == histogram)
        let keys = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(keys["count"] as? Int == 4)
        #expect(keys["maxNanoseconds"] as? Int == 98_765_432)
        #expect((keys["percentilesNanoseconds"] as? [String: Int])?["p99.9"] == 98_765_432)
        let empty = LatencyHistogram()
        #expect(try JSONDecoder().decode(LatencyHistogram.self, from: JSONEncoder().encode(empty)) == empty)
    }

    @Test func damagedBytesAreTypedErrorsAndNeverTrap() throws {
        let good = Self.bytes(Self.few)
        for length in 0..<good.count {
            #expect(throws: HistogramCodingError.self, "\(length) bytes") {
                try LatencyHistogram(encodedV2: good.prefix(length))
            }
        }
        var other = good
        other[15] = 2
        #expect(throws: HistogramCodingError.otherLayout(significantDigits: 2, lowestValue: 1)) {
            try LatencyHistogram(encodedV2: other)
        }
        // A run of zeros of 2^62 counts, and the most negative run there is.
        let head = good.prefix(40)
        for run: [UInt8] in [
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [UInt8](repeating: 0xFF, count: 9),
        ] {
            var bytes = head + run
            bytes[7] = UInt8(run.count)
            #expect(throws: HistogramCodingError.tooLarge) { try LatencyHistogram(encodedV2: bytes) }
        }
        #expect(throws: HistogramCodingError.notBase64) { try LatencyHistogram(base64: "%%%") }
        var envelope = [UInt8](try #require(Data(base64Encoded: Self.histogram(Self.fewValues).encodedBase64())))
        envelope[20] ^= 1
        #expect(throws: HistogramCodingError.checksum) {
            try LatencyHistogram(base64: Data(envelope).base64EncodedString())
        }
        envelope[10] = 5
        #expect(throws: HistogramCodingError.deflated) {
            try LatencyHistogram(base64: Data(envelope).base64EncodedString())
        }
        for length in 8..<envelope.count {
            #expect(throws: HistogramCodingError.self) {
                try LatencyHistogram(base64: Data(envelope.prefix(length)).base64EncodedString())
            }
        }
    }

    @Test func damagedCountsNeverTrap() throws {
        var random = LatencyHistogramTests.Samples(state: 5)
        let good = Self.bytes(Self.few)
        for _ in 0..<300 {
            var bytes = good
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<good.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            if let histogram = try? LatencyHistogram(encodedV2: bytes) {
                _ = histogram.percentiles([50, 99, 100])
                _ = histogram.mean
            }
        }
    }
}
