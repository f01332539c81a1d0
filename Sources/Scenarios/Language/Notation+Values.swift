// The single values of the language.

extension Notation {
    /// A single value read from its text; `mistake` says what it must be when it cannot be read.
    static func scalar(
        _ form: Form, expected: String, parse: @escaping (String) -> Value?, write: @escaping (Value) -> Written?
    ) -> Notation {
        Notation(
            form: form,
            read: { node, decoding in
                guard case .scalar(let scalar) = node.content, !scalar.isNull else {
                    decoding.report(node.place, "expected \(expected), found \(node.kind)")
                    return nil
                }
                guard let value = parse(scalar.text) else {
                    decoding.report(node.place, "\(scalar.written.quoted) is not \(expected)")
                    return nil
                }
                return value
            },
            write: write)
    }
}

extension Notation where Value == Bool {
    /// `true` or `false`.
    static var boolean: Notation {
        .scalar(.boolean, expected: "true or false") { text in
            ["true": true, "false": false][text]
        } write: {
            .bare($0 ? "true" : "false")
        }
    }
}

extension Notation where Value == String {
    /// Text of one line.
    static func text(bytes: ClosedRange<Int>, words: String = "text") -> Notation {
        scalar(.text(pattern: nil, words: words), expected: words) {
            $0
        } write: {
            .text($0)
        }
        .checked { text in
            if text.unicodeScalars.contains(where: { $0.value < 0x20 }) { return "must be one line of text" }
            if bytes.contains(text.utf8.count) { return nil }
            return text.isEmpty ? "must not be empty" : "is longer than \(bytes.upperBound) bytes"
        }
    }

    /// A name of ours: letters, digits, `-` and `_`.
    static var name: Notation {
        let words = "a name of letters, digits, '-' and '_' (64 at most)"
        return scalar(.text(pattern: "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", words: "name"), expected: words) {
            isName($0) ? $0 : nil
        } write: {
            .text($0)
        }
    }

    /// Whether a text is a name of ours.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "_") else { return false }
        let isClean = text.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-" || $0 == "_")
        }
        return isClean && text.utf8.count <= 64
    }

    /// A name in the broker, which AMQP bounds to 255 bytes.
    static func brokerName(orEmpty: Bool = false) -> Notation {
        text(bytes: (orEmpty ? 0 : 1)...255, words: "a name of at most 255 bytes")
            .checked { name in
                name.hasPrefix("amq.") ? "the broker keeps names that start with 'amq.' to itself; take another" : nil
            }
    }
}

extension Notation where Value: FixedWidthInteger {
    /// A whole number of a range, also written with `k` or `M`.
    static func integer(_ range: ClosedRange<Value>) -> Notation {
        let bounds = Int64(clamping: range.lowerBound)...Int64(clamping: range.upperBound)
        let words = "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
        return scalar(.integer(bounds), expected: words) { text in
            if let value = Int64(text) { return bounds.contains(value) ? Value(exactly: value) : nil }
            guard let value = Quantity.count.value(of: text), let whole = Int64(exactly: value) else { return nil }
            return bounds.contains(whole) ? Value(exactly: whole) : nil
        } write: {
            .bare(String($0))
        }
    }
}

extension Notation where Value == Double {
    /// A number with a unit, within a range given in the base unit.
    static func quantity(_ quantity: Quantity, _ range: ClosedRange<Double>) -> Notation {
        let words = "\(quantity.text(range.lowerBound)) to \(quantity.text(range.upperBound))"
        // The bound on rates is beyond any machine; it would only be noise in the reference.
        return scalar(
            .quantity(quantity, range: quantity == .rate ? nil : words),
            expected: "\(quantity.name); write \(quantity.examples)"
        ) {
            quantity.value(of: $0)
        } write: {
            .bare(quantity.text($0))
        }
        .checked { range.contains($0) ? nil : "is out of range; give \(words)" }
    }

    /// Messages per second.
    static var rate: Notation { quantity(.rate, 0...50_000_000) }

    /// A share of a mixture.
    static var weight: Notation { quantity(.count, 0...1_000_000) }

    /// A part between, and without, nothing and all; written as a percentage.
    static var part: Notation {
        quantity(.percent, 0...100)
            .checked { $0 > 0 && $0 < 100 ? nil : "must be above 0% and below 100%" }
            .map {
                $0 / 100
            } back: {
                $0 * 100
            }
    }
}

extension Notation where Value == Duration {
    /// A duration of a range.
    static func duration(_ range: ClosedRange<Duration>) -> Notation {
        Notation<Double>.quantity(.duration, range.lowerBound.nanosecondsValue...range.upperBound.nanosecondsValue)
            .map {
                .nanoseconds(Int64($0.rounded()))
            } back: {
                $0.nanosecondsValue
            }
    }
}

extension Notation where Value == Int {
    /// A number of bytes of a range.
    static func size(_ range: ClosedRange<Int>) -> Notation {
        Notation<Double>.quantity(.size, Double(range.lowerBound)...Double(range.upperBound))
            .map {
                Int($0.rounded())
            } back: {
                Double($0)
            }
    }
}

extension Notation where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One word of a closed set.
    static var choice: Notation {
        let words = Value.allCases.map(\.rawValue)
        return Notation(
            form: .choice(words),
            read: { node, decoding in
                guard case .scalar(let scalar) = node.content, !scalar.isNull else {
                    decoding.report(node.place, "expected one of \(words.joined(separator: ", ")), found \(node.kind)")
                    return nil
                }
                if let value = Value(rawValue: scalar.text) { return value }
                decoding.report(
                    node.place,
                    "\(scalar.written.quoted) is not possible; "
                        + NearestName.advice(scalar.text, among: words))
                return nil
            },
            write: { .bare($0.rawValue) })
    }
}
