/// Where something stands: in a file, or in an override of the command line.
package struct Place: Sendable, Equatable, CustomStringConvertible {
    /// The file's path as the user gave it, or the override's option and key.
    package var source: String
    /// The line, from 1; nil when the whole source is meant.
    package var line: Int?
    /// The column in Unicode scalars, from 1.
    package var column: Int?

    /// Points at a source, or at a position of it.
    package init(source: String, line: Int? = nil, column: Int? = nil) {
        self.source = source
        self.line = line
        self.column = column
    }

    /// The place as editors and terminals understand it: `file:line:column`.
    package var description: String {
        guard let line else { return source }
        guard let column else { return "\(source):\(line)" }
        return "\(source):\(line):\(column)"
    }

    /// The place some columns further.
    func moved(columns: Int) -> Place {
        Place(source: source, line: line, column: column.map { $0 + columns })
    }
}

/// One mistake in a scenario: where, what, and what to do.
package struct Problem: Sendable, Equatable, CustomStringConvertible {
    /// Where the mistake is.
    package var place: Place
    /// What is wrong and what to do, in one line, without secrets.
    package var message: String

    /// The mistake in one line.
    package var description: String { "\(place): \(message)" }
}

/// All mistakes of a scenario, in the order of the file.
package struct ScenarioError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The mistakes; at least one.
    package var problems: [Problem]

    /// One line for each mistake.
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
