/// The JSON schema of the language, for completion and checking in editors; made from the table of keys.
package enum ScenarioSchema {
    /// The schema's text, as committed in `scenarios/scenario.schema.json`.
    package static var json: String {
        guard case .object(let keys) = Notation<Scenario>.object.form else { return "" }
        let root: [(String, JSONText)] =
            [
                ("$schema", .string("http://json-schema.org/draft-07/schema#")),
                ("title", .string("Rafale scenario")),
                ("description", .string("What load is put on which pipeline, and what must come out of it.")),
            ] + object(keys) + [
                (
                    "definitions",
                    .object([
                        (
                            "variable",
                            .object([
                                ("type", .string("string")),
                                ("pattern", .string(#"\$\{[A-Za-z_][A-Za-z0-9_]*(:-.*)?\}"#)),
                                (
                                    "description",
                                    .string("A value with ${NAME} or ${NAME:-default} of the environment.")
                                ),
                            ])
                        )
                    ])
                )
            ]
        return JSONText.object(root).text() + "\n"
    }

    private static let variable = JSONText.object([("$ref", .string("#/definitions/variable"))])

    private static func schema(_ form: Form) -> [(String, JSONText)] {
        let forms = alternatives(form)
        let withVariable = forms.map { JSONText.object($0) } + (takesVariables(form) ? [variable] : [])
        return forms.count == 1 && withVariable.count == 1 ? forms[0] : [("anyOf", .list(withVariable))]
    }

    /// Whether `${NAME}` may stand for the value and is not text of the form anyway.
    private static func takesVariables(_ form: Form) -> Bool {
        switch form {
        case .text(let pattern, _): pattern != nil
        case .choice, .boolean, .integer, .quantity: true
        case .either(let forms): forms.contains(where: takesVariables)
        default: false
        }
    }

    private static func alternatives(_ form: Form) -> [[(String, JSONText)]] {
        switch form {
        case .text(nil, _): [[("type", .string("string"))]]
        case .text(let pattern?, _): [text(pattern)]
        case .choice(let words): [[("enum", .list(words.map { .string($0) }))]]
        case .boolean: [[("type", .string("boolean"))]]
        case .integer(let range):
            [
                [
                    ("type", .string("integer")), ("minimum", .bare(String(range.lowerBound))),
                    ("maximum", .bare(String(range.upperBound))),
                ], text(Quantity.count.pattern),
            ]
        // A number without a unit is a number for the editor as well.
        case .quantity(.count, _):
            [[("type", .string("number")), ("minimum", .bare("0"))], text(Quantity.count.pattern)]
        case .quantity(let quantity, _): [text(quantity.pattern)]
        case .list(let item, let range):
            [
                [
                    ("type", .string("array")), ("items", .object(schema(item))),
                    ("minItems", .bare(String(range.lowerBound))), ("maxItems", .bare(String(range.upperBound))),
                ]
            ]
        case .object(let keys): [object(keys)]
        case .table: [[("type", .string("object"))]]
        case .anything: [[]]
        case .oneKey(let keys): [object(keys) + [("minProperties", .bare("1")), ("maxProperties", .bare("1"))]]
        case .either(let forms): forms.flatMap(alternatives)
        }
    }

    private static func text(_ pattern: String) -> [(String, JSONText)] {
        [("type", .string("string")), ("pattern", .string(pattern))]
    }

    private static func object(_ keys: [Form.Described]) -> [(String, JSONText)] {
        let properties = keys.map { key in
            let documentation: [(String, JSONText)] = [("description", .string(plain(key.summary)))]
            let fallback = key.defaultValue.flatMap(json).map { [("default", $0)] } ?? []
            return (key.name, JSONText.object(documentation + schema(key.form) + fallback))
        }
        let required = keys.filter(\.isRequired).map { JSONText.string($0.name) }
        return [
            ("type", .string("object")), ("additionalProperties", .bare("false")),
            ("properties", .object(properties)),
        ] + (required.isEmpty ? [] : [("required", .list(required))])
    }

    /// A default worth showing: single values only, for those of a mapping are shown at its keys.
    private static func json(_ value: Written) -> JSONText? {
        switch value {
        case .bare(let text):
            if text == "true" || text == "false" || Int64(text) != nil || Double(text) != nil { return .bare(text) }
            return .string(text)
        case .text(let text): return text.isEmpty ? nil : .string(text)
        case .list, .map: return nil
        }
    }

    /// The summary without Markdown's marks.
    private static func plain(_ summary: String) -> String { summary.replacing("`", with: "") }
}
