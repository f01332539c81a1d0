import AMQPClient
import AMQPProtocol
import LoadGenerator
import LoadMetrics
import Testing

@Suite("Publishing options")
struct PublishingTests {
    @Test("transactions take the place of confirms", arguments: OptionServer.available)
    func transactions(server: OptionServer) async throws {
        let experiment = try await Experiment(server)
        // 600 is no multiple of 4 channels × 70: the last transactions are not full, and committed all the same.
        let ending = try await experiment.run(
            topology: "incoming: '${Q}-1'", load: "transactions: 70, connections: 2, channels: 2")
        let phase = ending.outcome.phases[0]
        #expect(phase.books.published == 600 && phase.books.confirmed == 600 && phase.books.unconfirmed == 0)
        #expect(phase.confirm.count == 600)
        #expect(try await experiment.drain("\(experiment.prefix)-1").count == 600)
    }

    @Test("a closed loop narrower than its transactions does not wait for ever", arguments: OptionServer.available)
    func narrowLoop(server: OptionServer) async throws {
        let experiment = try await Experiment(server)
        let ending = try await experiment.run(
            """
            phases: [{rate: {saturate: {window: 10, until: confirmed}}, count: 128}]
            mix: {opaque: 1}
            topology: {incoming: "${Q}-1", processed: "${Q}-out", failed: "${Q}-bad"}
            load: {transactions: 50}
            """)
        #expect(ending.outcome.phases[0].books.confirmed == 128)
        #expect(try await experiment.drain("\(experiment.prefix)-1").count == 128)
    }

    @Test("confirms that take too long are counted", arguments: OptionServer.available)
    func confirmTimeout(server: OptionServer) async throws {
        let experiment = try await Experiment(server)
        // The first of 100 messages waits 990 ms for its commit; how long the last one waits is the machine's affair.
        for (timeout, range) in [("500ms", UInt64(40)...100), ("10m", 0...0)] {
            let ending = try await experiment.run(
                """
                phases: [{rate: 100/s, count: 100}]
                mix: {opaque: 1}
                topology: {incoming: "${Q}-1", processed: "${Q}-out", failed: "${Q}-bad"}
                load: {transactions: 100, confirm_timeout: \(timeout)}
                """)
            #expect(range.contains(ending.outcome.lateConfirms), "\(ending.outcome.lateConfirms)")
            #expect(try await experiment.drain("\(experiment.prefix)-1").count == 100)
        }
    }

    @Test("properties and typed headers arrive as they are written", arguments: OptionServer.available)
    func properties(server: OptionServer) async throws {
        let experiment = try await Experiment(server)
        _ = try await experiment.run(
            """
            phases: [{rate: 100/s, count: 1}]
            mix: {opaque: 1}
            topology: {incoming: {name: "${Q}-1", priorities: 9}, processed: "${Q}-out", failed: "${Q}-bad"}
            load:
              persistent: true
              priority: 7
              expiration: 90s
              headers: {text: a, whole: 3, part: 1.5, yes: true, list: [1, b], table: {c: d}, none: null}
              properties:
                {content_type: text/plain, content_encoding: gzip, type: t, app_id: a, user_id: guest, reply_to: r,
                 correlation_id: c, timestamp: 1795229329}
            """)
        let messages = try await experiment.drain("\(experiment.prefix)-1")
        let found = try #require(messages.first?.properties)
        #expect(found.messageID == "0000abcd-0000000000000000")
        #expect(found.deliveryMode == 2 && found.priority == 7 && found.expiration == "90000")
        #expect(found.contentType == "text/plain" && found.contentEncoding == "gzip")
        #expect(found.type == "t" && found.appID == "a" && found.userID == "guest" && found.replyTo == "r")
        #expect(found.correlationID == "c" && found.timestamp == 1_795_229_329)
        let headers = try #require(found.headers)
        #expect(headers["text"] == .string("a") && headers["whole"] == .int64(3) && headers["part"] == .double(1.5))
        #expect(headers["yes"] == .bool(true) && headers["none"] == .void)
        #expect(headers["list"] == .array([.int64(1), .string("b")]))
        #expect(headers["table"] == .table(["c": .string("d")]))
    }

    @Test("a message now and then", arguments: OptionServer.available)
    func belowOneASecond(server: OptionServer) async throws {
        let experiment = try await Experiment(server)
        let ending = try await experiment.run(
            """
            phases: [{rate: 50/min, count: 2}]
            mix: {opaque: 1}
            topology: {incoming: "${Q}-1", processed: "${Q}-out", failed: "${Q}-bad"}
            """)
        let phase = ending.outcome.phases[0]
        #expect(phase.books.confirmed == 2)
        #expect(phase.endNanoseconds - phase.startNanoseconds >= 1_200_000_000)
        let times = try await experiment.drain("\(experiment.prefix)-1").compactMap { message -> Int64? in
            if case .int64(let time) = message.properties.headers?["x-rafale-intended"] { time } else { nil }
        }
        #expect(times.count == 2 && abs(times[1] - times[0] - 1_200_000_000) <= 1)
    }

    @Test("connections are opened one after the other, before anything is sent", arguments: OptionServer.available)
    func startInterval(server: OptionServer) async throws {
        let experiment = try await Experiment(server)
        let start = ContinuousClock.now
        var connected = Duration.zero
        let ending = try await experiment.run(
            topology: "incoming: '${Q}-1'", load: "connections: 4, start_interval: 150ms, start_jitter: 20ms"
        ) { connected = ContinuousClock.now - start }
        #expect(connected >= .milliseconds(450))
        #expect(ending.outcome.phases[0].books.confirmed == 600)
        _ = try await experiment.drain("\(experiment.prefix)-1")
    }
}
