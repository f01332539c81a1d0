/// Writes a value as YAML that reads back as the same value.
struct YAMLWriter {
    private(set) var lines: [String] = []

    /// The YAML text of a value.
    static func text(_ value: Written) -> String {
        var writer = YAMLWriter()
        writer.write(value, indent: 0)
        return writer.lines.joined(separator: "\n") + "\n"
    }

    private mutating func write(_ value: Written, indent: Int) {
        let margin = String(repeating: " ", count: indent)
        switch value {
        case .map(let pairs):
            for pair in pairs {
                if let single = Self.single(pair.value) {
                    lines.append("\(margin)\(Self.scalar(pair.key)): \(single)")
                } else {
                    lines.append("\(margin)\(Self.scalar(pair.key)):")
                    write(pair.value, indent: indent + 2)
                }
            }
        case .list(let items):
            for item in items {
                if let single = Self.single(item) {
                    lines.append("\(margin)- \(single)")
                } else {
                    let first = lines.count
                    write(item, indent: indent + 2)
                    lines[first] = margin + "- " + lines[first].dropFirst(indent + 2)
                }
            }
        case .bare, .text: lines.append(margin + (Self.single(value) ?? ""))
        }
    }

    /// The value on one line; nil when it needs several.
    private static func single(_ value: Written) -> String? {
        switch value {
        case .bare(let text): text
        case .text(let text): scalar(text)
        case .map(let pairs): pairs.isEmpty ? "{}" : nil
        case .list(let items): items.isEmpty ? "[]" : nil
        }
    }

    /// The text in quotes where YAML, or a variable, would take it for something else.
    private static func scalar(_ text: String) -> String {
        let isWord = text.unicodeScalars.first.map { $0.isASCII && $0.properties.isAlphabetic } ?? false
        let isSafe = text.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-./% <>=".unicodeScalars.contains($0))
        }
        let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
        if isWord, isSafe, !reserved, !text.hasSuffix(" ") { return text }
        var quoted = "\""
        for scalar in text.replacing("${", with: "$${").unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) || scalar.value > 0xd7ff:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension Scenario {
    /// The whole scenario as YAML, defaults written out and passwords replaced: what a run did, for its report.
    package var yaml: String {
        Notation<Scenario>.object.write(self).map(YAMLWriter.text) ?? ""
    }
}
