extension Scenario {
    /// What the opaque messages carry.
    package struct Payload: Sendable, Equatable {
        /// How long the bodies are; one of several by weight.
        package var sizes = [PayloadSize(length: .fixed(bytes: 128), weight: 1)]
        /// Whether generated bodies are random bytes; otherwise zeros.
        package var random = true
        /// Bodies as they stand in files; when there are any, nothing is generated.
        package var files: [PayloadFile] = []
        /// Texts with places for stamps; when there are any, they take the place of random bytes.
        package var templates: [PayloadText] = []
        /// Distinct bodies made before the run, 1…1 000 000.
        package var pool = 256

        /// Starts from the language's defaults.
        package init() {}

        /// Whether the bodies mean nothing to anybody: made by us, of random bytes or zeros.
        package var isGenerated: Bool { files.isEmpty && templates.isEmpty }
    }

    /// A length of bodies and its share.
    package struct PayloadSize: Sendable, Equatable {
        /// The length or the distribution of lengths.
        package var length: Length
        /// The weight against the other sizes' weights; above zero.
        package var weight: Double

        /// Gives a size its weight.
        package init(length: Length, weight: Double) {
            self.length = length
            self.weight = weight
        }
    }

    /// A file that is sent as a body.
    package struct PayloadFile: Sendable, Equatable {
        /// The file as the scenario names it, from the scenario's folder.
        package var name: String
        /// What it holds.
        package var bytes: [UInt8]

        /// Names bytes.
        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// A text taken apart at its placeholders.
    package struct PayloadText: Sendable, Equatable {
        /// A placeholder, written `{{name}}`.
        package enum Placeholder: String, Sendable, CaseIterable {
            /// The 25 bytes of the message's identifier.
            case id
            /// The 24 bytes of the intended time.
            case timestamp
            /// Random letters and digits that bring the body to its size.
            case filler
        }

        /// A piece of the text.
        package enum Part: Sendable, Equatable {
            /// Bytes that are the same in every body.
            case text(String)
            /// What differs.
            case placeholder(Placeholder)
        }

        /// The pieces, in order.
        package var parts: [Part]

        /// A text of these pieces.
        package init(parts: [Part]) {
            self.parts = parts
        }

        /// The text as the scenario writes it.
        package var text: String {
            parts.reduce(into: "") { text, part in
                switch part {
                case .text(let piece): text += piece
                case .placeholder(let placeholder): text += "{{\(placeholder.rawValue)}}"
                }
            }
        }
    }
}
