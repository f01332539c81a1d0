// How the generator's own consumers are written.

extension Scenario.Consumers: Keyed {
    static var keys: [Key<Self>] {
        [
            Key("connections", \.connections, .integer(1...1000), "Consuming connections."),
            Key("channels", \.channels, .integer(1...2047), "Channels on each connection, with one consumer each."),
            Key(
                "prefetch", \.prefetch, .integer(0...65_535),
                "Unacknowledged messages allowed on each consumer; 0 is no bound."),
            Key(
                "channel_prefetch", \.channelPrefetch, .integer(0...65_535),
                "Unacknowledged messages allowed on each channel; 0 is no bound."),
            Key(
                "ack", \.acknowledgement, .acknowledgement,
                "When deliveries are acknowledged: by the broker itself (`auto`), one by one (`each`), all of one read "
                    + "of the socket together (`read`), or `{every: N}`."),
            Key(
                "latency", \.latency, .processingTime,
                "How long a consumer works on each message, one after the other, before it acknowledges: one time, "
                    + "`min` and `max`, or `steps`."),
            Key("nack", \.nackShare, .share, "The share of deliveries that are refused instead of acknowledged."),
            Key(
                "requeue", \.requeueShare, .requeueShare,
                "Whether the refused go back to their queue (`false`: to `topology.failed`), or the share that does."),
            Key(
                "poll", optional: \.poll, .duration(.zero ... .seconds(3600)),
                "Fetch with `basic.get` instead of consuming, at this interval; `0s` without a break."),
            Key("arguments", \.arguments, .fields, "Arguments of the consumer, such as `x-priority: 10`."),
            Key("exclusive", \.isExclusive, .boolean, "Whether the queue must have no other consumer."),
            Key("tag", \.tag, .text(bytes: 1...200), "The consumers' tag."),
            Key(
                "start_delay", \.startDelay, .duration(.zero ... .seconds(86400)),
                "How long after connecting they begin to consume."),
        ]
    }
}

extension Notation where Value == Scenario.Consumers {
    /// The consumers' keys; of those that keep their default only the first is written, for some exclude each other.
    static var consumers: Notation {
        let all = Notation<Scenario.Consumers>.object
        return Notation(
            form: all.form, read: all.read,
            write: { value in
                let defaults = Scenario.Consumers()
                return .map(
                    Scenario.Consumers.keys.enumerated().compactMap { index, key in
                        guard let written = key.write(value), index == 0 || written != key.write(defaults) else {
                            return nil
                        }
                        return Written.Pair(key: key.name, value: written)
                    })
            })
    }
}

extension Notation where Value == Scenario.Acknowledgement {
    /// `auto`, `each`, `read` or `{every: N}`.
    static var acknowledgement: Notation {
        let words: [(String, Scenario.Acknowledgement)] = [("auto", .automatic), ("each", .each), ("read", .read)]
        let names = words.map(\.0)
        let single = Notation(
            form: .choice(names),
            read: { node, decoding in
                guard case .scalar(let scalar) = node.content, !scalar.isNull else {
                    decoding.report(node.place, "expected one of \(names.joined(separator: ", ")), or {every: 100}")
                    return nil
                }
                if let word = words.first(where: { $0.0 == scalar.text }) { return word.1 }
                decoding.report(
                    node.place,
                    "\(scalar.written.quoted) is not possible; " + NearestName.advice(scalar.text, among: names)
                        + ", or {every: 100}")
                return nil
            },
            write: { value in words.first { $0.1 == value }.map { .bare($0.0) } })
        let structured = Notation.oneKey([
            Alternative(
                "every", Notation<Int>.integer(1...65_535),
                "So many deliveries are acknowledged together; fewer where no more come for 10 ms.",
                make: { .every($0) }, extract: { if case .every(let count) = $0 { count } else { nil } })
        ])
        return .either(single: single, structured: structured)
    }
}

/// The time a consumer takes as the file writes it.
private struct ProcessingTimeDraft: Keyed {
    static let times = Duration.zero ... .seconds(3600)
    var min: Duration?
    var max: Duration?
    var steps: [Duration]?
    var each: Duration?

    static var keys: [Key<Self>] {
        [
            Key(
                "min", optional: \.min, .duration(times), "The shortest time; with `max`, each time is equally likely."),
            Key("max", optional: \.max, .duration(times), "The longest time."),
            Key(
                "steps", optional: \.steps, .list(of: .duration(times), 1...1000),
                "The times in turn, each for `each`; the last one holds."),
            Key(
                "each", optional: \.each, .duration(.milliseconds(1)...lastingAtMost), "How long each of `steps` lasts."
            ),
        ]
    }
}

extension Notation where Value == Scenario.ProcessingTime {
    /// One time, a range, or times that follow each other.
    static var processingTime: Notation {
        let fixed = Notation<Duration>.duration(ProcessingTimeDraft.times)
        let draft = Notation<ProcessingTimeDraft>.object
        return Notation(
            form: .either([fixed.form, draft.form]),
            read: { node, decoding in
                if case .scalar = node.content { return fixed.read(node, &decoding).map { .fixed($0) } }
                guard let draft = draft.read(node, &decoding) else { return nil }
                switch (draft.min, draft.max, draft.steps, draft.each) {
                case (let min?, let max?, nil, nil) where min <= max: return .uniform(min: min, max: max)
                case (nil, nil, let steps?, let each?): return .steps(steps, each: each)
                case (_?, _?, nil, nil): decoding.report(node.place, "'min' must be at most 'max'")
                default: decoding.report(node.place, "give one time, 'min' and 'max', or 'steps' and 'each'")
                }
                return nil
            },
            write: { time in
                switch time {
                case .fixed(let duration): fixed.write(duration)
                case .uniform(let min, let max): draft.write(ProcessingTimeDraft(min: min, max: max))
                case .steps(let steps, let each): draft.write(ProcessingTimeDraft(steps: steps, each: each))
                }
            })
    }
}

extension Notation where Value == Double {
    /// A part of all, from nothing to all; written as a percentage.
    static var share: Notation {
        quantity(.percent, 0...100).map {
            $0 / 100
        } back: {
            $0 * 100
        }
    }

    /// `true` for all, `false` for none, or a percentage.
    fileprivate static var requeueShare: Notation {
        let share = Notation.share
        let words = ["true": 1.0, "false": 0]
        return Notation(
            form: .either([.boolean, share.form]),
            read: { node, decoding in
                if case .scalar(let scalar) = node.content, let value = words[scalar.text] { return value }
                return share.read(node, &decoding)
            },
            write: { value in words.first { $0.value == value }.map { .bare($0.key) } ?? share.write(value) })
    }
}
