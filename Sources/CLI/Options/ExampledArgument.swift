import ArgumentParser
import Scenarios

/// A value of a flag that has a form of its own; whoever writes another one is shown how it is written.
///
/// Its options are declared with `transform: T.read`, and with `parsing: .unconditional`: a value that begins with a
/// dash is then refused as the value that it is, not taken for an option.
protocol ExampledArgument: ExpressibleByArgument {
    /// How it is written: `10s, 500ms or 2m`.
    static var examples: String { get }
}

extension ExampledArgument {
    /// The value that a text says.
    static func read(_ text: String) throws(ArgumentMistake) -> Self {
        guard let value = Self(argument: text) else {
            let isNegative = text.first == "-" && text.dropFirst().first?.isNumber ?? false
            throw ArgumentMistake(description: (isNegative ? "it is below zero; " : "") + "write it as \(examples)")
        }
        return value
    }
}

/// Why a flag's value is refused.
struct ArgumentMistake: Error, CustomStringConvertible {
    let description: String
}

extension DurationArgument: ExampledArgument {
    static let examples = "10s, 500ms or 2m"
}

extension RateArgument: ExampledArgument {
    static let examples = "300/s, 20k/s or 90/min"
}

extension VariedKey: ExampledArgument {
    static let examples = "key=v1,v2,… with different values, such as workers.lanes=1,2,4"
}
