/// A piece of a scenario file with its place: what decoding reads.
struct SourceNode: Sendable {
    /// What a piece can be.
    indirect enum Content: Sendable {
        /// A single value.
        case scalar(Scalar)
        /// Values in order.
        case list([SourceNode])
        /// Named values, names unique.
        case map([Entry])
        /// What could not be read; the problem is reported already.
        case broken
    }

    /// A single value.
    struct Scalar: Sendable {
        /// The value, variables replaced.
        var text: String
        /// The value as the file writes it, which may be shown.
        var written: String
        /// Whether it stands without quotes, so that `8` is a number.
        var isPlain: Bool
        /// The columns between the scalar's place and its first character: 1 behind a quote.
        var quoteColumns: Int { isPlain ? 0 : 1 }
        /// Whether nothing stands there.
        var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(text) }
    }

    /// A named value.
    struct Entry: Sendable {
        var key: String
        var place: Place
        var value: SourceNode
    }

    var place: Place
    var content: Content

    /// What the piece is, for people.
    var kind: String {
        switch content {
        case .scalar(let scalar): scalar.isNull ? "nothing" : "a single value"
        case .list: "a list"
        case .map: "a mapping"
        case .broken: "something unreadable"
        }
    }
}

extension String {
    /// The text fit for one line of an error: in quotes, short, without control characters.
    var quoted: String {
        var shown = ""
        for scalar in unicodeScalars.prefix(48) {
            shown.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7f ? "\u{fffd}" : scalar)
        }
        return "'" + shown + (unicodeScalars.count > 48 ? "…" : "") + "'"
    }
}
