import FoundationEssentials

/// Why bytes are not a histogram of ours.
package enum HistogramCodingError: Error, Equatable, CustomStringConvertible {
    /// The text is not base64.
    case notBase64
    /// The bytes do not begin with the cookie of HdrHistogram's V2 encoding.
    case notV2(cookie: UInt32)
    /// The histogram has another precision or unit than three significant digits of one nanosecond.
    case otherLayout(significantDigits: Int, lowestValue: Int64)
    /// The bytes end in the middle of the histogram.
    case truncated(bytes: Int)
    /// The counts describe values past the highest trackable one.
    case tooLarge
    /// The checksum of the bytes is wrong.
    case checksum
    /// The bytes are the zlib-compressed variant, and really compressed.
    case deflated

    package var description: String {
        switch self {
        case .notBase64: "a histogram is not base64 text: the file was damaged or edited"
        case .notV2(let cookie):
            "a histogram begins with 0x\(String(cookie, radix: 16)), not with HdrHistogram's V2 cookie 0x1c849313"
        case .otherLayout(let digits, let lowest):
            "a histogram has \(digits) significant digits from \(lowest) ns; only 3 digits from 1 ns are read"
        case .truncated(let bytes): "a histogram ends after \(bytes) bytes, before its last count: the file was cut"
        case .checksum: "a histogram's checksum is wrong: the file was damaged or edited"
        case .deflated:
            "a histogram is compressed with zlib; only stored (uncompressed) blocks are read, as this program writes them"
        case .tooLarge: "a histogram holds values past 39 hours: the file was damaged or is not a result of ours"
        }
    }
}

// HdrHistogram's V2 encoding, big-endian: cookie, payload bytes, normalizing offset (0), significant digits, lowest
// and highest value, conversion ratio 1.0; then each count as a zigzag LEB128 of at most nine bytes, a run of n zeros as −n.
extension LatencyHistogram {
    private static let cookie: UInt32 = 0x1c84_9313
    private static let headerBytes = 40

    /// The histogram in HdrHistogram's V2 encoding, as its Java, C, Go and Python libraries read it.
    ///
    /// The exact extremes, the negative and the overflow counts have no place in it.
    package func encodedV2() -> [UInt8] {
        var payload: [UInt8] = []
        let last = counts.lastIndex { $0 != 0 } ?? -1
        var index = 0
        while index <= last {
            var zeros = 0
            while counts[index + zeros] == 0 { zeros += 1 }
            if zeros > 0 {
                Self.appendZigZag(-Int64(zeros), to: &payload)
                index += zeros
            } else {
                Self.appendZigZag(Int64(clamping: counts[index]), to: &payload)
                index += 1
            }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerBytes + payload.count)
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
        }
        append(Self.cookie)
        append(UInt32(payload.count))
        append(UInt32(0))
        append(UInt32(3))
        append(Int64(1))
        append(Int64(bitPattern: Layout.highest(of: counts.count - 1)))
        append(Double(1).bitPattern)
        bytes.append(contentsOf: payload)
        return bytes
    }

    /// Reads a histogram in HdrHistogram's V2 encoding (not the zlib-compressed variant).
    package init(encodedV2 bytes: some Collection<UInt8>) throws(HistogramCodingError) {
        try self.init(encodedV2: [UInt8](bytes), lowest: nil, highest: nil)
    }

    /// The histogram as the log format of HdrHistogram's libraries holds it: V2 in an envelope of zlib, base64.
    ///
    /// It begins with `HISTFAAA` and can be pasted into their decoders. The zlib stream consists of stored blocks: the counts
    /// are packed already, and a result file needs no compressor.
    package func encodedBase64() -> String {
        Data(Envelope.wrap(encodedV2())).base64EncodedString()
    }

    /// Reads the base64 text of ``encodedBase64()``, or of a plain V2 histogram.
    package init(base64 text: String) throws(HistogramCodingError) {
        try self.init(base64: text, lowest: nil, highest: nil)
    }

    private init(base64 text: String, lowest: UInt64?, highest: UInt64?) throws(HistogramCodingError) {
        guard let data = Data(base64Encoded: text) else { throw .notBase64 }
        try self.init(encodedV2: try Envelope.unwrap([UInt8](data)), lowest: lowest, highest: highest)
    }

    private init(encodedV2 bytes: [UInt8], lowest: UInt64?, highest: UInt64?) throws(HistogramCodingError) {
        var reader = Reader(rest: bytes[...], total: bytes.count)
        let cookie = UInt32(truncatingIfNeeded: try reader.integer(bytes: 4))
        guard cookie == Self.cookie else { throw .notV2(cookie: cookie) }
        let payloadBytes = try reader.integer(bytes: 4)
        _ = try reader.integer(bytes: 4)
        let digits = try reader.integer(bytes: 4)
        let lowestValue = try reader.integer(bytes: 8)
        _ = try reader.integer(bytes: 16)
        guard digits == 3, lowestValue == 1 else {
            throw .otherLayout(significantDigits: Int(digits), lowestValue: Int64(truncatingIfNeeded: lowestValue))
        }
        guard payloadBytes <= reader.rest.count else { throw .truncated(bytes: bytes.count) }
        reader.rest = reader.rest.prefix(Int(payloadBytes))

        let mostEntries = Layout.index(of: UInt64(Self.highestTrackableNanoseconds)) + 1
        var table: [UInt64] = []
        while !reader.rest.isEmpty {
            let number = try reader.zigZag()
            if number < 0 {
                let zeros = number.magnitude
                guard zeros <= UInt64(mostEntries - table.count) else { throw .tooLarge }
                table.append(contentsOf: repeatElement(0, count: Int(zeros)))
            } else {
                guard table.count < mostEntries else { throw .tooLarge }
                table.append(UInt64(number))
            }
        }
        self.init(counts: table, lowest: lowest, highest: highest)
    }

    private static func appendZigZag(_ number: Int64, to bytes: inout [UInt8]) {
        var rest = UInt64(bitPattern: (number << 1) ^ (number >> 63))
        for _ in 0..<8 {
            if rest < 0x80 {
                bytes.append(UInt8(rest))
                return
            }
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>
        let total: Int

        mutating func integer(bytes: Int) throws(HistogramCodingError) -> UInt64 {
            guard rest.count >= bytes else { throw .truncated(bytes: total) }
            var value: UInt64 = 0
            for byte in rest.prefix(bytes) { value = value << 8 | UInt64(byte) }
            rest.removeFirst(bytes)
            return value
        }

        mutating func zigZag() throws(HistogramCodingError) -> Int64 {
            var value: UInt64 = 0
            for position in 0..<9 {
                guard let byte = rest.popFirst() else { throw .truncated(bytes: total) }
                if position == 8 {
                    value |= UInt64(byte) << 56
                    break
                }
                value |= UInt64(byte & 0x7F) << UInt64(7 * position)
                if byte < 0x80 { break }
            }
            return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
        }
    }
}

// MARK: - The zlib envelope

/// The compressed variant's cookie and length, then a zlib stream (RFC 1950) of stored blocks (RFC 1951, 3.2.4).
private enum Envelope {
    static let cookie: UInt32 = 0x1c84_9314
    static let mostBlockBytes = 65_535

    static func wrap(_ content: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let block = content[start..<min(start + mostBlockBytes, content.count)]
            start = block.endIndex
            let length = UInt16(block.count)
            stream.append(start == content.count ? 1 : 0)
            for half in [length, ~length] { stream += [UInt8(truncatingIfNeeded: half), UInt8(half >> 8)] }
            stream += block
        } while start < content.count
        stream += bigEndian(adler32(content))
        return bigEndian(cookie) + bigEndian(UInt32(stream.count)) + stream
    }

    /// The content of an envelope; bytes that are none are returned as they are.
    static func unwrap(_ bytes: [UInt8]) throws(HistogramCodingError) -> [UInt8] {
        guard bytes.starts(with: bigEndian(cookie)) else { return bytes }
        let length = bytes.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard length == bytes.count - 8 else { throw .truncated(bytes: bytes.count) }
        var rest = bytes.dropFirst(10)
        var content: [UInt8] = []
        while true {
            guard let kind = rest.popFirst() else { throw .truncated(bytes: bytes.count) }
            guard kind & 0b110 == 0 else { throw .deflated }
            guard rest.count >= 4 else { throw .truncated(bytes: bytes.count) }
            let length = Int(rest[rest.startIndex]) | Int(rest[rest.startIndex + 1]) << 8
            rest = rest.dropFirst(4)
            guard rest.count >= length else { throw .truncated(bytes: bytes.count) }
            content += rest.prefix(length)
            rest = rest.dropFirst(length)
            if kind & 1 == 1 { break }
        }
        guard rest.elementsEqual(bigEndian(adler32(content))) else { throw .checksum }
        return content
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { [UInt8]($0) }
    }

    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var low: UInt32 = 1
        var high: UInt32 = 0
        for byte in bytes {
            low = (low &+ UInt32(byte)) % 65_521
            high = (high &+ low) % 65_521
        }
        return high << 16 | low
    }
}

// MARK: - JSON

extension LatencyHistogram: Codable {
    /// The percentiles that every report shows.
    package static let reportedPercentiles: [Double] = [50, 75, 90, 95, 99, 99.9, 99.99]

    private enum CodingKeys: String, CodingKey {
        case count, negativeCount, overflowCount, minNanoseconds, maxNanoseconds, meanNanoseconds
        case percentilesNanoseconds
        case base64 = "hdrHistogramBase64"
    }

    /// Reads the whole histogram; the derived figures beside it are for people and are not read.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let text = try values.decode(String.self, forKey: .base64)
        do throws(HistogramCodingError) {
            try self.init(
                base64: text,
                lowest: (try? values.decode(UInt64.self, forKey: .minNanoseconds)),
                highest: (try? values.decode(UInt64.self, forKey: .maxNanoseconds)))
        } catch {
            throw DecodingError.dataCorruptedError(
                forKey: .base64, in: values, debugDescription: error.description)
        }
        negativeCount = try values.decodeIfPresent(UInt64.self, forKey: .negativeCount) ?? 0
        overflowCount = try values.decodeIfPresent(UInt64.self, forKey: .overflowCount) ?? 0
    }

    /// Writes the whole histogram, and beside it the figures that people look for.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(count, forKey: .count)
        if negativeCount > 0 { try values.encode(negativeCount, forKey: .negativeCount) }
        if overflowCount > 0 { try values.encode(overflowCount, forKey: .overflowCount) }
        if !isEmpty {
            try values.encode(min, forKey: .minNanoseconds)
            try values.encode(max, forKey: .maxNanoseconds)
            try values.encode(Int64(mean.rounded()), forKey: .meanNanoseconds)
            let figures = zip(Self.reportedPercentiles, percentiles(Self.reportedPercentiles))
            try values.encode(
                Dictionary(uniqueKeysWithValues: figures.map { ("p\(Self.label($0))", $1) }),
                forKey: .percentilesNanoseconds)
        }
        try values.encode(encodedBase64(), forKey: .base64)
    }

    private static func label(_ percentile: Double) -> String {
        percentile == percentile.rounded() ? String(Int(percentile)) : String(percentile)
    }
}
