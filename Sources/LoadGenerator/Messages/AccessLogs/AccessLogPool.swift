import Drivers
package import Scenarios

/// The distinct access-log lines of a run, made before it starts from its seed.
///
/// In each line two places are patched for each message: its identifier, which is the URL's `rid`, and its intended time
/// between the brackets. Line k depends on the seed, the settings and k alone.
package struct AccessLogPool: Sendable {
    /// Lines in the combined format.
    package let lines: [BodyTemplate]
    /// Lines that no parser can read: every `LineDefect` several times.
    package let malformed: [BodyTemplate]

    // Streams of the run's seed that nothing else draws from; each line has one of its own.
    private static let lineStreams: UInt64 = 9 << 32
    private static let malformedStreams: UInt64 = 10 << 32

    /// Makes the lines; settings are those of a validated scenario.
    package init(seed: UInt64, logs settings: Scenario.Logs = Scenario.Logs()) {
        func line(_ stream: UInt64) -> BodyTemplate {
            var maker = AccessLogLineMaker(
                settings: settings, random: SeededGenerator(seed: seed, stream: stream))
            return maker.line()
        }
        lines = (0..<max(1, settings.pool)).map { line(Self.lineStreams + UInt64($0)) }
        malformed = LineDefect.allCases.enumerated().flatMap { index, defect in
            (0..<4).map { number in
                defect.broken(line(Self.malformedStreams + UInt64(index) * 64 + UInt64(number)))
            }
        }
    }

    /// The templates of a kind; other kinds are other pools'.
    package func templates(_ kind: Scenario.MessageKind) -> [BodyTemplate] {
        switch kind {
        case .line: lines
        case .malformed: malformed
        case .update, .delete, .opaque: []
        }
    }
}

/// The ways in which a broken line is broken.
package enum LineDefect: String, Sendable, CaseIterable {
    /// It breaks off within the request.
    case truncated
    /// No brackets around the time.
    case noBrackets
    /// A day that no month has.
    case impossibleTime
    /// The request has no closing quote.
    case openQuote
    /// A word in the status's place.
    case noStatus
    /// A size with a sign.
    case badSize
    /// Fields in another order.
    case otherFormat

    /// The line with this defect; it keeps its identifier, so that broken lines differ from each other too.
    func broken(_ line: BodyTemplate) -> BodyTemplate {
        var broken = line
        broken.kind = .malformed
        guard let id = line.idOffset, let time = line.timestampOffset else { return broken }
        // All that changes its length is behind the identifier.
        let idEnd = id + BodyTemplate.placeholderID.utf8.count
        let requestEnd = line.bytes[idEnd...].firstIndex(of: 0x22) ?? line.bytes.count - 1
        switch self {
        case .truncated: broken.bytes.removeSubrange(idEnd...)
        case .noBrackets: (broken.bytes[time - 1], broken.bytes[time + 26]) = (0x28, 0x29)
        case .impossibleTime:
            broken.bytes.replaceSubrange(time..<time + 26, with: "31/Feb/2026:25:61:00 +0000".utf8)
            broken.timestampOffset = nil
        case .openQuote: broken.bytes.removeAll { $0 == 0x22 }
        case .noStatus: broken.bytes.replaceSubrange(requestEnd + 2..<requestEnd + 5, with: "okay".utf8)
        case .badSize: broken.bytes.insert(0x2B, at: requestEnd + 6)
        case .otherFormat:
            let text = "time=1970-01-01T00:00:00Z level=info rid=\(BodyTemplate.placeholderID) msg=\"started\""
            broken.bytes = Array(text.utf8)
            broken.idOffset = text.utf8.count - BodyTemplate.placeholderID.utf8.count - 14
            broken.timestampOffset = nil
        }
        if self == .openQuote {
            // Without the quote before the request all that follows moves one place.
            broken.idOffset = id - 1
        }
        return broken
    }
}

/// Writes one line.
struct AccessLogLineMaker {
    let settings: Scenario.Logs
    var random: SeededGenerator
    private var bytes: [UInt8] = []

    init(settings: Scenario.Logs, random: SeededGenerator) {
        self.settings = settings
        self.random = random
    }

    mutating func line() -> BodyTemplate {
        let isBot = random.nextUnit() < settings.bots
        let isScan = isBot && random.nextUnit() < 0.3
        add(address())
        add(" - ")
        add(!isBot && random.nextUnit() < settings.users ? pick(AccessLogWords.users) : "-")
        add(" [")
        let timestampOffset = bytes.count
        add("01/Jan/1970:00:00:00 +0000")
        add("] \"")
        let method = isBot ? "GET" : weighted(AccessLogWords.methods)
        add(method)
        add(" ")
        let idOffset = addTarget(isScan: isScan, isBot: isBot)
        add(" HTTP/")
        add(isBot ? "1.1" : weighted(AccessLogWords.versions))
        add("\" ")
        let status = status(method: method, isScan: isScan)
        add("\(status) \(size(method: method, status: status)) \"")
        add(isBot || random.nextUnit() < 0.4 ? "-" : pick(AccessLogWords.referers))
        add("\" \"")
        add(
            isScan
                ? pick(AccessLogWords.scanners) : isBot ? pick(AccessLogWords.crawlers) : pick(AccessLogWords.browsers))
        add("\"")
        var template = BodyTemplate(
            bytes: bytes, kind: .line, idOffset: idOffset, timestampOffset: timestampOffset)
        template.timestampForm = .accessLog
        return template
    }

    /// Writes path and query; returns the place of the identifier in it.
    private mutating func addTarget(isScan: Bool, isBot: Bool) -> Int {
        if isScan {
            add(pick(AccessLogWords.scans))
        } else {
            add(pick(AccessLogWords.sections))
            if random.nextUnit() < 0.6 { add("/\(pick(AccessLogWords.things))-\(1 + random.nextIndex(below: 5_000))") }
        }
        add("?rid=")
        let idOffset = bytes.count
        add(BodyTemplate.placeholderID)
        if random.nextUnit() < 0.3 { add("&page=\(1 + random.nextIndex(below: 40))") }
        if random.nextUnit() < 0.15 { add("&q=\(pick(AccessLogWords.searches))") }
        if !isBot, random.nextUnit() < settings.sessions {
            add("&\(pick(AccessLogWords.sessionNames))=\(hexadecimal(digits: 16))")
        }
        return idOffset
    }

    private mutating func address() -> String {
        if random.nextUnit() < settings.ipv6 {
            let groups = (0..<4).map { _ in hexadecimal(digits: 4).drop { $0 == "0" } }
            return "2001:db8:" + groups.map { $0.isEmpty ? "0" : String($0) }.joined(separator: ":")
                + "::\(1 + random.nextIndex(below: 9))"
        }
        // The networks that documents may name.
        let network = pick(["192.0.2", "198.51.100", "203.0.113", "198.18.7", "100.64.3"])
        return "\(network).\(1 + random.nextIndex(below: 254))"
    }

    private mutating func status(method: String, isScan: Bool) -> Int {
        if isScan { return pick([404, 403, 400, 404, 301]) }
        if method == "POST" { return weighted([(201, 30), (302, 30), (200, 30), (422, 6), (500, 2), (503, 2)]) }
        return weighted([
            (200, 800), (304, 90), (301, 20), (302, 20), (404, 40), (403, 8), (206, 10), (499, 5), (500, 4), (502, 2),
            (504, 1),
        ])
    }

    private mutating func size(method: String, status: Int) -> Int {
        if method == "HEAD" || status == 304 || status == 499 { return 0 }
        if status >= 300 { return 150 + random.nextIndex(below: 400) }
        return BodyPool.drawLength(.lognormal(medianBytes: 6_000, p95Bytes: 90_000), random: &random)
    }

    private mutating func hexadecimal(digits: Int) -> String {
        String((0..<digits).map { _ in AccessLogWords.digits[random.nextIndex(below: 16)] })
    }

    private mutating func add(_ text: String) { bytes += text.utf8 }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values[random.nextIndex(below: values.count)] }

    private mutating func weighted<Value>(_ values: [(value: Value, weight: Int)]) -> Value {
        var draw = random.nextIndex(below: values.reduce(0) { $0 + $1.weight })
        for entry in values.dropLast() {
            draw -= entry.weight
            if draw < 0 { return entry.value }
        }
        return values[values.count - 1].value
    }
}
