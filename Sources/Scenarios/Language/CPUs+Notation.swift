// How cores are written: `0`, `2-7`, or a list of these.

extension Scenario.CPUs: Keyed {
    static var keys: [Key<Self>] {
        [
            Key("generator", optional: \.generator, .cores, "The generator's cores."),
            Key("broker", optional: \.broker, .cores, "The cores of the embedded broker."),
            Key("workers", optional: \.workers, .cores, "The cores of the run's workers, shared by all of them."),
        ]
    }
}

/// Cores that follow each other.
private struct CoreRange: Equatable {
    var cores: ClosedRange<Int>

    static let possible = 0...4_095

    init(_ cores: ClosedRange<Int>) { self.cores = cores }

    /// Reads `3` or `2-7`.
    init?(_ text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { end in
            !end.isEmpty && end.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                ? Int(end) : nil
        }
        guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last,
            Self.possible.contains(last)
        else { return nil }
        cores = first...last
    }

    var written: Written {
        cores.count == 1 ? .bare("\(cores.lowerBound)") : .text("\(cores.lowerBound)-\(cores.upperBound)")
    }
}

extension Notation where Value == [CoreRange] {
    fileprivate static var ranges: Notation {
        let core = Form.integer(Int64(CoreRange.possible.lowerBound)...Int64(CoreRange.possible.upperBound))
        let several = Form.text(pattern: "^[0-9]+(-[0-9]+)?(, ?[0-9]+(-[0-9]+)?)*$", words: "`2-7`")
        let single = Notation(
            form: .either([core, several]),
            read: { node, decoding in
                guard case .scalar(let scalar) = node.content, !scalar.isNull else {
                    decoding.report(node.place, "expected cores such as 0 or 2-7, found \(node.kind)")
                    return nil
                }
                let parts = scalar.text.split(separator: ",", omittingEmptySubsequences: false)
                let ranges = parts.compactMap { part in
                    CoreRange(String(part.drop(while: { $0 == " " })))
                }
                guard ranges.count == parts.count else {
                    decoding.report(
                        node.place, "\(scalar.written.quoted) names no cores; write 0, 2-7 or [0, 2-7]")
                    return nil
                }
                return ranges
            },
            write: { $0.count == 1 ? $0[0].written : nil })
        let items = Notation<[[CoreRange]]>.list(of: single, 1...4_096)
        let list = Notation(
            form: items.form, read: { node, decoding in items.read(node, &decoding)?.flatMap(\.self) },
            write: { .list($0.map(\.written)) })
        return .either(single: single, structured: list)
    }
}

extension Notation where Value == [Int] {
    /// Cores of the machine, in ascending order; whether it has them is known where the scenario runs.
    fileprivate static var cores: Notation {
        Notation<[CoreRange]>.ranges.map {
            Set($0.flatMap { Array($0.cores) }).sorted()
        } back: { cores in
            var ranges: [CoreRange] = []
            for core in cores {
                if let last = ranges.last?.cores, last.upperBound == core - 1 {
                    ranges[ranges.count - 1] = CoreRange(last.lowerBound...core)
                } else {
                    ranges.append(CoreRange(core...core))
                }
            }
            return ranges
        }
    }
}
