import ArgumentParser

/// A key and its values as `--vary` takes them: `workers.lanes=1,2,4`.
///
/// Values are YAML; a comma within brackets, braces or quotes belongs to its value.
struct VariedKey: ExpressibleByArgument, Equatable, Sendable, CustomStringConvertible {
    let name: String
    let values: [String]

    /// Nil for what has no key, no value or an empty one, or a value twice.
    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "=") else { return nil }
        self.init(
            name: String(argument[..<equals]), values: Self.split(argument[argument.index(after: equals)...]))
    }

    init?(name: String, values: [String]) {
        guard !name.isEmpty, (1...Self.maximum).contains(values.count), !values.contains(""),
            Set(values).count == values.count
        else { return nil }
        self.name = name
        self.values = values
    }

    /// As `--vary` takes it.
    var description: String { "\(name)=\(values.joined(separator: ","))" }

    /// More values than anybody waits for.
    static let maximum = 100

    /// The override that sets the value.
    func override(_ value: String) -> String { "\(name)=\(value)" }

    static func split(_ text: Substring) -> [String] {
        var values: [String] = []
        var value = ""
        var depth = 0
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if "[{".contains(character) {
                depth += 1
            } else if "]}".contains(character) {
                depth -= 1
            } else if character == ",", depth == 0 {
                values.append(value.trimmingSpaces)
                value = ""
                continue
            }
            value.append(character)
        }
        return values + [value.trimmingSpaces]
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        var text = self[...].drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
