// The table of keys: the one place that says what the language knows. Decoding, overrides, the JSON schema and the
// reference follow it.

extension Scenario: Keyed {
    static var keys: [Key<Self>] {
        [
            Key("name", \.name, .name, "The scenario's name; without one, the file's name."),
            Key("summary", \.summary, .text(bytes: 0...300), "What the scenario shows, in one line."),
            Key(
                "seed", \.seed, .integer(0...UInt64(Int64.max)),
                "The same seed gives the same messages at the same intended times."),
            Key(
                "target", \.target, .choice,
                "What the load is put on: the broker, the store alone, or the broker's opening and closing of things."),
            Key(
                "pacing", \.pacing, .choice,
                "How the generator waits for the next intended time: `timer` saves CPU, `spin` is exact and costs a core."
            ),
            Key(
                "arrivals", \.arrivals, .choice,
                "How intended times are spread: evenly, or as a Poisson process of independent users."),
            Key(
                "pipeline", \.pipeline, .choice,
                "What is done with the messages: texts are analysed, or each line of web logs goes to two kinds of worker; it decides the defaults of `topology` and `mix`."
            ),
            Key("broker", \.broker, .object, "The messaging system under test."),
            Key("connection", \.connection, .object, "How connections to the broker are made."),
            Key("store", \.store, .object, "Where the workers keep their results."),
            Key("topology", \.topology, .object, "The exchange and the queues."),
            Key("phases", \.phases, .phases, required: true, "The stretches of the load, in order."),
            Key("load", \.load, .object, "How the messages are published."),
            Key(
                "mix", \.mix,
                .mixture(
                    of: MessageKind.self, { MixEntry(kind: $0, weight: $1) }, parts: { ($0.kind, $0.weight) },
                    summary: \.summary),
                "The kinds of message by weight."),
            Key("text", \.text, .object, "What the texts of the updates look like."),
            Key("logs", \.logs, .object, "What the lines of `pipeline: weblogs` look like, or the file they are from."),
            Key("payload", \.payload, .object, "What the opaque messages carry."),
            Key("workers", \.workers, .workers, "The consuming processes under test."),
            Key(
                "consumers", optional: \.consumers, .consumers,
                "The generator's own consumers of the incoming queue, in place of workers."),
            Key("collector", \.collector, .object, "How the results are read back."),
            Key(
                "cpus", \.cpus, Notation<CPUs>.object.written { !$0.isEmpty },
                "The cores that the roles of the run are pinned to; what is not named runs where the system puts it."),
            Key(
                "churn", \.churn, .churn,
                "With `target: churn`, what each arrival opens and closes: one kind, or several by weight."),
            Key("limits", \.limits, .object, "The bounds of the run itself."),
            Key(
                "drain", \.drain, .duration(.zero ... .seconds(86400)),
                "How long the run waits after the last phase for the backlog to be worked off."),
            Key(
                "faults", \.faults, .faults,
                "What is broken on purpose while the load runs: a time, one thing that happens, and what belongs to it."
            ),
            Key(
                "thresholds", \.thresholds, .list(of: .threshold, 0...1000),
                "What must hold: `metric[.statistic] operator bound`, or a mapping of `phase` and `check`."),
        ]
    }
}

extension Scenario.MessageKind {
    fileprivate var summary: String {
        switch self {
        case .update: "A text to analyse and store."
        case .delete: "The removal of a document stored before."
        case .malformed: "A body no worker can process; it must arrive in the failed queue."
        case .opaque: "Bytes as `payload` says, for workers of your own or none."
        case .line: "A line of an access log, as `logs` says; all there is by default with `pipeline: weblogs`."
        }
    }
}

extension Scenario.Language {
    fileprivate var summary: String {
        switch self {
        case .french: "French."
        case .english: "English."
        case .arabic: "Arabic."
        }
    }
}

extension Scenario.Broker: Keyed {
    static var keys: [Key<Self>] {
        [
            Key(
                "url", \.location, .broker,
                "`embedded`, or the server's `amqp://` or `amqps://` address; a list names the nodes, tried in turn."),
            Key(
                "allocation", \.allocation, .choice,
                "Which of several nodes a connection tries first; the others follow when it cannot be reached."),
            Key(
                "control", optional: \.control, .control,
                "For faults, the command that stops and starts a broker which the run did not start; `{{action}}` becomes up (with its data), stop, crash, pause, resume or restart. It runs in the scenario's folder."
            ),
        ]
    }
}

extension Scenario.Store: Keyed {
    static var keys: [Key<Self>] {
        [
            Key(
                "url", \.location, .store,
                "`sqlite` (a fresh file in the run's folder), `sqlite:FILE`, `mysql://USER:PASSWORD@HOST/DATABASE`, "
                    + "`mongodb://USER:PASSWORD@HOST/DATABASE`, or `none`."
            ),
            Key(
                "audit", \.audited, .boolean,
                "Whether what the reference workers stored is compared with the books after the run."),
            Key(
                "control", optional: \.control, .control,
                "The same as `broker.control`, for a store that is a server."),
        ]
    }
}

extension Scenario.Load: Keyed {
    static var keys: [Key<Self>] {
        [
            Key(
                "connections", \.connections, .integer(1...10_000),
                "Publishing connections; the rate is split over them."),
            Key("channels", \.channels, .integer(1...2047), "Channels on each connection."),
            Key(
                "confirm_window", \.confirmWindow, .integer(0...1_000_000),
                "Unconfirmed messages allowed on each channel; 0 publishes without confirms."),
            Key(
                "confirm_timeout", optional: \.confirmTimeout, .duration(.milliseconds(1)...lastingAtMost),
                "Confirms that take longer are counted and reported as late."),
            Key(
                "transactions", optional: \.transactions, .integer(1...1_000_000),
                "Messages in one transaction of a channel, instead of confirms; the commit's answer is their confirm."),
            Key(
                "start_interval", \.startInterval, .duration(.zero...(.seconds(3600))),
                "The time from one publishing connection's opening to the next one's, all before the first phase."),
            Key(
                "start_jitter", \.startJitter, .duration(.zero...(.seconds(3600))),
                "The most that chance adds to that time."),
            Key("mandatory", \.mandatory, .boolean, "Whether messages that no queue takes are returned, and counted."),
            Key("persistent", \.persistent, .boolean, "Whether messages outlive a restart of the broker."),
            Key("priority", optional: \.priority, .integer(0...255), "The messages' priority."),
            Key(
                "expiration", optional: \.expiration, .duration(.milliseconds(1)...lastingAtMost),
                "How long a message may wait in a queue, in whole milliseconds."),
            Key(
                "routing", \.routing, .choice,
                "What chooses among several routing keys, and with them among several queues: each connection has one, or each message."
            ),
            Key(
                "routing_keys", optional: \.routingKeys, .routingKeys,
                "Routing keys instead of the topology's: a list, or how many different ones to draw by chance."),
            Key("headers", \.headers, .fields, "Headers of every message; names with `x-rafale-` are Rafale's own."),
            Key("properties", \.properties, .object, "Further properties of every message."),
        ]
    }
}

extension Notation where Value == Scenario.RoutingKeys {
    /// A number of keys, or the keys.
    fileprivate static var routingKeys: Notation {
        let count = Notation<Int>.integer(1...100_000)
        let keys = Notation<[String]>.list(of: .text(bytes: 0...255), 1...100_000)
        return Notation(
            form: .either([count.form, keys.form]),
            read: { node, decoding in
                if case .list = node.content { return keys.read(node, &decoding).map { .named($0) } }
                return count.read(node, &decoding).map { .random($0) }
            },
            write: { value in
                switch value {
                case .random(let number): count.write(number)
                case .named(let names): keys.write(names)
                }
            })
    }
}

extension Scenario.Properties: Keyed {
    static var keys: [Key<Self>] {
        [
            Key("content_type", optional: \.contentType, .text(bytes: 0...255), "The MIME type of the body."),
            Key(
                "content_encoding", optional: \.contentEncoding, .text(bytes: 0...255), "The MIME encoding of the body."
            ),
            Key("type", optional: \.type, .text(bytes: 0...255), "The application's name for this type of message."),
            Key("app_id", optional: \.appID, .text(bytes: 0...255), "The publishing application."),
            Key("user_id", optional: \.userID, .text(bytes: 0...255), "The publishing user; the broker compares it."),
            Key("reply_to", optional: \.replyTo, .text(bytes: 0...255), "Where an answer should go."),
            Key(
                "correlation_id", optional: \.correlationID, .text(bytes: 0...255),
                "What an answer should refer to; the same in every message."),
            Key(
                "timestamp", optional: \.timestamp, .integer(0...UInt64(Int64.max)),
                "When the message was made, in seconds since 1970; the same in every message."),
        ]
    }
}

extension Scenario.Text: Keyed {
    static var keys: [Key<Self>] {
        [
            Key(
                "languages", \.languages,
                .mixture(
                    of: Scenario.Language.self, { Scenario.LanguageWeight(language: $0, weight: $1) },
                    parts: { ($0.language, $0.weight) }, summary: \.summary),
                "The languages by weight."),
            Key(
                "length", \.length, .length(1...1_048_576),
                "The texts' length in bytes of UTF-8: one size, `min` and `max`, or `median` and `p95` (log-normal)."),
            Key("pool", \.pool, .integer(1...1_000_000), "Distinct bodies, made before the run and used in turn."),
        ]
    }
}

extension Scenario.Collector: Keyed {
    static var keys: [Key<Self>] {
        [
            Key("connections", \.connections, .integer(1...1000), "Consuming connections."),
            Key(
                "prefetch", \.prefetch, .integer(0...65_535),
                "Unacknowledged messages allowed on each connection; 0 is no bound."),
            Key(
                "correlate", \.correlation, .correlation,
                "Where a result says which message it is of: its `message_id` or else its `correlation_id` (`header`), one of the two alone, or a member of its JSON body, `{field: id}`."
            ),
        ]
    }
}

extension Scenario.Limits: Keyed {
    static var keys: [Key<Self>] {
        [
            Key(
                "schedule_debt", \.scheduleDebt, .duration(.milliseconds(1)...lastingAtMost),
                "A message sent later than this after its intended time is counted as late; none is dropped."),
            Key(
                "exit_when", optional: \.exitRule, .choice,
                "What ends the run before its phases: nothing moved for `idle`, or, with `--consume-only`, the queue is `empty`."
            ),
            Key(
                "idle", \.idle, .duration(.milliseconds(100)...lastingAtMost),
                "How long nothing must have moved, once something has, for `exit_when: idle`."),
        ]
    }
}
