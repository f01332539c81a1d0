import Foundation
import LoadGenerator

/// When messages are due, when they are sent, and which they are.
extension AccuracySuite {
    /// The gaps of Poisson and uniform arrivals, the rate over any second, and the same seed on other connections.
    package func arrivals() async throws -> [AccuracyRow] {
        var rows = poissonSeeds()
        rows += try await sentRate()
        rows += try await sameSeed()
        return rows
    }

    // MARK: - Poisson

    private func poissonSeeds() -> [AccuracyRow] {
        let seeds = isFull ? 1000 : 60
        let gaps = isFull ? 2000 : 300
        var failures = 0
        for seed in 1...UInt64(seeds) {
            var arrivals = ArrivalSequence(
                phases: [.init(curve: .constant(1000), end: .count(UInt64(gaps) + 1))], spacing: .poisson, seed: seed)
            var times: [Int64] = []
            while let arrival = arrivals.next() { times.append(arrival.offsetNanoseconds) }
            if KolmogorovSmirnov.exponential(times, ratePerSecond: 1000) > KolmogorovSmirnov.critical { failures += 1 }
        }
        // Three standard deviations above what chance alone refuses.
        let expected = Double(seeds) * 0.01
        let limit = (expected + 3 * (expected * 0.99).squareRoot()).rounded(.down)
        return [
            .atMost(
                Self.arrivalsGroup, "Poisson seeds of \(seeds) that Kolmogorov–Smirnov refuses (α 0.01)",
                unit: .messages, limit, reported: Double(failures), truth: expected)
        ]
    }

    private static let arrivalsGroup = "Arrivals"

    // MARK: - The sent rate

    private func sentRate() async throws -> [AccuracyRow] {
        let rate = isFull ? 20_000 : 900
        let milliseconds = isFull ? 10_000 : 1300
        var plan = PeerPlan()
        plan.fate = { _ in [.acked] }
        let run = try await KnownRun(
            """
            phases: [{name: only, rate: \(rate)/s, for: \(milliseconds)ms}]
            text: {pool: 16, length: 200B}
            drain: 2s
            """, readsOutcomes: false, against: plan)
        let intended = run.messages(ofPhase: 0).map(\.intended)
        let start = run.outcome.phases[0].startNanoseconds
        let misplaced = intended.enumerated().map { number, time in
            abs(Double(time - start) - Double(number) * 1e9 / Double(rate))
        }
        return [
            .exact(Self.arrivalsGroup, "messages sent", truth: rate * milliseconds / 1000, reported: intended.count),
            .atMost(
                Self.arrivalsGroup, "uniform arrivals: largest error of an intended time", unit: .nanoseconds, 1,
                reported: misplaced.max() ?? .infinity),
            .atMost(
                Self.arrivalsGroup, "sent rate of \(rate)/s: error over any second", unit: .percent, 0.5,
                reported: run.rateError(ratePerSecond: Double(rate)) * 100),
        ]
    }

    // MARK: - The same seed

    private func sameSeed() async throws -> [AccuracyRow] {
        func sent(seed: Int, connections: Int, channels: Int) async throws -> KnownRun {
            var plan = PeerPlan()
            plan.fate = { _ in [.acked] }
            plan.keepsBytes = true
            return try await KnownRun(
                """
                seed: \(seed)
                phases: [{name: one, rate: 3000/s, count: \(isFull ? 20_000 : 700)}, {name: two, rate: 1500/s, count: 300}]
                arrivals: poisson
                mix: {update: 80, delete: 15, malformed: 5}
                load: {connections: \(connections), channels: \(channels)}
                text: {pool: 64, length: {median: 300B, p95: 1KiB}}
                drain: 2s
                """, readsOutcomes: false, against: plan)
        }
        // Side by side: which messages are sent, and when they are due, depends on no clock.
        let others = isFull ? [(2, 1), (3, 2), (8, 3)] : [(3, 2)]
        async let first = sent(seed: 5, connections: 1, channels: 1)
        async let otherSeed = sent(seed: 6, connections: 1, channels: 1)
        var rows: [AccuracyRow] = []
        let one = try await first
        let reference = one.normalized
        for (connections, channels) in others {
            let run = try await sent(seed: 5, connections: connections, channels: channels)
            let messages = run.normalized
            let differing = zip(reference, messages).count { $0 != $1 } + abs(reference.count - messages.count)
            let name = "\(connections) connections of \(channels) channels"
            rows += [
                .exact(
                    Self.arrivalsGroup, "\(name): connections that sent", truth: connections,
                    reported: run.record.publishingConnections),
                .exact(
                    Self.arrivalsGroup, "\(name): messages unlike one connection's, or due at another time", truth: 0,
                    reported: differing),
            ]
        }
        let same = zip(reference, try await otherSeed.normalized).count { $0.offset == $1.offset && $0.offset != 0 }
        rows.append(.exact(Self.arrivalsGroup, "another seed: messages due at the same time", truth: 0, reported: same))
        let times = one.messages(ofPhase: 0).map(\.intended)
        rows.append(
            .atMost(
                Self.arrivalsGroup, "Poisson gaps on the wire: Kolmogorov–Smirnov's K (α 0.01)", unit: .plain,
                KolmogorovSmirnov.critical, reported: KolmogorovSmirnov.exponential(times, ratePerSecond: 3000)))
        return rows
    }
}

/// Whether numbers come from a distribution that is known in full.
enum KolmogorovSmirnov {
    /// Beyond this a sample is refused at α = 0.01 (Stephens 1974).
    static let critical = 1.628

    /// The statistic of the gaps between ascending times against an exponential distribution, made comparable for every
    /// size of sample.
    static func exponential(_ times: [Int64], ratePerSecond: Double) -> Double {
        let gaps = zip(times.dropFirst(), times).map { Double($0 - $1) / 1e9 }.sorted()
        guard !gaps.isEmpty else { return .infinity }
        let count = Double(gaps.count)
        var distance = 0.0
        for (index, gap) in gaps.enumerated() {
            let expected = 1 - exp(-gap * ratePerSecond)
            distance = max(distance, expected - Double(index) / count, Double(index + 1) / count - expected)
        }
        return distance * (count.squareRoot() + 0.12 + 0.11 / count.squareRoot())
    }
}

extension KnownRun {
    /// A message without what differs from run to run: its times count from the first one's.
    fileprivate struct Normalized: Equatable {
        var offset: Int64
        var bytes: [UInt8]
    }

    fileprivate var normalized: [Normalized] {
        let first = outcome.phases[0].startNanoseconds
        return record.messages.map { message in
            var bytes = message.bytes
            Self.blank(8, behind: Array("x-rafale-intended".utf8) + [UInt8(ascii: "l")], in: &bytes)
            Self.blank(24, behind: Array(#""timestamp":""#.utf8), in: &bytes)
            return Normalized(offset: message.intended - first, bytes: bytes)
        }
    }

    private static func blank(_ count: Int, behind mark: [UInt8], in bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { bytes in
            // By hand: a library's search over arrays is slow without optimization.
            var start = 0
            while start + mark.count < bytes.count {
                var length = 0
                while length < mark.count, bytes[start + length] == mark[length] { length += 1 }
                if length == mark.count {
                    for index in start + length..<min(bytes.count, start + length + count) { bytes[index] = 0 }
                    return
                }
                start += 1
            }
        }
    }

    /// The largest difference between the messages sent and those due in any window of a second, as a share.
    ///
    /// Where the kernel kept the generator's or the peer's thread from running, a message counts as sent when it would
    /// have been.
    fileprivate func rateError(ratePerSecond: Double) -> Double {
        let messages = messages(ofPhase: 0)
        let intended = messages.map(\.intended).sorted()
        let sent = messages.map { message in
            let late = message.received - message.intended
            guard late > 500_000 else { return message.received }
            let held =
                generatorStolen.total(from: message.intended, to: message.received)
                + peerStolen.total(from: message.intended, to: message.received)
            return max(message.intended, message.received - held)
        }.sorted()
        let phase = outcome.phases[0]
        var largest = 0
        var start = phase.startNanoseconds
        while start + 1_000_000_000 <= phase.endNanoseconds {
            let window = start..<start + 1_000_000_000
            largest = max(largest, abs(Self.count(of: sent, in: window) - Self.count(of: intended, in: window)))
            start += 1_000_000
        }
        return Double(largest) / ratePerSecond
    }

    private static func count(of ascending: [Int64], in window: Range<Int64>) -> Int {
        func position(_ value: Int64) -> Int {
            var low = 0
            var high = ascending.count
            while low < high {
                let middle = (low + high) / 2
                if ascending[middle] < value { low = middle + 1 } else { high = middle }
            }
            return low
        }
        return position(window.upperBound) - position(window.lowerBound)
    }
}
