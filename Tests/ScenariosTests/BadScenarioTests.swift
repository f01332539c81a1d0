import Testing

@testable import Scenarios

/// A wrong scenario and what must be said about it.
struct BadScenario: Sendable, CustomTestStringConvertible {
    /// The text; it stands in the file `t.yaml`.
    let text: String
    /// The beginning of each line, `t.yaml:` left out.
    let expected: [String]

    init(_ text: String, _ expected: String...) {
        self.text = text
        self.expected = expected
    }

    var testDescription: String { String(text.replacing("\n", with: "⏎").prefix(100)) }
}

@Suite struct BadScenarioTests {
    static let yaml: [BadScenario] = [
        BadScenario("", " the file is empty"),
        BadScenario("# nothing\n", " the file is empty"),
        BadScenario("phases\n", "1:1: expected a mapping with keys such as name"),
        BadScenario("- a\n", "1:1: expected a mapping with keys such as name, summary, seed, found a list"),
        BadScenario(minimal + "--- \nseed: 1\n", "2:1: not valid YAML: a second document starts here"),
        BadScenario(minimal + "load:\n\tchannels: 4\n", "3:1: not valid YAML: a tab indents this line"),
        BadScenario(minimal + "summary: a: b\n", "2:11: not valid YAML: a ':' that no key can have here"),
        BadScenario(minimal + "summary: @b\n", "2:10: not valid YAML: a value cannot start with this character"),
        BadScenario(minimal + "summary: \"a\n", "3:1: not valid YAML: found unexpected end of stream"),
        BadScenario(minimal + "load: {channels: 1\n", "3:1: not valid YAML: did not find expected ',' or '}'"),
        BadScenario(
            minimal + "seed: 1\nload: {channels: 1, \"channels\": 2}\nseed: 2\nseed: 3\ndrain: 3\n",
            "3:21: the key 'channels' is given twice, first in line 3",
            "4:1: the key 'seed' is given twice, first in line 2",
            "5:1: the key 'seed' is given twice, first in line 2", "6:8: drain: '3' is not a duration"),
        BadScenario(minimal + "summary: *what\n", "2:10: the alias *what has no anchor &what before it"),
        BadScenario(
            minimal + "load: {headers: {a: &head 1, b: *heat}}\n",
            "2:33: the alias *heat has no anchor &heat before it; did you mean *head?"),
        BadScenario(
            "phases: [{rate: 1/s, for: 1s, <<: 3}]\n", "1:35: '<<' merges mappings only"),
        BadScenario(minimal + "? [a]\n: 1\n", "2:3: a key must be a plain name"),
        BadScenario("phases: " + String(repeating: "[", count: 3000), "1:10: not valid YAML: nested too deeply"),
        BadScenario(
            minimal + "load: {headers: {a: " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
                + "}}\n", "2:51: nested more than 32 levels deep"),
        BadScenario(minimal + "summary: \"a\u{0}b\"\n", "2:12: the control character U+0000 is not allowed"),
        BadScenario(
            "\u{feff}" + minimal + "loda: 1\r\n", "2:1: unknown key 'loda'; did you mean 'load'?"),
    ]

    static let keys: [BadScenario] = [
        BadScenario("seed: 1\n", "1:1: the key 'phases' is missing: the stretches of the load, in order"),
        BadScenario(
            minimal + "load:\n  conections: 4\n", "3:3: load: unknown key 'conections'; did you mean 'connections'?"),
        BadScenario(minimal + "chanels: 4\n", "2:1: unknown key 'chanels'; did you mean 'load.channels'?"),
        BadScenario(
            minimal + "workers: {persistent: true}\n",
            "2:11: workers: unknown key 'persistent'; did you mean 'load.persistent'?"),
        BadScenario(
            minimal + "store: {zzzzzz: 1}\n", "2:9: store: unknown key 'zzzzzz'; possible: url"),
        BadScenario(minimal + "load:\n", "2:1: load: has no value; give it one, or remove the key"),
        BadScenario(minimal + "load: 3\n", "2:7: load: expected a mapping with keys such as connections"),
        BadScenario(minimal + "name: [a]\n", "2:7: name: expected a name of letters"),
        BadScenario(minimal + "name: my test\n", "2:7: name: 'my test' is not a name of letters"),
        BadScenario(minimal + "seed: -1\n", "2:7: seed: '-1' is not a whole number from 0"),
        BadScenario(minimal + "target: brokr\n", "2:9: target: 'brokr' is not possible; did you mean 'broker'?"),
        BadScenario(minimal + "pacing: busy\n", "2:9: pacing: 'busy' is not possible; possible: timer, spin"),
        BadScenario(minimal + "load: {mandatory: yes}\n", "2:19: load.mandatory: 'yes' is not true or false"),
        BadScenario(
            minimal + "load: {connections: 20000, channels: 0, priority: 256}\n",
            "2:21: load.connections: '20000' is not a whole number from 1 to 10000",
            "2:38: load.channels: '0' is not a whole number from 1 to 2047",
            "2:51: load.priority: '256' is not a whole number from 0 to 255"),
        BadScenario(minimal + "workers: {prefetch: 1.5}\n", "2:21: workers.prefetch: '1.5' is not a whole number"),
        BadScenario(minimal + "drain: 10\n", "2:8: drain: '10' is not a duration; write 10s, 500ms or 2m"),
        BadScenario(minimal + "drain: 2d\n", "2:8: drain: is out of range; give 0s to 24h"),
        BadScenario(minimal + "text: {length: 600}\n", "2:16: text.length: '600' is not a size; write 600B"),
        BadScenario(minimal + "text: {length: 3GiB}\n", "2:16: text.length: is out of range; give 1B to 1MiB"),
        BadScenario(minimal + "text: {length: {min: 3B}}\n", "2:16: text.length: give one size, 'min' and 'max'"),
        BadScenario(minimal + "text: {length: {min: 3B, max: 2B}}\n", "2:16: text.length: 'min' must be at most 'max'"),
        BadScenario(
            minimal + "text: {length: {median: 3B, p95: 2B}}\n", "2:16: text.length: 'median' must be at most 'p95'"),
        BadScenario(
            minimal + "text: {languages: {fr: 1, de: 1}}\n",
            "2:27: text.languages: unknown key 'de'; possible: fr, en, ar"),
        BadScenario(minimal + "mix: {update: 0}\n", "2:6: mix: needs a weight above 0"),
        BadScenario(minimal + "mix: [update]\n", "2:6: mix: expected weights such as 'update: 90', found a list"),
        BadScenario(minimal + "mix: {update: many}\n", "2:15: mix.update: 'many' is not a number"),
        BadScenario(minimal + "load: {headers: [a]}\n", "2:17: load.headers: expected a mapping of names to values"),
        BadScenario(minimal + "load: {headers: {\"\": 1}}\n", "2:18: load.headers.: a name must have 1 to 255 bytes"),
        BadScenario(minimal + "topology: {incoming: amq.x}\n", "2:22: topology.incoming: the broker keeps names"),
        BadScenario(
            minimal + "topology: {exchange: {name: x, type: topics}}\n",
            "2:38: topology.exchange.type: 'topics' is not possible; did you mean 'topic'?"),
        BadScenario(
            minimal + "topology: {incoming: {name: a, type: quorm}}\n",
            "2:38: topology.incoming.type: 'quorm' is not possible; did you mean 'quorum'?"),
        BadScenario(
            minimal + "store: {url: postgres://u:hunter2@h/d}\n",
            "2:14: store.url: must be sqlite, sqlite:FILE, a mysql:// or mongodb:// address, or none"),
        BadScenario(
            minimal + "store: {url: mysql://u:hunter2@h/d}\nworkers: {command: 'w {{store_url}}'}\n",
            "3:20: workers.command: {{store_url}} would show the store's password"),
        BadScenario(
            minimal + "broker: {url: http://u:hunter2@h}\n",
            "2:15: broker.url: must be embedded, or an address with amqp://"),
        BadScenario(minimal + "broker: {url: []}\n", "2:15: broker.url: needs at least 1 item"),
        BadScenario(
            minimal + "broker: {url: \"amqp://u:hunter2@h /x\"}\n", "2:15: broker.url: the address holds spaces"),
    ]

    static let phases: [BadScenario] = [
        BadScenario("phases: []\n", "1:9: phases: needs at least 1 item"),
        BadScenario("phases: {rate: 1/s}\n", "1:9: phases: expected a list, found a mapping"),
        BadScenario("phases: [{for: 1s}]\n", "1:10: phases[0]: the key 'rate' is missing: messages offered per second"),
        BadScenario("phases: [{rate: 1/s}]\n", "1:10: phases[0]: nothing ends the phase"),
        BadScenario(
            "phases: [{rate: 1/s, for: 1s, count: 2}]\n", "1:10: phases[0]: 'for' and 'count' exclude each other"),
        BadScenario("phases: [{rate: 500, for: 1s}]\n", "1:17: phases[0].rate: '500' is not a rate; write 500/s"),
        BadScenario("phases: [{rate: 5/fortnight, for: 1s}]\n", "1:17: phases[0].rate: '5/fortnight' is not a rate"),
        BadScenario("phases: [{rate: -5/s, for: 1s}]\n", "1:17: phases[0].rate: '-5/s' is not a rate"),
        BadScenario("phases: [{rate: 1e300M/s, for: 1s}]\n", "1:17: phases[0].rate: is out of range; give 0/s to"),
        BadScenario("phases: [{rate: 1/s, for: 0s}]\n", "1:27: phases[0].for: is out of range; give 1ms to 720h"),
        BadScenario("phases: [{rate: 1/s, count: 0}]\n", "1:29: phases[0].count: '0' is not a whole number"),
        BadScenario("phases: [{rate: 0/s, count: 5}]\n", "1:10: phases[0]: the rate is 0 for ever"),
        BadScenario(
            "phases: [{rate: {rmp: {from: 1/s}}, for: 1s}]\n",
            "1:18: phases[0].rate: unknown key 'rmp'; did you mean 'ramp'?"),
        BadScenario(
            "phases: [{rate: {ramp: {from: 1/s}}, for: 1s}]\n",
            "1:24: phases[0].rate.ramp: the key 'to' is missing: the rate at the ramp's end"),
        BadScenario(
            "phases: [{rate: {ramp: {from: 1/s, to: 2/s}, saturate: 5}, for: 1s}]\n",
            "1:17: phases[0].rate: give exactly one of ramp, steps, sine, burst, saturate"),
        BadScenario(
            "phases: [{rate: {steps: [1/s, 2/s]}, count: 10}]\n",
            "1:10: phases[0]: rate.steps with 'count' needs 'each: 5s'"),
        BadScenario(
            "phases: [{rate: {steps: {start: 1/s}}, for: 1s}]\n", "1:10: phases[0]: rate.steps needs a list of rates"),
        BadScenario(
            "phases: [{rate: {steps: {start: 1/s, step: 1/s, to: 20k/s, each: 1s}}, for: 1s}]\n",
            "1:10: phases[0]: rate.steps makes more than 10000 steps"),
        BadScenario(
            "phases: [{rate: {sine: {mean: 5/s, amplitude: 6/s, period: 1s}}, for: 1s}]\n",
            "1:10: phases[0]: rate.sine.amplitude must be at most 'mean'"),
        BadScenario(
            "phases: [{rate: {burst: {low: 5/s, high: 1/s, period: 1s}}, for: 1s}]\n",
            "1:10: phases[0]: rate.burst.low must be at most 'high'"),
        BadScenario(
            "phases: [{rate: {burst: {low: 1/s, high: 5/s, period: 1s, duty: 100%}}, for: 1s}]\n",
            "1:65: phases[0].rate.burst.duty: must be above 0% and below 100%"),
        BadScenario(
            "phases: [{rate: {saturate: {window: 0}}, for: 1s}]\n",
            "1:37: phases[0].rate.saturate.window: '0' is not a whole number from 1"),
    ]

    static let contradictions: [BadScenario] = [
        BadScenario("phases: [{rate: 1/s, for: 1s, measure: false}]\n", "1:9: phases: no phase is measured"),
        BadScenario(
            "phases: [{name: a, rate: 1/s, for: 1s}, {name: a, rate: 1/s, for: 1s}]\n",
            "1:48: phases[1].name: 'a' is the name of phases[0] already"),
        BadScenario(
            "phases: [{rate: {saturate: 5}, for: 1s}]\narrivals: poisson\n",
            "1:28: phases[0].rate.saturate: a closed loop has no arrivals to spread"),
        BadScenario(
            "phases: [{rate: {saturate: 5}, for: 1s}]\nworkers: {count: 0}\n",
            "1:28: phases[0].rate.saturate: without workers or consumers nothing comes back"),
        BadScenario(
            "phases: [{rate: {saturate: {window: 5, until: confirmed}}, for: 1s}]\nload: {confirm_window: 0}\n",
            "1:28: phases[0].rate.saturate: 'until: confirmed' needs confirms"),
        BadScenario(
            "phases: [{rate: {saturate: 5}, for: 1s}, {rate: {saturate: {window: 5, until: confirmed}}, for: 1s}]\n",
            "1:60: phases[1].rate.saturate: the closed loops of a scenario make room alike"),
        BadScenario(minimal + "mix: {delete: 1}\n", "2:6: mix: deletes need documents to delete"),
        BadScenario(
            minimal + "load: {headers: {x-Rafale-a: 1}}\n", "2:30: load.headers.x-Rafale-a: names with 'x-rafale-' are"),
        BadScenario(minimal + "load: {expiration: 1500us}\n", "2:20: load.expiration: AMQP knows whole milliseconds"),
        BadScenario(
            minimal + "topology: {failed: processed_texts}\n",
            "2:20: topology.failed: has the name of topology.processed"),
        BadScenario(
            minimal + "topology: {incoming: {type: quorum, durable: false}}\n",
            "2:46: topology.incoming.durable: a quorum queue is always durable"),
        BadScenario(
            minimal + "topology: {incoming: {arguments: {x-queue-type: quorum}}}\n",
            "2:49: topology.incoming.arguments.x-queue-type: is set by topology.incoming.type"),
        BadScenario(
            minimal + "topology: {exchange: {type: topic}}\n",
            "2:29: topology.exchange.type: means nothing for the default exchange"),
        BadScenario(minimal + "target: store\nstore: {url: none}\n", "3:14: store.url: 'target: store' needs a store"),
        BadScenario(
            minimal + "target: store\nmix: {update: 1, malformed: 1}\n",
            "3:29: mix.malformed: a store takes no malformed"),
        BadScenario(
            minimal + "workers: {external: true, count: 3}\n", "2:34: workers.count: is decided by your own workers"),
    ]

    static let connections: [BadScenario] = [
        ("connection: {heartbeat: 1500ms}", "2:25: connection.heartbeat: AMQP knows whole seconds only"),
        ("connection: {frame_max: 1KiB}", "2:25: connection.frame_max: is out of range; give 4KiB to 128MiB"),
        ("connection: {connect_timeout: 1500us}", "2:31: connection.connect_timeout: is counted in whole milliseconds"),
        ("connection: {recovery: never}", "2:24: connection.recovery: expected off, or a mapping with initial_delay"),
        (
            "connection: {recovery: {initial_delay: 9s, max_delay: 1s}}",
            "2:40: connection.recovery.initial_delay: must be at most 'max_delay'"
        ),
        (
            "connection: {recovery: {attempts: 0}}",
            "2:35: connection.recovery.attempts: '0' is not a whole number from 1"
        ),
        (
            "connection: {tls: {ca: nowhere.pem}}",
            "2:24: connection.tls.ca: 'nowhere.pem' cannot be read from the folder"
        ),
        ("connection: {tls: {verify: false}}", "2:19: connection.tls: needs amqps:// in every address of broker.url"),
        (
            "broker: {url: [amqps://a, amqp://b]}\nconnection: {tls: {server_name: x}}",
            "3:19: connection.tls: needs amqps:// in every address"
        ),
        (
            "broker: {url: amqps://a}\nconnection: {tls: {key: /dev/null}}",
            "3:25: connection.tls.key: is of no use without 'certificate'"
        ),
        (
            "broker: {allocation: best}",
            "2:22: broker.allocation: 'best' is not possible; possible: first, round-robin, random"
        ),
        (
            "load: {channels: 9}\nconnection: {channel_max: 8}",
            "2:18: load.channels: is above connection.channel_max, 8"
        ),
        ("load: {transactions: 0}", "2:22: load.transactions: '0' is not a whole number from 1"),
        (
            "load: {transactions: 10, confirm_window: 100}",
            "2:42: load.confirm_window: confirms and transactions exclude each other"
        ),
        ("target: store\nload: {transactions: 10}", "3:22: load.transactions: means nothing with 'target: store'"),
        (
            "load: {confirm_window: 0, confirm_timeout: 1s}",
            "2:44: load.confirm_timeout: needs confirms; set load.confirm_window above 0"
        ),
        ("load: {start_interval: 2h}", "2:24: load.start_interval: is out of range; give 0s to 1h"),
        ("load: {properties: {timestamp: now}}", "2:32: load.properties.timestamp: 'now' is not a whole number"),
    ].map { text, expected in BadScenario(minimal + text + "\n", expected) }

    static let topologies: [BadScenario] = [
        ("{incoming: {count: 0}}", "2:30: topology.incoming.count: '0' is not a whole number from 1 to 1000"),
        ("{incoming: {name: q, count: 3}}", "2:29: topology.incoming.name: 3 queues need their number in the name"),
        (
            "{processed: {count: 3}}",
            "2:24: topology.processed: unknown key 'count'; did you mean 'topology.incoming.count'?"
        ),
        ("{incoming: {name: 'a%d', count: 3}, failed: a2}", "2:55: topology.failed: has the name of topology.incoming"),
        ("{incoming: {type: stream}}", "2:29: topology.incoming.type: the embedded broker has no streams; name a"),
        ("{incoming: {type: quorum, lazy: true}}", "2:43: topology.incoming.lazy: a quorum queue cannot have this"),
        ("{failed: {max_age: 1h}}", "2:30: topology.failed.max_age: a classic queue cannot have this"),
        ("{failed: {message_ttl: 1us}}", "2:34: topology.failed.message_ttl: AMQP knows whole milliseconds only"),
        ("{failed: {overflow: drophead}}", "2:31: topology.failed.overflow: 'drophead' is not possible; did you mean"),
        ("{failed: {overflow: reject-publish}}", "2:31: topology.failed.overflow: means nothing without max_length"),
        ("{failed: {priorities: 256}}", "2:33: topology.failed.priorities: '256' is not a whole number from 1 to 255"),
        (
            "{failed: {max_length: 3, arguments: {x-max-length: 3}}}",
            "2:62: topology.failed.arguments.x-max-length: is set by topology.failed.max_length already"
        ),
        ("{bindings: []}", "2:22: topology.bindings: the default exchange needs and takes none"),
        (
            "{exchange: {auto_delete: true}}",
            "2:36: topology.exchange.auto_delete: means nothing for the default exchange"
        ),
        (
            "{exchange: {name: x}, bindings: [{queue: incoming_text}]}",
            "2:52: topology.bindings[0].queue: 'incoming_text' is no incoming queue; did you mean 'incoming_texts'?"
        ),
        (
            "{exchange: {name: x, type: topic}, bindings: [{key: 'a.*'}]}",
            "2:56: topology.bindings: 'a.*' is a pattern and no key to publish with; name some in load.routing_keys"
        ),
        ("{}\nload: {routing_keys: 5}", "3:22: load.routing_keys: the default exchange knows the queues' names only"),
        ("{}\nload: {routing_keys: []}", "3:22: load.routing_keys: needs at least 1 item"),
        (
            "{exchange: {name: x, routing_key: k}}\nload: {routing_keys: [k]}",
            "3:22: load.routing_keys: topology.exchange.routing_key says the key already"
        ),
        (
            "{incoming: {name: 'q%d', count: 3}}\nload: {routing: connection, connections: 2}",
            "3:17: load.routing: 2 connections cannot serve 3 routing keys; give load.connections at least 3"
        ),
    ].map { topology, expected in BadScenario(minimal + "topology: \(topology)\n", expected) }

    static let payloads: [BadScenario] =
        [
            (
                "{size: 20MiB}",
                "4:17: payload.size: is out of range; give 0B to 16MiB"
            ),
            ("{size: []}", "4:17: payload.size: needs at least 1 item"),
            ("{size: [{weight: 2}]}", "4:18: payload.size[0]: the key 'size' is missing: the length"),
            ("{size: [8B, {size: 4B, weight: 0}]}", "4:22: payload.size[1]: needs a weight above 0"),
            (
                "{size: 1MiB, pool: 1000}",
                "4:29: payload.pool: distinct bodies × the longest of them must be at most 256MiB"
            ),
            ("{files: [nowhere.json]}", "4:19: payload.files[0]: 'nowhere.json' cannot be read from the folder '.'"),
            ("{files: [/]}", "4:19: payload.files[0]: '/' is no file of at most 16MiB"),
            ("{files: [/dev/null], size: 3B}", "4:37: payload.size: means nothing where files are the bodies"),
            ("{template: '{{id'}", "4:21: payload.template: '{{' has no '}}'"),
            (
                "{template: '{{uuid}}'}",
                "4:21: payload.template: {{uuid}} is no placeholder; possible: {{id}}, {{timestamp}}, {{filler}}"
            ),
            ("{template: ['{{id}}', '{{id}} {{id}}']}", "4:32: payload.template[1]: {{id}} can stand once only"),
            ("{template: 'x', size: 3B}", "4:32: payload.size: means nothing without a {{filler}}"),
            ("{template: 'x', random: false}", "4:34: payload.random: means nothing with 'template'"),
        ].map { payload, expected in
            BadScenario(minimal + "mix: {opaque: 1}\nworkers: {count: 0}\npayload: \(payload)\n", expected)
        } + [
            BadScenario(minimal + "payload: {size: 3B}\n", "2:10: payload: no message carries it; give 'mix.opaque'"),
            BadScenario(minimal + "mix: {opaque: 1}\n", "2:15: mix.opaque: the reference workers would reject each"),
            BadScenario(
                minimal + "mix: {opaque: 1}\ntarget: store\n", "2:15: mix.opaque: a store takes no opaque messages"),
        ]

    static let thresholds: [BadScenario] = [
        ("lots == 0", "2:14: thresholds[0]: 'lots' is no metric; did you mean 'lost'?"),
        ("lost", "2:14: thresholds[0]: 'lost' has no comparison"),
        ("lost = 0", "2:19: thresholds[0]: '=' is no comparison; possible: < <= > >= == !="),
        (
            "lost == none",
            "2:22: thresholds[0]: 'none' is not a number; write 20000, 20k or 1.5M, or a percentage of published"
        ),
        ("lost.p99 == 0", "2:18: thresholds[0]: lost is a single number; leave '.p99' out"),
        ("end_to_end < 1s", "2:14: thresholds[0]: end_to_end needs a statistic: p50, p99, p99.9"),
        ("end_to_end.p101 < 1s", "2:25: thresholds[0]: 'p101' is no statistic of end_to_end"),
        ("end_to_end.p99<0ms", "2:29: thresholds[0]: '< 0' can never hold, for end_to_end is never below 0"),
        ("lost < 0%", "2:21: thresholds[0]: '< 0' can never hold"),
        ("end_to_end.p99 < 5", "2:31: thresholds[0]: '5' is not a duration"),
        ("confirm.mean < 3%", "2:29: thresholds[0]: confirm is no share of anything"),
        ("throughput >= 95", "2:28: thresholds[0]: '95' is not a rate; write 500/s, 30k/s or 2/min, or a percentage"),
        (
            "memory.workers < 1GiB",
            "2:21: thresholds[0]: 'workers' is no statistic of memory; possible: memory.generator"
        ),
    ].map { threshold, expected in BadScenario(minimal + "thresholds: [\(threshold)]\n", expected) }

    static let unmeasured: [BadScenario] = [
        BadScenario(
            minimal + "thresholds: [{phase: pek, check: lost == 0}]\n",
            "2:22: thresholds[0].phase: 'pek' is no phase; possible: phase-1"),
        BadScenario(minimal + "thresholds: [{phase: a}]\n", "2:14: thresholds[0]: the key 'check' is missing"),
        BadScenario(
            minimal + "thresholds: [confirm.p99 < 1s]\nload: {confirm_window: 0}\n",
            "2:14: thresholds[0]: confirm is not measured without confirms"),
        BadScenario(
            minimal + "thresholds: [service.p99 < 1s]\nworkers: {count: 0}\n",
            "2:14: thresholds[0]: service is not measured without workers"),
        BadScenario(
            minimal + "thresholds: [analyse.p99 < 1s]\nworkers: {external: true}\n",
            "2:14: thresholds[0]: analyse is not measured with external workers"),
        BadScenario(
            "phases: [{rate: {saturate: 5}, for: 1s}]\nthresholds: [schedule_lag.p99 < 1s, throughput >= 95%]\n",
            "2:14: thresholds[0]: schedule_lag is not measured in a closed loop",
            "2:37: thresholds[1]: throughput has no offered rate"),
        BadScenario(
            minimal + "thresholds: [cpu_per_million.broker < 9s]\nbroker: {url: \"amqp://h\"}\n",
            "2:14: thresholds[0]: cpu_per_million of a broker is measured with the embedded one only"),
    ]

    static let variables: [BadScenario] = [
        BadScenario(
            minimal + "broker: {url: \"${NOPE}\"}\nseed: x\n", "2:15: the environment variable NOPE is not set",
            "3:7: seed: 'x' is not a whole number"),
        BadScenario(minimal + "summary: ${NOPE\n", "2:10: '${' has no '}'"),
        BadScenario(minimal + "summary: ${9}\n", "2:10: '${…}' must be ${NAME} or ${NAME:-default}"),
        BadScenario(minimal + "seed: ${SECRET}\n", "2:7: seed: '${SECRET}' is not a whole number"),
        BadScenario(minimal + "target: ${SECRET}\n", "2:9: target: '${SECRET}' is not possible"),
        BadScenario(minimal + "broker: {url: \"${SECRET}\"}\n", "2:15: broker.url: must be embedded"),
        BadScenario(minimal + "drain: ${EMPTY}\n", "2:1: drain: has no value"),
    ]

    @Test(
        arguments: yaml + keys + phases + contradictions + connections + topologies + payloads + thresholds + unmeasured
            + variables)
    func everyMistakeIsNamedAtItsPlace(bad: BadScenario) {
        let found = problems(bad.text)
        #expect(found.count == bad.expected.count, "\(found)")
        for (line, expected) in zip(found, bad.expected) {
            #expect(line.hasPrefix("t.yaml:" + expected), "\(line)")
            #expect(!line.contains("hunter2"))
            #expect(!line.contains("\n"))
        }
    }

    @Test func mistakesOfAllKindsAreReportedTogether() {
        let text = """
            seed: x
            seed: 2
            phases:
              - rate: fast
                for: 1s
            load: {headers: {a: *b}}
            thresholds: [lots == 0]
            broker: {url: "${NOPE}"}
            """
        let found = problems(text, set: ["load.channels=0", "loda.x=1"])
        #expect(found.count == 8, "\(found)")
        #expect(
            found.last?.hasPrefix("--set loda.x: ") == true || found.last?.hasPrefix("--set load.channels: ") == true)
    }
}
