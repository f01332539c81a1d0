/// What a proxy is told to do to its link: one line of text each.
package enum ProxyCommand: Sendable, Equatable {
    /// Which way bytes go.
    package enum Direction: String, Sendable, CaseIterable {
        /// From the clients to the server.
        case up
        /// From the server to the clients.
        case down
        case both
    }

    /// What can be taken back.
    package enum Condition: String, Sendable, CaseIterable {
        case delay, limit, stall, refuse
    }

    /// Every byte arrives so much later, give or take the jitter.
    case delay(Direction, nanoseconds: Int64, jitterNanoseconds: Int64)
    /// No more bytes a second, all connections together.
    case limit(Direction, bytesPerSecond: Int)
    /// Nothing is forwarded; new connections are taken.
    case stall(Direction)
    /// New connections are refused.
    case refuse
    /// Every connection ends, in good order or with a reset.
    case cut(reset: Bool)
    /// One condition ends, or all of them.
    case clear(Condition?)

    /// Why a line is no command.
    package struct Mistake: Error, Equatable, CustomStringConvertible {
        package var description: String

        init(_ description: String) { self.description = description }
    }

    /// The commands, for people.
    package static let usage = """
        delay [up|down|both] TIME [jitter TIME]   every byte arrives later: delay 20ms jitter 5ms
        limit [up|down|both] SIZE/s               all connections together: limit down 1MiB/s
        stall [up|down|both]                      forward nothing, take new connections
        refuse                                    refuse new connections
        cut [reset]                               end every connection, in good order or by a reset
        clear [delay|limit|stall|refuse]          end one condition, or all
        status                                    connections, bytes, and what is in effect
        """

    /// Reads a line.
    package init(_ line: some StringProtocol) throws(Mistake) {
        var words = line.split { $0 == " " }.map { String($0) }[...]
        guard let verb = words.popFirst() else { throw Mistake("an empty line is no command; write help") }
        switch verb {
        case "delay":
            let direction = Self.direction(&words)
            let delay = try Self.time(words.popFirst(), of: "delay 20ms")
            var jitter: Int64 = 0
            if words.first == "jitter" {
                words.removeFirst()
                jitter = try Self.time(words.popFirst(), of: "delay 20ms jitter 5ms")
            }
            self = .delay(direction, nanoseconds: delay, jitterNanoseconds: jitter)
        case "limit":
            let direction = Self.direction(&words)
            self = .limit(direction, bytesPerSecond: try Self.rate(words.popFirst()))
        case "stall": self = .stall(Self.direction(&words))
        case "refuse": self = .refuse
        case "cut":
            self = .cut(reset: words.first == "reset")
            if words.first == "reset" { words.removeFirst() }
        case "clear":
            guard let what = words.popFirst() else {
                self = .clear(nil)
                return
            }
            guard let condition = Condition(rawValue: what) else {
                throw Mistake("'\(what)' is nothing to clear; possible: delay, limit, stall, refuse")
            }
            self = .clear(condition)
        default: throw Mistake("'\(verb)' is no command; write help")
        }
        if let extra = words.first { throw Mistake("'\(extra)' is too much; write help") }
    }

    private static func direction(_ words: inout ArraySlice<String>) -> Direction {
        guard let direction = words.first.flatMap(Direction.init(rawValue:)) else { return .both }
        words.removeFirst()
        return direction
    }

    private static func split(_ text: String) -> (Double, Substring)? {
        let unit = text.drop { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(text.dropLast(unit.count)), number.isFinite else { return nil }
        return (number, unit)
    }

    private static func time(_ text: String?, of example: String) throws(Mistake) -> Int64 {
        let units: [Substring: Double] = ["ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9]
        guard let text, let (number, unit) = split(text), let scale = units[unit], number * scale <= 3600e9 else {
            throw Mistake("expected a time of at most an hour, as in '\(example)'")
        }
        return Int64(number * scale)
    }

    private static func rate(_ text: String?) throws(Mistake) -> Int {
        let units: [Substring: Double] = [
            "B": 1, "kB": 1e3, "KiB": 1024, "MB": 1e6, "MiB": 1_048_576, "GB": 1e9, "GiB": 1_073_741_824,
        ]
        let bare = text.map { $0.hasSuffix("/s") ? String($0.dropLast(2)) : $0 }
        guard let bare, let (number, unit) = split(bare), let scale = units[unit], (1...1e12).contains(number * scale)
        else { throw Mistake("expected bytes a second, as in 'limit 1MiB/s'") }
        return Int(number * scale)
    }

    /// The command as a line.
    package var line: String {
        switch self {
        case .delay(let direction, let delay, let jitter):
            "delay \(direction.rawValue) \(Self.text(delay))" + (jitter > 0 ? " jitter \(Self.text(jitter))" : "")
        case .limit(let direction, let rate): "limit \(direction.rawValue) \(rate)B/s"
        case .stall(let direction): "stall \(direction.rawValue)"
        case .refuse: "refuse"
        case .cut(let reset): reset ? "cut reset" : "cut"
        case .clear(let condition): condition.map { "clear \($0.rawValue)" } ?? "clear"
        }
    }

    /// A time in the largest unit that has it exactly.
    private static func text(_ nanoseconds: Int64) -> String {
        for (unit, scale) in [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000)] as [(String, Int64)]
        where nanoseconds.isMultiple(of: scale) {
            return "\(nanoseconds / scale)\(unit)"
        }
        return "\(nanoseconds)ns"
    }
}
