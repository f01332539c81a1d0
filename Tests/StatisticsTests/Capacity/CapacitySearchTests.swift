import Testing

@testable import Statistics

@Suite("Capacity search")
struct CapacitySearchTests {
    /// Runs a search on a system that answers `answer`.
    private static func run(
        _ plan: CapacitySearch.Plan, _ answer: (Double) -> CapacitySearch.Answer
    ) throws -> CapacitySearch.Outcome {
        var search = CapacitySearch(plan: plan)
        while let rate = search.ratePerSecond {
            #expect(plan.bounds.contains(rate))
            search.record(answer(rate))
        }
        guard case .done(let outcome) = search.next else { throw Unfinished() }
        #expect(outcome.probes.count <= plan.mostProbes)
        // After the end nothing changes.
        search.record(.holds)
        #expect(search.next == .done(outcome))
        return outcome
    }

    private struct Unfinished: Error {}

    private static func step(at capacity: Double) -> (Double) -> CapacitySearch.Answer {
        { $0 <= capacity ? .holds : .fails(reason: "p99 at \(Int($0))") }
    }

    @Test(
        "a step is found from any hint, in twelve probes",
        arguments: [100.0, 733, 1_000, 4_321, 65_000], [500.0, 1_000, 20_000])
    func step(_ capacity: Double, _ hint: Double) throws {
        var plan = CapacitySearch.Plan(hint: hint)
        plan.mostProbes = 20
        let outcome = try Self.run(plan, Self.step(at: capacity))
        #expect(outcome.end == .settled)
        let rate = try #require(outcome.ratePerSecond)
        #expect(abs(rate / capacity - 1) < 0.04)
        let held = try #require(outcome.heldPerSecond)
        #expect(held <= capacity && held > capacity * 0.93)
        #expect(outcome.interval.contains(capacity))
        let failure = try #require(outcome.failure)
        #expect(failure.ratePerSecond > capacity && failure.ratePerSecond < capacity * 1.06)
        if case .fails(let reason) = failure.answer { #expect(reason.hasPrefix("p99")) }
    }

    @Test("a bracket is bisected at once, and left when the answers say so")
    func bracket() throws {
        let inside = try Self.run(CapacitySearch.Plan(bracket: 500...2_000), Self.step(at: 900))
        #expect(inside.end == .settled && inside.probes.count <= 9)
        #expect(inside.probes.allSatisfy { (450...2_100).contains($0.ratePerSecond) })
        var plan = CapacitySearch.Plan(bracket: 500...600)
        plan.mostProbes = 16
        let outside = try Self.run(plan, Self.step(at: 900))
        let rate = try #require(outside.heldPerSecond)
        #expect(rate <= 900 && rate > 850)
        let below = try Self.run(plan, Self.step(at: 200))
        #expect(try #require(below.heldPerSecond) <= 200)
    }

    @Test("both sides of the boundary are probed more than once")
    func repeats() throws {
        let outcome = try Self.run(CapacitySearch.Plan(bracket: 500...2_000), Self.step(at: 900))
        let near = outcome.probes.filter { abs($0.ratePerSecond / 900 - 1) < 0.06 }
        #expect(near.count { $0.answer.isHolding } >= 2)
        #expect(near.count { $0.answer.isFailing } >= 2)
    }

    @Test("one wrong answer does not mislead", arguments: 0..<6)
    func wrongAnswer(_ wrong: Int) throws {
        var number = 0
        let outcome = try Self.run(CapacitySearch.Plan(bracket: 500...2_000)) { rate in
            defer { number += 1 }
            let holds = (rate <= 900) != (number == wrong)
            return holds ? .holds : .fails(reason: "p99")
        }
        #expect(abs(try #require(outcome.ratePerSecond) / 900 - 1) < 0.07, "\(outcome)")
    }

    @Test("the ends of what may be probed are answers too")
    func ends() throws {
        let high = try Self.run(CapacitySearch.Plan(hint: 1_000, bounds: 10...5_000), Self.step(at: 1e6))
        #expect(high.end == .holdsAtHighest && high.ratePerSecond == 5_000 && high.interval.high == .infinity)
        #expect(high.failure == nil)
        let low = try Self.run(CapacitySearch.Plan(hint: 1_000, bounds: 100...5_000), Self.step(at: 5))
        #expect(low.end == .failsAtLowest && low.ratePerSecond == nil)
        #expect(low.interval.high == 100 && low.failure?.ratePerSecond == 100)
    }

    @Test("a bracket that may not be left ends at its ends")
    func closedBracket() throws {
        let plan = CapacitySearch.Plan(bracket: 500...2_000, bounds: 500...2_000)
        let high = try Self.run(plan, Self.step(at: 9_000))
        #expect(high.end == .holdsAtHighest && high.heldPerSecond == 2_000 && high.probes.count <= 9)
        let low = try Self.run(plan, Self.step(at: 100))
        #expect(low.end == .failsAtLowest && low.heldPerSecond == nil && low.probes.count <= 9)
        let inside = try Self.run(plan, Self.step(at: 1_950))
        #expect(inside.end == .settled)
        #expect(abs(try #require(inside.ratePerSecond) / 1_950 - 1) < 0.04)
    }

    @Test("a generator that cannot put the load on is not the system's limit")
    func limited() throws {
        let outcome = try Self.run(CapacitySearch.Plan(hint: 1_000)) {
            $0 <= 3_000 ? .holds : .limited(reason: "schedule lag")
        }
        #expect(outcome.end == .limited(reason: "schedule lag"))
        let rate = try #require(outcome.ratePerSecond)
        #expect(rate <= 3_000 && rate > 2_600)
        #expect(outcome.interval.high == .infinity && outcome.failure == nil)
    }

    @Test("answers that stay unclear end the search where they are")
    func unclear() throws {
        let outcome = try Self.run(CapacitySearch.Plan(bracket: 500...2_000)) {
            $0 < 800 ? .holds : $0 > 1_000 ? .fails(reason: "backlog") : .unclear(reason: "p99 within 2 %")
        }
        #expect((790...1_010).contains(try #require(outcome.ratePerSecond)))
        #expect(try #require(outcome.heldPerSecond) < 800)
    }

    @Test("probes run out with what is known")
    func exhausted() throws {
        var plan = CapacitySearch.Plan(hint: 1_000)
        plan.mostProbes = 4
        let outcome = try Self.run(plan, Self.step(at: 3_000))
        #expect(outcome.end == .probesExhausted && outcome.probes.count == 4)
        #expect(outcome.interval.contains(3_000) && outcome.interval.width > 100)
    }

    @Test("what is told is no less than what was shown to hold")
    func neverBelowWhatHeld() throws {
        var random = SplitMix64(seed: 3)
        for _ in 0..<100 {
            var plan = CapacitySearch.Plan(bracket: 500...2_000)
            plan.mostProbes = 3 + Int(random.unit() * 10)
            let outcome = try Self.run(plan) { rate in
                let distance = rate / 900 - 1 + (random.unit() - 0.5) * 0.06
                return distance < -0.01 ? .holds : distance > 0.01 ? .fails(reason: "p99") : .unclear(reason: "near")
            }
            #expect(outcome.interval.low >= outcome.heldPerSecond ?? 0, "\(outcome)")
            #expect(outcome.interval.contains(outcome.ratePerSecond ?? outcome.interval.low), "\(outcome)")
        }
    }
}

/// The search drives queues whose capacity is known from their formula; each probe is judged as one of a real system:
/// by the interval of its 99th percentile, for as long as it takes to be clear of the limit.
@Suite("Capacity of queues")
struct CapacityOfQueuesTests {
    private static func probe(
        _ queue: QueueSimulation, rate: Double, limit: Double, random: inout SplitMix64
    ) -> CapacitySearch.Answer {
        guard rate < Double(queue.servers) * queue.servicesPerSecond * 1.02 else { return .fails(reason: "backlog") }
        var course = QueueSimulation.Course(of: queue, rate: rate, random: &random)
        var stretches: [(count: UInt64, above: UInt64)] = []
        for _ in 0..<4 {
            let times = course.times(count: 24_000, random: &random)
            for start in stride(from: 0, to: times.count, by: 4_000) {
                let part = times[start..<(start + 4_000)]
                stretches.append((4_000, UInt64(part.count { $0 > limit })))
            }
            let count = stretches.reduce(UInt64(0)) { $0 + $1.count }
            let above = stretches.reduce(UInt64(0)) { $0 + $1.above }
            let ranks = QuantileInterval(
                share: 0.99, count: count, confidence: 0.95,
                designEffect: QuantileInterval.designEffect(shares: stretches))
            // The rank of the last one within the limit against the ranks of the interval.
            let within = count - above
            if let upper = ranks.upperRank, within >= upper { return .holds }
            if let lower = ranks.lowerRank, within < lower { return .fails(reason: "p99") }
        }
        return .unclear(reason: "p99 is at the limit")
    }

    private static let queues: [(QueueSimulation, limit: Double)] = [
        (QueueSimulation(servers: 1, service: .exponential), 0.2),
        (QueueSimulation(servers: 4, service: .exponential), 0.1),
        (QueueSimulation(servers: 8, service: .exponential, servicesPerSecond: 250), 0.025),
        (QueueSimulation(servers: 1, service: .constant), 0.08),
        (QueueSimulation(servers: 4, service: .constant), 0.04),
    ]

    @Test("found within 5 % in at most twelve probes", arguments: 0..<5)
    func withinFivePercent(_ number: Int) throws {
        let (queue, limit) = Self.queues[number]
        let truth = queue.capacity(p99Below: limit)
        var random = SplitMix64(seed: UInt64(100 + number))
        var errors: [Double] = []
        for _ in 0..<8 {
            // A hint as people give it: off by up to a factor of two.
            let hint = truth * RealFunctions.exp((random.unit() * 2 - 1) * 0.69)
            var search = CapacitySearch(plan: CapacitySearch.Plan(hint: hint))
            while let rate = search.ratePerSecond {
                search.record(Self.probe(queue, rate: rate, limit: limit, random: &random))
            }
            guard case .done(let outcome) = search.next else { continue }
            #expect(outcome.probes.count <= 12)
            errors.append(try #require(outcome.ratePerSecond) / truth - 1)
            let held = try #require(outcome.heldPerSecond)
            #expect(held > truth * 0.9 && held < truth * 1.05)
        }
        #expect(errors.count == 8)
        #expect(
            errors.allSatisfy { abs($0) <= 0.05 },
            "\(queue) \(truth): \(errors)")
    }

    @Test("the simulation agrees with the formulas", arguments: 0..<5)
    func simulation(_ number: Int) {
        let (queue, limit) = Self.queues[number]
        var random = SplitMix64(seed: 7)
        let rate = queue.capacity(p99Below: limit) * 0.97
        var course = QueueSimulation.Course(of: queue, rate: rate, random: &random)
        let times = course.times(count: 60_000, random: &random)
        let slow = Double(times.count { $0 > limit }) / Double(times.count)
        #expect(slow > 0.002 && slow < 0.01)
    }
}
