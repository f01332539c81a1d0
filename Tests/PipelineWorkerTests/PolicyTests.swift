import Testing

@testable import PipelineWorker

@Suite("What a worker decides by")
struct PolicyTests {
    @Test("pauses double up to a maximum and end")
    func retryDelays() {
        let policy = RetryPolicy(attemptsMaximum: 6, firstDelay: .milliseconds(50), delayMaximum: .milliseconds(300))
        let delays = (1...6).map { policy.delay(afterAttempt: $0, jitter: 0) }
        #expect(delays == [50, 100, 200, 300, 300].map { .milliseconds($0) } + [nil])
    }

    @Test("jitter takes away up to half of a pause")
    func jitter() {
        let policy = RetryPolicy(attemptsMaximum: 2, firstDelay: .milliseconds(100), delayMaximum: .seconds(1))
        #expect(policy.delay(afterAttempt: 1, jitter: 1) == .milliseconds(50))
        #expect(policy.delay(afterAttempt: 1, jitter: 7) == .milliseconds(50))
        #expect(policy.delay(afterAttempt: 1, jitter: 0.5) == .milliseconds(75))
    }

    @Test("a store may be away for minutes")
    func storePatience() {
        let delays = (1...RetryPolicy.store.attemptsMaximum).compactMap {
            RetryPolicy.store.delay(afterAttempt: $0, jitter: 1)
        }
        #expect(delays.reduce(.zero, +) > .seconds(120))
    }

    @Test(
        "slices keep all lanes busy and hand over many at once",
        arguments: [(1, 1), (2, 1), (3, 2), (40, 20), (1_000, 32)])
    func slices(_ messages: Int, _ slice: Int) {
        let configuration = WorkerConfiguration(
            resultDestination: "r", prefetch: 1_000, lanes: 2, batchCount: 250, batchDelay: .zero)
        #expect(configuration.sliceCount(of: messages) == slice)
    }

    @Test("a batch is at most half of what may be in flight", arguments: [(1, 1), (2, 1), (100, 50), (10_000, 250)])
    func effectiveBatch(_ prefetch: Int, _ batch: Int) {
        let configuration = WorkerConfiguration(
            resultDestination: "r", prefetch: prefetch, lanes: 2, batchCount: 250, batchDelay: .zero)
        #expect(configuration.effectiveBatchCount == batch)
    }

    @Test("the log lets some lines of each interval through and counts the others")
    func logLimiter() {
        var limiter = LogLimiter(linesMaximum: 2, intervalNanoseconds: 10)
        let admitted = [0, 1, 2, 3, 10, 11].map { limiter.admit(nowNanoseconds: $0) }
        #expect(admitted.map(\.isAdmitted) == [true, true, false, false, true, true])
        #expect(admitted.map(\.suppressedBefore) == [0, 0, 0, 0, 2, 0])
    }

    @Test(
        "timestamps are those of the calendar",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (1_795_229_329_123, "2026-11-21T02:48:49.123Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ])
    func timestamps(_ milliseconds: Int64, _ text: String) {
        let bytes = UTCTimestamp.bytes(unixNanoseconds: milliseconds * 1_000_000)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
        #expect(UTCTimestamp.milliseconds(of: bytes) == milliseconds)
    }

    @Test(
        "timestamps are read in the ways that people write them",
        arguments: [
            ("2026-11-21T02:48:49Z", 1_795_229_329_000), ("2026-11-21 02:48:49.5", 1_795_229_329_500),
            ("2026-11-21T04:48:49.123456+02:00", 1_795_229_329_123), ("2026-11-20T21:18:49-0530", 1_795_229_329_000),
            ("2026-11-21T02:48:49+00", 1_795_229_329_000), ("0000-03-01T00:00:00Z", -62_162_035_200_000),
            ("", nil), ("yesterday", nil), ("2026-11-21", nil), ("2026-13-21T02:48:49Z", nil),
            ("2026-11-21T24:48:49Z", nil), ("2026-11-21T02:48:49.Z", nil), ("2026-11-21T02:48:49Zulu", nil),
            ("2026-11-21T02:48:49+", nil), ("1795229329123", nil), ("2024-02-29T00:00:00Z", 1_709_164_800_000),
            ("2026-02-29T00:00:00Z", nil), ("2026-02-31T00:00:00Z", nil), ("2026-04-31T00:00:00Z", nil),
            ("2100-02-29T00:00:00Z", nil), ("2026-01-00T00:00:00Z", nil), ("2026-11-21T02:48:49+24:00", nil),
        ] as [(String, Int64?)])
    func readTimestamps(_ text: String, _ milliseconds: Int64?) {
        #expect(UTCTimestamp.milliseconds(of: Array(text.utf8)) == milliseconds)
    }
}
