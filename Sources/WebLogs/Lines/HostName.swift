/// Names and addresses of hosts, by their bytes alone.
enum HostName {
    /// Whether the bytes look like an IPv4 address, an IPv6 address (bracketed or not, with or without a zone), or
    /// nginx's name for the client of a Unix socket.
    static func isAddress(_ line: LineBytes, _ range: Range<Int>) -> Bool {
        isIPv4(line, range) || isIPv6(line, range)
            || line.bytes[range].elementsEqual("unix:".utf8)
    }

    /// Four numbers of up to three digits, with dots between.
    static func isIPv4(_ line: LineBytes, _ range: Range<Int>) -> Bool {
        guard (7...15).contains(range.count) else { return false }
        var (dots, digits) = (0, 0)
        for place in range {
            if line.digit(place) != nil {
                digits += 1
                guard digits <= 3 else { return false }
            } else {
                guard line.bytes[place] == 0x2E, digits > 0 else { return false }
                (dots, digits) = (dots + 1, 0)
            }
        }
        return dots == 3 && digits > 0
    }

    /// Hexadecimal digits, colons, at least two of them, and dots, up to a zone.
    static func isIPv6(_ line: LineBytes, _ range: Range<Int>) -> Bool {
        let range = unbracketed(line, range)
        guard range.count >= 2 else { return false }
        var colons = 0
        for place in range {
            switch line.bytes[place] {
            case 0x3A: colons += 1
            case 0x25: return colons >= 2 && place + 1 < range.upperBound
            case 0x30...0x39, 0x41...0x46, 0x61...0x66, 0x2E: break
            default: return false
            }
        }
        return colons >= 2
    }

    /// Without the brackets around an IPv6 address.
    static func unbracketed(_ line: LineBytes, _ range: Range<Int>) -> Range<Int> {
        guard range.count > 2, line.has(.bracket, at: range.lowerBound), line.has(.bracketEnd, at: range.upperBound - 1)
        else { return range }
        return range.lowerBound + 1..<range.upperBound - 1
    }

    /// The last labels of a name, which as a rule are what was registered: two, or three where the last has two letters
    /// and the one before it is one of those under which countries register names (`co.uk`).
    ///
    /// A name of one label is its own; an address and a name of no label have none.
    static func registrable(_ host: [UInt8]) -> [UInt8]? {
        let isAddress = host.withUnsafeBytes { bytes in
            let line = LineBytes(bytes)
            return isIPv4(line, 0..<host.count) || isIPv6(line, 0..<host.count)
        }
        guard !isAddress else { return nil }
        let labels = host.split(separator: 0x2E, omittingEmptySubsequences: true)
        guard let last = labels.last else { return nil }
        guard labels.count > 2 else { return Array(labels.joined(separator: [0x2E])) }
        let second = labels[labels.count - 2]
        let count = last.count == 2 && registries.contains { second.elementsEqual($0.utf8) } ? 3 : 2
        return Array(labels.suffix(count).joined(separator: [0x2E]))
    }

    private static let registries = [
        "ac", "co", "com", "edu", "go", "gob", "gov", "gouv", "mil", "ne", "net", "or", "org",
    ]
}
