import Testing

@testable import Scenarios

@Suite struct ConsumerAndChurnTests {
    static let badConsumers: [BadScenario] = [
        BadScenario(
            minimal + "consumers: {}\nworkers: {count: 2}\n",
            "2:12: consumers: workers and the generator's own consumers exclude each other"),
        BadScenario(
            minimal + "consumers: {}\nworkers: {external: true}\n", "2:12: consumers: workers and the generator's own"),
        BadScenario(
            minimal + "consumers: {}\ntarget: store\n", "2:12: consumers: 'target: store' has no queue to consume"),
        BadScenario(
            minimal + "consumers: {ack: never}\n",
            "2:18: consumers.ack: 'never' is not possible; possible: auto, each, read, or {every: 100}"),
        BadScenario(
            minimal + "consumers: {ack: {every: 0}}\n", "2:26: consumers.ack.every: '0' is not a whole number from 1"),
        BadScenario(
            minimal + "consumers: {ack: {every: 20}, prefetch: 10}\n",
            "2:26: consumers.ack.every: is above consumers.prefetch, 10"),
        BadScenario(
            minimal + "consumers: {ack: {every: 20}, channel_prefetch: 5}\n",
            "2:26: consumers.ack.every: is above consumers.channel_prefetch, 5"),
        BadScenario(
            minimal + "consumers: {ack: auto, prefetch: 10, latency: 1ms, nack: 1%}\n",
            "2:34: consumers.prefetch: bounds nothing with 'ack: auto'",
            "2:47: consumers.latency: delays the ack, which 'ack: auto' has none of",
            "2:58: consumers.nack: nothing can be refused with 'ack: auto'"),
        BadScenario(
            minimal + "consumers: {requeue: false}\n", "2:22: consumers.requeue: says what becomes of the refused"),
        BadScenario(
            minimal + "consumers: {nack: 100%}\n", "2:19: consumers.nack: every message would go back for ever"),
        BadScenario(minimal + "consumers: {nack: 101%}\n", "2:19: consumers.nack: is out of range"),
        BadScenario(
            minimal + "consumers: {nack: 1%, requeue: perhaps}\n",
            "2:32: consumers.requeue: 'perhaps' is not a percentage"),
        BadScenario(
            minimal + "consumers: {poll: 1ms, exclusive: true, tag: a}\n",
            "2:35: consumers.exclusive: means nothing for basic.get", "2:46: consumers.tag: means nothing for basic.get"
        ),
        BadScenario(
            minimal + "consumers: {exclusive: true, connections: 2}\n",
            "2:24: consumers.exclusive: only one consumer can have a queue for itself"),
        BadScenario(
            minimal + "topology: {incoming: {type: stream}}\nbroker: {url: \"amqp://h\"}\nconsumers: {poll: 1ms}\n",
            "4:19: consumers.poll: a stream knows no basic.get"),
        BadScenario(
            minimal + "topology: {incoming: {type: stream}}\nbroker: {url: \"amqp://h\"}\nconsumers: {ack: auto}\n",
            "4:18: consumers.ack: a stream is read with acks"),
        BadScenario(
            minimal + "consumers: {latency: {min: 5ms, max: 1ms}}\n",
            "2:22: consumers.latency: 'min' must be at most 'max'"),
        BadScenario(
            minimal + "consumers: {latency: {min: 5ms}}\n",
            "2:22: consumers.latency: give one time, 'min' and 'max', or 'steps' and 'each'"),
        BadScenario(
            minimal + "consumers: {}\nthresholds: [service.p50 < 1s]\n",
            "3:14: thresholds[0]: service is not measured with consumers that take no time"),
    ]

    static let badChurn: [BadScenario] = [
        BadScenario(minimal + "target: churn\n", "2:9: target: says nothing of what to open and close"),
        BadScenario(minimal + "churn: queues\n", "2:8: churn: means nothing with 'target: broker'"),
        BadScenario(
            minimal + "target: churn\nchurn: conections\n",
            "3:8: churn: 'conections' is not possible; did you mean 'connections'?"),
        BadScenario(minimal + "target: churn\nchurn: {queues: 0}\n", "3:8: churn: needs a weight above 0"),
        BadScenario(
            minimal + "target: churn\nchurn: queues\nmix: {update: 2}\nworkers: {count: 1}\n",
            "4:6: mix: means nothing where no messages are sent", "5:10: workers: have nothing to do"),
        BadScenario(
            minimal + "target: churn\nchurn: queues\nload: {confirm_window: 0}\n",
            "4:24: load.confirm_window: bounds how many operations are under way"),
        BadScenario(
            minimal + "target: churn\nchurn: queues\nconsumers: {}\n",
            "4:12: consumers: 'target: churn' has no queue to consume"),
    ]

    @Test(arguments: badConsumers + badChurn) func whatDoesNotFitIsRefusedInItsPlace(bad: BadScenario) {
        let found = problems(bad.text)
        #expect(found.count == bad.expected.count, "\(found)")
        for (line, expected) in zip(found, bad.expected) {
            #expect(line.hasPrefix("t.yaml:" + expected), "\(line)")
        }
    }

    @Test func consumersTakeTheWorkersPlace() throws {
        let read = try scenario(minimal + "consumers: {}\n")
        #expect(read.workers.count == 0 && read.consumers == Scenario.Consumers())
        #expect(read.outline.contains("with 1 consumer"))
    }

    static let consumers: [(String, @Sendable (inout Scenario.Consumers) -> Void)] = [
        ("{ack: auto}", { $0.acknowledgement = .automatic }),
        ("{ack: each}", { $0.acknowledgement = .each }),
        ("{ack: {every: 50}, prefetch: 50}", { ($0.acknowledgement, $0.prefetch) = (.every(50), 50) }),
        ("{latency: 5ms}", { $0.latency = .fixed(.milliseconds(5)) }),
        ("{latency: {min: 1ms, max: 2ms}}", { $0.latency = .uniform(min: .milliseconds(1), max: .milliseconds(2)) }),
        (
            "{latency: {steps: [1ms, 0s], each: 2s}}",
            { $0.latency = .steps([.milliseconds(1), .zero], each: .seconds(2)) }
        ),
        ("{nack: 5%, requeue: false}", { ($0.nackShare, $0.requeueShare) = (0.05, 0) }),
        ("{nack: 5%, requeue: 50%}", { ($0.nackShare, $0.requeueShare) = (0.05, 0.5) }),
        ("{poll: 0s}", { $0.poll = .zero }),
        (
            "{connections: 2, channels: 3, channel_prefetch: 9, start_delay: 1s}",
            {
                ($0.connections, $0.channels, $0.channelPrefetch, $0.startDelay) = (2, 3, 9, .seconds(1))
            }
        ),
        (
            "{exclusive: true, tag: mine, arguments: {x-priority: 5}}",
            {
                ($0.isExclusive, $0.tag) = (true, "mine")
                $0.arguments = [Scenario.Field(name: "x-priority", value: .integer(5))]
            }
        ),
    ]

    @Test(arguments: consumers.indices) func eachKeyOfConsumersIsReadAndWrittenBack(index: Int) throws {
        let (text, change) = Self.consumers[index]
        var expected = Scenario.Consumers()
        change(&expected)
        let read = try scenario(minimal + "consumers: \(text)\n")
        #expect(read.consumers == expected)
        #expect(try scenario(read.yaml) == read)
    }

    @Test func aChurnIsOneKindOrAMixture() throws {
        let one = try scenario(minimal + "target: churn\nchurn: bindings\n")
        #expect(one.churn == [.init(kind: .bindings, weight: 1)])
        #expect(one.workers.count == 0 && one.load.confirmWindow == 100)
        let two = try scenario(minimal + "target: churn\nchurn: {queues: 3, channels: 1}\n")
        #expect(two.churn == [.init(kind: .channels, weight: 1), .init(kind: .queues, weight: 3)])
        for read in [one, two] { #expect(try scenario(read.yaml) == read) }
    }
}
