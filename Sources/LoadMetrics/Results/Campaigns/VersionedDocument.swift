import FoundationEssentials

/// A JSON file of ours that says what it is and which version of its keys it has, as `result.json` does.
///
/// Its first keys are `format` and `schemaVersion`, always those of its type when it was written here.
package protocol VersionedDocument: Codable, Sendable {
    /// What the key `format` says.
    static var format: String { get }
    /// The version written, and the highest one read.
    static var schemaVersion: Int { get }
    /// What it is to people, with its article: `a result of a gate`.
    static var title: String { get }
}

/// Why a file is not a document of ours that this version reads.
package enum DocumentError: Error, Equatable, CustomStringConvertible {
    /// The bytes are not JSON, or JSON of something else.
    case notOurs(title: String, reason: String)
    /// A later version of the program wrote it.
    case newerVersion(title: String, found: Int, supported: Int)
    /// It calls itself what it should be, and a part is missing or wrong.
    case damaged(title: String, at: String, reason: String)

    package var description: String {
        switch self {
        case .notOurs(let title, let reason): "not \(title): \(reason)"
        case .newerVersion(let title, let found, let supported):
            "\(title) of version \(found), and this program reads up to \(supported): update rafale to read it"
        case .damaged(let title, let place, let reason): "\(title), damaged at \(place): \(reason)"
        }
    }
}

extension VersionedDocument {
    /// The document as JSON text, keys sorted, ending with a newline.
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

    /// Reads a document from JSON text.
    package init(json: some Collection<UInt8>) throws(DocumentError) { self = try Self.read(json) }

    /// Reads a document from JSON text.
    static func read(_ json: some Collection<UInt8>) throws(DocumentError) -> Self {
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
        guard let header = try? decoder.decode(DocumentHeader.self, from: data) else {
            throw .notOurs(title: Self.title, reason: "it is not JSON with the keys format and schemaVersion")
        }
        guard header.format == Self.format else {
            throw .notOurs(title: Self.title, reason: "its format is '\(header.format)', not '\(Self.format)'")
        }
        guard header.schemaVersion <= Self.schemaVersion else {
            throw .newerVersion(title: Self.title, found: header.schemaVersion, supported: Self.schemaVersion)
        }
        do {
            return try decoder.decode(Self.self, from: data)
        } catch let error as DecodingError {
            let (place, reason) = Self.words(for: error)
            throw .damaged(title: Self.title, at: place, reason: reason)
        } catch {
            throw .damaged(title: Self.title, at: "its beginning", reason: "\(error)")
        }
    }

    private static func words(for error: DecodingError) -> (place: String, reason: String) {
        func place(_ path: [any CodingKey]) -> String {
            let keys = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }
            return keys.isEmpty ? "its top" : String(keys.joined().drop { $0 == "." })
        }
        return switch error {
        case .keyNotFound(let key, let context):
            (place(context.codingPath), "the key '\(key.stringValue)' is missing")
        case .typeMismatch(let type, let context):
            (place(context.codingPath), "a value of type \(type) is expected")
        case .valueNotFound(let type, let context):
            (place(context.codingPath), "a value of type \(type) is missing")
        case .dataCorrupted(let context): (place(context.codingPath), context.debugDescription)
        @unknown default: ("its top", "\(error)")
        }
    }
}

/// What every JSON file of ours begins with, so that one can be told from another before it is read.
package struct DocumentHeader: Decodable, Sendable {
    /// What it is, such as `rafale-run`.
    package var format: String
    /// The version of its keys.
    package var schemaVersion: Int

    /// The header of JSON text; nil where there is none.
    package init?(json: some Collection<UInt8>) {
        guard let header = try? JSONDecoder().decode(DocumentHeader.self, from: Data(json)) else { return nil }
        self = header
    }
}
