// How the lines of web logs are written, and whether they fit the rest of a scenario.

extension Scenario.Logs: Keyed {
    static var keys: [Key<Self>] {
        [
            Key("pool", \.pool, .integer(1...1_000_000), "Distinct lines, made before the run and used in turn."),
            Key("ipv6", \.ipv6, .share, "The part of the clients with IPv6 addresses."),
            Key("bots", \.bots, .share, "The part of the requests that crawlers and scanners make."),
            Key("users", \.users, .share, "The part of the requests of named users."),
            Key("sessions", \.sessions, .share, "The part of the requests with a session in their URL."),
            Key(
                "file", optional: \.file, .filePath,
                "An access log, plain or gzip, whose lines are sent as they are, in order, in place of made ones."),
            Key(
                "loop", \.loop, .boolean,
                "Whether the file begins again behind its last line; else its end ends the load."),
            Key("speed", \.speed, .speed, "With `rate: original`, how many times as fast as they once came."),
            Key(
                "geo", optional: \.geo, .filePath,
                "A MaxMind DB file (GeoLite2-City.mmdb) by which data-clean tells country and city; without it they are null."
            ),
            Key(
                "csv", \.csv, .boolean,
                "Whether data-clean also writes a row for each line it stores to `parsed_data.csv` in the run's folder."
            ),
        ]
    }
}

extension Notation where Value == Double {
    /// A factor such as `10x`.
    fileprivate static var speed: Notation {
        scalar(.text(pattern: #"^[0-9]+(\.[0-9]+)?x$"#, words: "`10x`"), expected: "a speed; write 1x, 0.5x or 10x") {
            text in
            guard text.last == "x", let value = Double(text.dropLast()), value > 0, value <= 1_000_000 else {
                return nil
            }
            return value
        } write: {
            .bare(Quantity.count.text($0) + "x")
        }
    }
}

extension Scenario {
    /// Whether the lines of a file are what is sent.
    package var replaysLog: Bool { logs.file != nil && mix.allSatisfy { $0.kind == .line } }

    /// Reports lines that nobody can read, and what is said about lines that there are none of.
    func checkLogs(_ decoding: inout Decoding) {
        guard decoding.isSound("logs", "mix", "pipeline", "phases", "target", "workers") else { return }
        let hasLines = mix.contains { $0.kind == .line }
        checkReaders(&decoding, hasLines: hasLines)
        checkReplay(&decoding)
        let defaults = Logs()
        if !hasLines, logs.file == nil, logs.geo == nil, !logs.csv, logs != defaults {
            decoding.report(key: "logs", "no message carries a line; use 'pipeline: weblogs', or remove the section")
        }
        let isRead = pipeline == .weblogs && workers.source == .reference
        for (key, isGiven) in [("geo", logs.geo != nil), ("csv", logs.csv)] where isGiven && !isRead {
            decoding.report(
                key: "logs.\(key)", "is for the reference workers of 'pipeline: weblogs'; use these, or remove the key")
        }
    }

    /// Reports kinds of message that the pipeline's workers would all reject.
    private func checkReaders(_ decoding: inout Decoding, hasLines: Bool) {
        if hasLines, target == .store {
            decoding.report(key: "mix.line", "a store takes no line messages; remove it, or use 'target: broker'")
        }
        guard target == .broker, workers.source == .reference, workers.count > 0 else { return }
        if hasLines, pipeline == .text {
            decoding.report(
                key: "mix.line", "workers that analyse texts would reject each of these; add 'pipeline: weblogs'")
        }
        guard pipeline == .weblogs else { return }
        for kind in [MessageKind.update, .delete] where mix.contains(where: { $0.kind == kind }) {
            decoding.report(
                key: "mix.\(kind.rawValue)",
                "workers that read web logs would reject each of these; use 'line', or 'pipeline: text'")
        }
    }

    private func checkReplay(_ decoding: inout Decoding) {
        let isOriginal = phases.map { $0.rate == .original }
        let defaults = Logs()
        guard logs.file != nil else {
            for (index, isOriginal) in isOriginal.enumerated() where isOriginal {
                decoding.report(
                    key: "phases[\(index)].rate", "'original' is the rate of a file's lines; name the file in logs.file"
                )
            }
            for (key, isChanged) in [("loop", logs.loop), ("speed", logs.speed != defaults.speed)] where isChanged {
                decoding.report(key: "logs.\(key)", "is about a file's lines; name the file in logs.file")
            }
            return
        }
        if !replaysLog {
            decoding.report(
                key: "logs.file", "the file's lines are all that is sent; remove the other kinds from 'mix'")
        }
        for (key, isChanged) in [
            ("pool", logs.pool != defaults.pool), ("ipv6", logs.ipv6 != defaults.ipv6),
            ("bots", logs.bots != defaults.bots), ("users", logs.users != defaults.users),
            ("sessions", logs.sessions != defaults.sessions),
        ] where isChanged {
            decoding.report(key: "logs.\(key)", "is about made lines; remove it, or 'file'")
        }
        if logs.speed != defaults.speed, !isOriginal.contains(true) {
            decoding.report(key: "logs.speed", "is about the lines' own times; give a phase 'rate: original'")
        }
        if logs.csv, logs.loop {
            decoding.report(
                key: "logs.csv", "would get each line once more whenever the file begins again; remove it, or 'loop'")
        }
        for (index, phase) in phases.enumerated() where logs.loop && phase.end == .count(Phase.wholeRecording) {
            decoding.report(
                key: "phases[\(index)]", "with logs.loop the file has no end; give the phase 'for' or 'count'")
        }
    }
}
