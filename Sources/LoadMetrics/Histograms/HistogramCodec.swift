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

    package var description: String {
        switch self {
        case .notBase64: "a histogram is not base64 text: the file was damaged or edited"
        case .notV2(let cookie):
            "a histogram begins with 0x\(String(cookie, radix: 16)), not with HdrHistogram's V2 cookie 0x1c849313"
        case .otherLayout(let digits, let lowest):
            "a histogram has \(digits) significant digits from \(lowest) ns; only 3 digits from 1 ns are read"
        case .truncated(let bytes): "a histogram ends after \(bytes) bytes, before its last count: the file was cut"
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
                Self.appendZigZag(zeros == 1 ? 0 : -Int64(zeros), to: &payload)
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
        try self.init(encodedV2: bytes, lowest: nil, highest: nil)
    }

    private init(
        encodedV2 bytes: some Collection<UInt8>, lowest: UInt64?, highest: UInt64?
    ) throws(HistogramCodingError) {
        var reader = Reader(rest: [UInt8](bytes)[...], total: bytes.count)
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

// MARK: - JSON

extension LatencyHistogram: Codable {
    /// The percentiles that every report shows.
    package static let reportedPercentiles: [Double] = [50, 75, 90, 95, 99, 99.9, 99.99]

    private enum CodingKeys: String, CodingKey {
        case count, negativeCount, overflowCount, minNanoseconds, maxNanoseconds, meanNanoseconds
        case percentilesNanoseconds
        case base64 = "hdrHistogramV2Base64"
    }

    /// Reads the whole histogram; the derived figures beside it are for people and are not read.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let text = try values.decode(String.self, forKey: .base64)
        guard let bytes = Data(base64Encoded: text) else {
            throw DecodingError.dataCorruptedError(
                forKey: .base64, in: values, debugDescription: HistogramCodingError.notBase64.description)
        }
        do throws(HistogramCodingError) {
            try self.init(
                encodedV2: bytes,
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
        try values.encode(Data(encodedV2()).base64EncodedString(), forKey: .base64)
    }

    private static func label(_ percentile: Double) -> String {
        percentile == percentile.rounded() ? String(Int(percentile)) : String(percentile)
    }
}
