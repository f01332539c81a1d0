/// Where the fields of an access-log line stand in its bytes; nothing is copied.
///
/// Every byte of the line is in a field or is one of the format's own spaces, brackets and quotes, so that the fields
/// put together again are the line.
package struct AccessLogLine: Sendable, Equatable {
    /// The virtual host before the client; nil where the format has none.
    package private(set) var vhost: Range<Int>?
    package private(set) var client: Range<Int>
    package private(set) var identity: Range<Int>
    package private(set) var user: Range<Int>
    /// Between the brackets.
    package private(set) var timeField: Range<Int>
    package private(set) var time: LogTime
    /// Between the quotes, as the server escaped it.
    package private(set) var request: Range<Int>
    package private(set) var statusField: Range<Int>
    /// Nil for `-`.
    package private(set) var status: Int?
    package private(set) var sizeField: Range<Int>
    /// Nil for `-`.
    package private(set) var size: Int64?
    /// Between the quotes; nil in the common format.
    package private(set) var referer: Range<Int>?
    package private(set) var agent: Range<Int>?
    /// What follows, from the space before it.
    package private(set) var rest: Range<Int>

    /// Reads a line without its line end.
    ///
    /// A field in quotes ends at the first quote that no backslash takes for itself.
    package init(_ bytes: UnsafeRawBufferPointer) throws(LineFault) {
        let line = LineBytes(bytes)
        let head = try Self.readHead(line)
        (vhost, client, identity, user) = (head.vhost, head.client, head.identity, head.user)
        timeField = head.bracket &+ 1..<head.bracket &+ 1 &+ LogTime.byteCount
        time = head.time

        var place = timeField.upperBound &+ 1
        guard line.has(.space, at: place) else { throw LineFault(column: place + 1, expected: .request) }
        guard line.has(.quote, at: place &+ 1) else { throw LineFault(column: place + 2, expected: .request) }
        guard let requestEnd = line.closingQuote(from: place &+ 2) else {
            throw LineFault(column: line.count + 1, expected: .requestEnd)
        }
        request = place &+ 2..<requestEnd

        place = requestEnd &+ 1
        guard line.has(.space, at: place) else { throw LineFault(column: place + 1, expected: .status) }
        (status, statusField) = try Self.readStatus(line, at: place &+ 1)
        place = statusField.upperBound
        guard line.has(.space, at: place) else { throw LineFault(column: place + 1, expected: .size) }
        (size, sizeField) = try Self.readSize(line, at: place &+ 1)
        place = sizeField.upperBound

        if let referer = try Self.quotedField(line, at: place),
            let agent = try Self.quotedField(line, at: referer.upperBound &+ 1)
        {
            (self.referer, self.agent) = (referer, agent)
            place = agent.upperBound &+ 1
        }
        rest = place..<line.count
        while place < line.count { place = try Self.skipField(line, at: place) }
    }

    /// The time of a line, whatever else is wrong with it; nil where it has none between brackets.
    package static func time(in bytes: UnsafeRawBufferPointer) -> LogTime? {
        guard !bytes.isEmpty else { return nil }
        return (try? findTime(LineBytes(bytes), from: 1))?.time
    }

    // MARK: - Before the time

    private struct Head {
        var vhost: Range<Int>?
        var client: Range<Int>
        var identity: Range<Int>
        var user: Range<Int>
        var bracket: Int
        var time: LogTime
    }

    /// Reads up to the time; the user may hold spaces and brackets, since nothing escapes these.
    private static func readHead(_ line: LineBytes) throws(LineFault) -> Head {
        let firstEnd = line.first(.space, from: 0)
        guard firstEnd < line.count else { throw LineFault(column: line.count + 1, expected: .client) }
        let secondEnd = line.first(.space, from: firstEnd &+ 1)
        guard secondEnd < line.count else { throw LineFault(column: line.count + 1, expected: .identity) }
        let (bracket, time) = try findTime(line, from: secondEnd)
        guard bracket &- 1 > secondEnd else { throw LineFault(column: bracket + 1, expected: .user) }
        let plain = Head(
            client: 0..<firstEnd, identity: firstEnd &+ 1..<secondEnd, user: secondEnd &+ 1..<bracket &- 1,
            bracket: bracket, time: time)
        let thirdEnd = line.first(.space, from: secondEnd &+ 1)
        if thirdEnd < bracket &- 1 {
            // One field more: the virtual host before the client, or a user with a space in it.
            let third = secondEnd &+ 1..<thirdEnd
            let isHyphen = third.count == 1 && line.has(.hyphen, at: third.lowerBound)
            let second = plain.identity
            let secondIsHyphen = second.count == 1 && line.has(.hyphen, at: second.lowerBound)
            if !secondIsHyphen, isHyphen || HostName.isAddress(line, second) {
                guard !second.isEmpty else { throw LineFault(column: firstEnd + 2, expected: .client) }
                return Head(
                    vhost: plain.client, client: second, identity: third, user: thirdEnd &+ 1..<bracket &- 1,
                    bracket: bracket, time: time)
            }
        }
        guard firstEnd > 0 else { throw LineFault(column: 1, expected: .client) }
        guard !plain.identity.isEmpty else { throw LineFault(column: firstEnd + 2, expected: .identity) }
        return plain
    }

    /// The first bracket behind a space that opens a time; the fault is that of the first bracket.
    private static func findTime(_ line: LineBytes, from start: Int) throws(LineFault) -> (bracket: Int, time: LogTime)
    {
        var firstBracket: Int?
        var place = start
        while true {
            place = line.first(.bracket, from: place)
            guard place < line.count else { break }
            if line.has(.space, at: place &- 1) {
                if let time = LogTime(line, at: place &+ 1) {
                    let end = place &+ 1 &+ LogTime.byteCount
                    guard line.has(.bracketEnd, at: end) else {
                        throw LineFault(column: end + 1, expected: .bracketEnd)
                    }
                    return (place, time)
                }
                firstBracket = firstBracket ?? place
            }
            place &+= 1
        }
        guard let firstBracket else { throw LineFault(column: line.count + 1, expected: .bracket) }
        throw LineFault(column: firstBracket + 2, expected: .time)
    }

    // MARK: - Behind the time

    private static func readStatus(_ line: LineBytes, at start: Int) throws(LineFault) -> (Int?, Range<Int>) {
        if line.has(.hyphen, at: start) { return (nil, start..<start &+ 1) }
        var value = 0
        for place in start..<start &+ 3 {
            guard let digit = line.digit(place) else { throw LineFault(column: place + 1, expected: .status) }
            value = value &* 10 &+ digit
        }
        return (value, start..<start &+ 3)
    }

    private static func readSize(_ line: LineBytes, at start: Int) throws(LineFault) -> (Int64?, Range<Int>) {
        var end = start
        var value: Int64? = nil
        if line.has(.hyphen, at: start) {
            end = start &+ 1
        } else {
            var sum: Int64 = 0
            while let digit = line.digit(end) {
                let (product, tooLarge) = sum.multipliedReportingOverflow(by: 10)
                let (next, stillTooLarge) = product.addingReportingOverflow(Int64(digit))
                guard !tooLarge, !stillTooLarge else { throw LineFault(column: end + 1, expected: .size) }
                sum = next
                end &+= 1
            }
            value = sum
        }
        guard end > start else { throw LineFault(column: start + 1, expected: .size) }
        guard end == line.count || line.has(.space, at: end) else {
            throw LineFault(column: end + 1, expected: .fieldEnd)
        }
        return (value, start..<end)
    }

    /// The content of a quoted field behind a space, nil where there is none.
    private static func quotedField(_ line: LineBytes, at place: Int) throws(LineFault) -> Range<Int>? {
        guard line.has(.space, at: place), line.has(.quote, at: place &+ 1) else { return nil }
        guard let end = line.closingQuote(from: place &+ 2) else {
            throw LineFault(column: line.count + 1, expected: .quoteEnd)
        }
        guard end &+ 1 == line.count || line.has(.space, at: end &+ 1) else {
            throw LineFault(column: end + 2, expected: .fieldEnd)
        }
        return place &+ 2..<end
    }

    /// The place behind one more field, in quotes or not, and the space before it.
    private static func skipField(_ line: LineBytes, at place: Int) throws(LineFault) -> Int {
        guard line.has(.space, at: place) else { throw LineFault(column: place + 1, expected: .fieldEnd) }
        if let quoted = try quotedField(line, at: place) { return quoted.upperBound &+ 1 }
        return line.first(.space, from: place &+ 1)
    }
}
