/// Colours of a terminal, where they are wanted.
struct TerminalPaint: Sendable {
    /// A colour by its meaning, with the terminal's code for it.
    enum Colour: String, Sendable {
        case good = "32"
        case bad = "31"
        case warn = "33"
        case blue = "34"
        case strong = "1"
        case pale = "2"
        case plain = ""
    }

    /// Whether anything is coloured.
    let colour: Bool

    func strong(_ text: String) -> String { painted(text, .strong) }
    func pale(_ text: String) -> String { painted(text, .pale) }

    /// Coloured as the report's class of that name is; another class leaves the text as it is.
    func toned(_ text: String, _ tone: String) -> String {
        switch tone {
        case "good": painted(text, .good)
        case "bad": painted(text, .bad)
        case "warn": painted(text, .warn)
        default: text
        }
    }

    func painted(_ text: String, _ colour: Colour) -> String {
        self.colour && colour != .plain ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}
