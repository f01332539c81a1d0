/// A message of the text pipeline, decoded and checked.
struct TextMessage: Sendable, Equatable {
    /// What is to be done with the text.
    enum Action: Sendable, Equatable {
        /// Analyse it and put it in the place of the one with its identifier.
        case update(text: [UInt8])
        case delete
    }

    /// Bounds on what is accepted.
    struct Limits: Sendable {
        var bodyBytesMaximum = 4 << 20
        /// MySQL's longest key of four-byte characters has room for this many bytes.
        var idBytesMaximum = 512
    }

    let id: String
    /// The identifier between its quotes as the message wrote it, to be written into JSON again.
    let idAsJSON: [UInt8]
    let userID: Int64?
    let timestamp: [UInt8]?
    /// The timestamp in milliseconds since 1970.
    let changedMilliseconds: Int64?
    let action: Action

    /// Reads `{"id", "user_id", "text", "timestamp", "type": "update" | "delete"}` in any order.
    ///
    /// `user_id` and `timestamp` may be missing or null; a timestamp that is there is one of ISO 8601. The other members
    /// may be others still; of a member that is there twice the last one counts. A delete needs no text and its text is
    /// not looked at.
    init(_ bytes: UnsafeRawBufferPointer, limits: Limits = Limits()) throws(Rejection) {
        guard bytes.count <= limits.bodyBytesMaximum else {
            throw Rejection(.tooLarge, "\(bytes.count) bytes, at most \(limits.bodyBytesMaximum) are read")
        }
        let fields = try Fields(bytes)
        let scanner = fields.scanner

        guard let type = try fields.string(fields.type, named: "type") else {
            throw Rejection(.typeMissing, "there is no type; it is 'update' or 'delete'")
        }
        let isUpdate = scanner.equals(type, "update")
        guard isUpdate || scanner.equals(type, "delete") else {
            throw Rejection(.typeUnknown, "the type is neither 'update' nor 'delete'")
        }
        guard let id = try fields.string(fields.id, named: "id") else {
            throw Rejection(.idMissing, "there is no id")
        }
        guard !id.range.isEmpty else { throw Rejection(.idEmpty, "the id is empty") }
        let idBytes = scanner.text(of: id)
        guard idBytes.count <= limits.idBytesMaximum else {
            throw Rejection(.idTooLong, "an id of \(idBytes.count) bytes, at most \(limits.idBytesMaximum)")
        }
        self.id = String(decoding: idBytes, as: UTF8.self)
        idAsJSON = id.hasEscapes ? Array(bytes[id.range]) : idBytes
        userID = try fields.integer(fields.userID, named: "user_id")
        timestamp = try fields.string(fields.timestamp, named: "timestamp").map { scanner.text(of: $0) }
        changedMilliseconds = timestamp.flatMap(UTCTimestamp.milliseconds)
        if timestamp != nil, changedMilliseconds == nil {
            throw Rejection(.badTimestamp, "the timestamp is not one such as 2026-11-21T02:48:49Z")
        }
        if isUpdate {
            guard let text = try fields.string(fields.text, named: "text") else {
                throw Rejection(.textMissing, "an update has no text")
            }
            action = .update(text: scanner.text(of: text))
        } else {
            action = .delete
        }
    }
}

/// The members that matter, each the last of its name.
private struct Fields {
    let scanner: JSONScanner
    var id: JSONValue?
    var type: JSONValue?
    var text: JSONValue?
    var userID: JSONValue?
    var timestamp: JSONValue?

    init(_ bytes: UnsafeRawBufferPointer) throws(Rejection) {
        let names = JSONScanner(bytes)
        scanner = names
        var reader = JSONScanner(bytes)
        let isObject: Bool
        do {
            isObject = try reader.readObject { name, value in
                if names.equals(name, "id") {
                    id = value
                } else if names.equals(name, "type") {
                    type = value
                } else if names.equals(name, "text") {
                    text = value
                } else if names.equals(name, "user_id") {
                    userID = value
                } else if names.equals(name, "timestamp") {
                    timestamp = value
                }
            }
        } catch {
            switch error {
            case .invalidUTF8(let offset): throw Rejection(.badUTF8, "\(error)", column: offset + 1)
            case .unexpected(let offset): throw Rejection(.badJSON, "\(error)", column: offset + 1)
            case .truncated: throw Rejection(.badJSON, "\(error)", column: bytes.count + 1)
            case .tooDeep: throw Rejection(.badJSON, "\(error)")
            }
        }
        guard isObject else { throw Rejection(.notAnObject, "the JSON is not an object") }
    }

    /// The string a member holds; nil where it is missing or null.
    func string(_ value: JSONValue?, named name: String) throws(Rejection) -> JSONString? {
        switch value {
        case nil, .null: return nil
        case .string(let string): return string
        default: throw Rejection(.wrongKind, "\(name) is not a string")
        }
    }

    /// The whole number a member holds; nil where it is missing or null.
    func integer(_ value: JSONValue?, named name: String) throws(Rejection) -> Int64? {
        switch value {
        case nil, .null: return nil
        case .integer(let integer): return integer
        default: throw Rejection(.wrongKind, "\(name) is not a whole number of 64 bits")
        }
    }
}
