/// Reads from the moments of a run what each fault did to the pipeline; numbers in, numbers out.
///
/// ```
///   before │ begin        end │               │ recovered        │ drained
///  ────────┼──────────────────┼───────────────┼──────────────────┼──────────►
///          │◄─ detection ─►                   │                  │
///          │                  │◄── recovery ─►│                  │
///          │◄──────────── outage ────────────►│                  │
///          │                  │◄─────────── drain ──────────────►│
/// ```
///
/// The backlog is every arrival that is due and has no end yet, but for those that never end: what is lost does not
/// wait. Its level before a fault is its most in the second before.
package struct FaultTimeline: Sendable {
    /// Results count as coming again when they reach this share of the arrivals.
    package static let recoveredShare: Double = 0.9
    /// They count as failing below this share of what came before.
    package static let detectedShare: Double = 0.5
    /// A sign of a fault that comes later than this after its end is taken for something else.
    private static let detectionNanoseconds: Int64 = 3_000_000_000
    private static let beforeNanoseconds: Int64 = 2_000_000_000
    private static let levelNanoseconds: Int64 = 1_000_000_000
    /// A rate is judged over at least as many messages, in at most two seconds: fewer say nothing.
    private static let leastMessages: Double = 50

    private let moments: [LoadMoment]
    /// Of the arrivals due at each moment, those that never end.
    private let endless: [UInt64]

    /// Takes the moments of a run, in order, and how many of the arrivals due by each of them never ended.
    package init(_ moments: [LoadMoment], endless: [UInt64] = []) {
        self.moments = moments
        self.endless = moments.indices.map { $0 < endless.count ? endless[$0] : endless.last ?? 0 }
    }

    /// What a fault did between its begin and its end; `lost` is for whoever can tell.
    ///
    /// A sign that comes after another fault has begun, at `next`, is taken for that one's.
    package func figures(begin: Int64, end: Int64, next: Int64? = nil) -> FaultFigures {
        guard let first = index(at: begin), let last = moments.last else { return FaultFigures() }
        let rate = ratePerSecond(before: begin)
        let level = levelBefore(begin) + max(10, UInt64(rate / 10))
        let detected = detection(
            from: first, begin: begin, until: min(end + Self.detectionNanoseconds, next ?? .max), rate: rate)
        let search = max(end, detected ?? end)
        let recovered = recovery(from: search, rate: rate, level: level)
        let drained = moments.indices.first { moments[$0].timeNanoseconds >= search && backlog($0) <= level }
        let over = [recovered, drained.map { moments[$0].timeNanoseconds }].compactMap(\.self).max()
        let until = recovered == nil || drained == nil ? last.timeNanoseconds : over ?? last.timeNanoseconds
        let lasting = moments.indices.filter {
            moments[$0].timeNanoseconds >= begin && moments[$0].timeNanoseconds <= until
        }
        // Workers tell once a second what they received.
        let told = index(at: until + 1_100_000_000) ?? first
        let closing = index(at: until) ?? first
        return FaultFigures(
            detectionNanoseconds: detected.map { $0 - begin }, recoveryNanoseconds: recovered.map { $0 - end },
            outageNanoseconds: recovered.map { $0 - begin },
            drainNanoseconds: drained.map { max(0, moments[$0].timeNanoseconds - end) },
            worstBacklog: lasting.map(backlog).max() ?? 0,
            redelivered: moments[told].redelivered &- moments[first].redelivered,
            duplicated: moments[closing].duplicated &- moments[first].duplicated)
    }

    /// The moment in which a time lies: the last one that is not later; nil before the first.
    package func index(at nanoseconds: Int64) -> Int? {
        moments.lastIndex { $0.timeNanoseconds <= nanoseconds } ?? (moments.isEmpty ? nil : 0)
    }

    private func backlog(_ index: Int) -> UInt64 {
        let open = moments[index].open
        return open - min(open, endless[index])
    }

    // MARK: - Before

    /// Results a second before a fault; where nothing came yet, arrivals a second.
    private func ratePerSecond(before begin: Int64) -> Double {
        guard let last = index(at: begin), let first = index(at: begin - Self.beforeNanoseconds), first < last else {
            return 0
        }
        let seconds = Double(moments[last].timeNanoseconds - moments[first].timeNanoseconds) / 1e9
        guard seconds > 0 else { return 0 }
        return Double(moments[last].returned &- moments[first].returned) / seconds
    }

    private func levelBefore(_ begin: Int64) -> UInt64 {
        let before = moments.indices.filter {
            moments[$0].timeNanoseconds <= begin && moments[$0].timeNanoseconds >= begin - Self.levelNanoseconds
        }
        return before.map(backlog).max() ?? 0
    }

    /// A stretch long enough for a rate to be judged.
    private static func window(_ rate: Double, atLeast least: Int64) -> Int64 {
        rate > 0 ? min(max(least, Int64(leastMessages / rate * 1e9)), 2_000_000_000) : 2_000_000_000
    }

    // MARK: - Signs

    /// The first moment at which a connection was lost, or fewer than half as many results came as before.
    private func detection(from first: Int, begin: Int64, until: Int64, rate: Double) -> Int64? {
        let window = Self.window(rate, atLeast: 300_000_000)
        for index in first..<moments.count {
            let moment = moments[index]
            guard moment.timeNanoseconds > begin else { continue }
            guard moment.timeNanoseconds <= until else { return nil }
            if moment.connectionsLost > moments[first].connectionsLost { return moment.timeNanoseconds }
            guard moment.timeNanoseconds - window >= begin - 100_000_000,
                let back = self.index(at: moment.timeNanoseconds - window), back < index
            else { continue }
            let seconds = Double(moment.timeNanoseconds - moments[back].timeNanoseconds) / 1e9
            let due = Double(moment.offered &- moments[back].offered)
            let expected = min(rate * seconds, due)
            // Where little is to come, little says nothing.
            guard expected >= Self.leastMessages / 2 else { continue }
            if Double(moment.returned &- moments[back].returned) < expected * Self.detectedShare {
                return moment.timeNanoseconds
            }
        }
        return nil
    }

    /// The first time from which on, for half a second, results come at nine tenths of the arrivals' rate, while the
    /// backlog is at its level or falls; it falls where they also come at nine tenths of the rate of before, as long as
    /// so many wait.
    private func recovery(from search: Int64, rate: Double, level: UInt64) -> Int64? {
        let window = Self.window(rate, atLeast: 500_000_000)
        guard let last = moments.indices.last else { return nil }
        for index in moments.indices where moments[index].timeNanoseconds >= search || index == last {
            let moment = moments[index]
            let ahead =
                moments[index...].firstIndex { $0.timeNanoseconds >= moment.timeNanoseconds + window } ?? last
            let isAtLevel = backlog(ahead) <= level
            guard ahead > index else { return isAtLevel ? max(moment.timeNanoseconds, search) : nil }
            let due = Double(moments[ahead].offered &- moment.offered)
            let came = Double(moments[ahead].returned &- moment.returned)
            // Where nothing more is to come, what waits is what there is to do.
            let seconds = Double(moments[ahead].timeNanoseconds - moment.timeNanoseconds) / 1e9
            let demand = max(due, min(rate * seconds, Double(backlog(index))))
            let falls = backlog(ahead) < backlog(index) && came >= demand * Self.recoveredShare
            if came >= due * Self.recoveredShare, isAtLevel || falls {
                return max(moment.timeNanoseconds, search)
            }
        }
        return nil
    }
}
