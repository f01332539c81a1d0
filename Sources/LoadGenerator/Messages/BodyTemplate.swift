package import Drivers
package import Scenarios

/// A message body made before the run, with the places that are patched for each message.
package struct BodyTemplate: Sendable, Equatable {
    /// The whole body; at the places to patch it holds `placeholderID` and `placeholderTimestamp`.
    package var bytes: [UInt8]
    /// What the worker is to do with it.
    package var kind: Scenario.MessageKind
    /// Where the 25 bytes of the document's identifier start; nil if the body has none.
    package var idOffset: Int?
    /// Where the bytes of the time start; nil if the body has none.
    package var timestampOffset: Int?
    /// How the time is written: ISO 8601 with milliseconds, UTC, but for lines of logs.
    package var timestampForm = TimestampText.Form.iso8601
    /// The language of the text; nil without text.
    package var language: Scenario.Language?
    /// What is wrong with the body; nil with sound ones.
    package var defect: BodyDefect?

    /// An identifier of the right length: run 0, sequence number 0.
    package static let placeholderID = "00000000-0000000000000000"
    /// A time of the right length.
    package static let placeholderTimestamp = "1970-01-01T00:00:00.000Z"

    /// A body and its places.
    package init(
        bytes: [UInt8], kind: Scenario.MessageKind, idOffset: Int? = nil, timestampOffset: Int? = nil,
        language: Scenario.Language? = nil, defect: BodyDefect? = nil
    ) {
        self.bytes = bytes
        self.kind = kind
        self.idOffset = idOffset
        self.timestampOffset = timestampOffset
        self.language = language
        self.defect = defect
    }
}

/// The ways in which a malformed body is malformed.
package enum BodyDefect: String, Sendable, CaseIterable {
    /// The JSON of an update breaks off.
    case truncated
    /// Something else than JSON.
    case notJSON
    /// JSON, but an array.
    case notAnObject
    /// An update without an id.
    case missingID
    /// No type.
    case missingType
    /// A type that is neither update nor delete.
    case unknownType
    /// An update without a text.
    case missingText
    /// A text that is no string.
    case textNotString
    /// A user number that is a string.
    case userNotNumber
    /// A text with bytes that are not UTF-8.
    case badUTF8
    /// No bytes at all.
    case empty
}

/// Writes the JSON of a body and notes where its places are.
struct BodyWriter {
    private(set) var bytes: [UInt8] = [0x7B]
    private(set) var idOffset: Int?
    private(set) var timestampOffset: Int?

    mutating func id() {
        raw("\"id\":\"")
        idOffset = bytes.count
        raw(BodyTemplate.placeholderID)
        raw("\",")
    }

    mutating func timestamp() {
        raw("\"timestamp\":\"")
        timestampOffset = bytes.count
        raw(BodyTemplate.placeholderTimestamp)
        raw("\",")
    }

    mutating func userID(_ number: Int) { raw("\"user_id\":\(number),") }

    mutating func type(_ name: String) { raw("\"type\":\"\(name)\"}") }

    mutating func text(_ text: [UInt8]) {
        raw("\"text\":\"")
        for byte in text {
            switch byte {
            case 0x22, 0x5C: bytes.append(contentsOf: [0x5C, byte])
            case 0x0A: raw("\\n")
            case 0x00..<0x20:
                let digits = String(byte, radix: 16)
                raw("\\u00" + (digits.count < 2 ? "0" : "") + digits)
            default: bytes.append(byte)
            }
        }
        raw("\",")
    }

    mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    func template(
        _ kind: Scenario.MessageKind, language: Scenario.Language? = nil, defect: BodyDefect? = nil
    ) -> BodyTemplate {
        BodyTemplate(
            bytes: bytes, kind: kind, idOffset: idOffset, timestampOffset: timestampOffset, language: language,
            defect: defect)
    }
}
