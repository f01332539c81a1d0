package import FoundationEssentials

/// Why a file is not a result that this version reads.
package enum RunResultError: Error, Equatable, CustomStringConvertible {
    /// The bytes are not JSON, or JSON of something else.
    case notAResult(reason: String)
    /// A later version of the program wrote it.
    case newerVersion(found: Int, supported: Int)
    /// It calls itself a result, and a part is missing or wrong.
    case damaged(at: String, reason: String)

    package var description: String {
        switch self {
        case .notAResult(let reason): "not a result of a run: \(reason); give a folder that `rafale run` wrote"
        case .newerVersion(let found, let supported):
            "the result has version \(found) and this program reads up to \(supported): update rafale to read it"
        case .damaged(let place, let reason): "the result is damaged at \(place): \(reason)"
        }
    }
}

extension RunResult {
    private struct Header: Decodable {
        var format: String
        var schemaVersion: Int
    }

    /// The result as JSON text, keys sorted, ending with a newline.
    package func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var value = encoder.singleValueContainer()
            try value.encode(date.formatted(WallTime.style))
        }
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    /// Reads a result from JSON text.
    package init(json: some Collection<UInt8>) throws(RunResultError) {
        let data = Data(json)
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        decoder.dateDecodingStrategy = .custom { decoder in
            let value = try decoder.singleValueContainer()
            let text = try value.decode(String.self)
            guard let date = try? Date(text, strategy: WallTime.style) else {
                throw DecodingError.dataCorruptedError(
                    in: value, debugDescription: "'\(text)' is not a time such as 2026-01-31T12:00:00.000Z")
            }
            return date
        }
        let header: Header
        do {
            header = try decoder.decode(Header.self, from: data)
        } catch {
            throw .notAResult(reason: "it is not JSON with the keys format and schemaVersion")
        }
        guard header.format == Self.format else {
            throw .notAResult(reason: "its format is '\(header.format)', not '\(Self.format)'")
        }
        guard header.schemaVersion <= Self.schemaVersion else {
            throw .newerVersion(found: header.schemaVersion, supported: Self.schemaVersion)
        }
        do {
            self = try decoder.decode(RunResult.self, from: data)
        } catch let error as DecodingError {
            throw Self.damaged(error)
        } catch {
            throw .damaged(at: "its beginning", reason: "\(error)")
        }
    }

    private static func damaged(_ error: DecodingError) -> RunResultError {
        func place(_ path: [any CodingKey]) -> String {
            let keys = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }
            return keys.isEmpty ? "its top" : String(keys.joined().drop { $0 == "." })
        }
        switch error {
        case .keyNotFound(let key, let context):
            return .damaged(at: place(context.codingPath), reason: "the key '\(key.stringValue)' is missing")
        case .typeMismatch(let type, let context):
            return .damaged(at: place(context.codingPath), reason: "a value of type \(type) is expected")
        case .valueNotFound(let type, let context):
            return .damaged(at: place(context.codingPath), reason: "a value of type \(type) is missing")
        case .dataCorrupted(let context):
            return .damaged(at: place(context.codingPath), reason: context.debugDescription)
        @unknown default:
            return .damaged(at: "its top", reason: "\(error)")
        }
    }
}

/// Wall time as text, for labels: UTC, to the millisecond.
package enum WallTime {
    /// `2026-01-31T12:00:00.000Z`.
    package static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
