/// Replaces `${NAME}` and `${NAME:-default}` by the environment's values; `$${` stands for `${` itself.
struct Variables: Sendable {
    /// What is wrong with a variable, in words for the user.
    struct Mistake: Error {
        var message: String
    }

    let environment: [String: String]

    /// The text with every variable replaced; as in a shell, an empty value counts as unset before `:-`.
    func replaced(in text: String) throws(Mistake) -> String {
        guard text.contains("${") else { return text }
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                result += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else {
                    throw Mistake(message: "'${' has no '}'; write ${NAME:-default}, or $${ for the characters")
                }
                result += try value(of: rest[..<end].dropFirst(2))
                rest = rest[end...].dropFirst()
            } else {
                result.append("$")
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    private func value(of expression: Substring) throws(Mistake) -> String {
        let name = expression.prefix(while: { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        let tail = expression[name.endIndex...]
        guard let first = name.first, !first.isNumber, tail.isEmpty || tail.hasPrefix(":-") else {
            throw Mistake(message: "'${…}' must be ${NAME} or ${NAME:-default}")
        }
        let value = environment[String(name)]
        if tail.isEmpty {
            guard let value else {
                throw Mistake(
                    message: "the environment variable \(name) is not set; set it, or write ${\(name):-default}")
            }
            return value
        }
        guard let value, !value.isEmpty else { return String(tail.dropFirst(2)) }
        return value
    }
}
