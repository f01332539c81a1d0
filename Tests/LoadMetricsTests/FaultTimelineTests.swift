import LoadMetrics
import Testing

@Suite("What faults did, read from known series")
struct FaultTimelineTests {
    /// Ten moments a second of a load of 1000/s; `came` says how many results came in each tenth of a second.
    private static func moments(seconds: Int, came: (Int) -> Int) -> [LoadMoment] {
        var moments = [LoadMoment(timeNanoseconds: 0)]
        var returned: UInt64 = 0
        for tenth in 1...seconds * 10 {
            let due = UInt64(tenth * 100)
            returned += UInt64(came(tenth))
            moments.append(
                LoadMoment(
                    timeNanoseconds: Int64(tenth) * 100_000_000, offered: due, published: due,
                    returned: min(returned, due)))
        }
        return moments
    }

    private static func seconds(_ value: Double) -> Int64 { Int64(value * 1e9) }

    @Test("A pipeline that stops for two seconds and then works its backlog off at twice the rate")
    func outage() {
        // Nothing comes from 5 s to 7 s; then 200 a tenth, until 9 s.
        let moments = Self.moments(seconds: 15) { $0 <= 50 ? 100 : $0 <= 70 ? 0 : $0 <= 90 ? 200 : 100 }
        let figures = FaultTimeline(moments).figures(begin: Self.seconds(5), end: Self.seconds(7))
        // The window of 300 ms is half empty behind 150 ms: seen at the second tenth.
        #expect(figures.detectionNanoseconds == Self.seconds(0.2))
        #expect(figures.recoveryNanoseconds == 0)
        #expect(figures.outageNanoseconds == Self.seconds(2))
        #expect(figures.worstBacklog == 2000)
        // 2000 messages at 1000 a second more than come: two seconds, less what counts as its level.
        #expect(figures.drainNanoseconds == Self.seconds(1.9))
    }

    @Test("Recovery counts from the fault's end, and only when results stay")
    func slowRecovery() {
        // The fault is over at 5.5 s, the pipeline stands until 8 s.
        let moments = Self.moments(seconds: 20) { $0 <= 50 ? 100 : $0 <= 80 ? 0 : 150 }
        let figures = FaultTimeline(moments).figures(begin: Self.seconds(5), end: Self.seconds(5.5))
        // Of the half second from 7.9 s on, four tenths bring half as many again as come.
        #expect(figures.recoveryNanoseconds == Self.seconds(2.4))
        #expect(figures.outageNanoseconds == Self.seconds(2.9))
        #expect(figures.worstBacklog == 3000)
    }

    @Test("A fault that nothing shows took no time to recover from")
    func unnoticed() {
        let moments = Self.moments(seconds: 10) { _ in 100 }
        let figures = FaultTimeline(moments).figures(begin: Self.seconds(5), end: Self.seconds(6))
        #expect(figures.detectionNanoseconds == nil)
        #expect(figures.recoveryNanoseconds == 0 && figures.drainNanoseconds == 0)
    }

    @Test("A lost connection is a sign, before any rate falls")
    func connectionLost() {
        var moments = Self.moments(seconds: 10) { _ in 100 }
        for index in moments.indices where index >= 51 { moments[index].connectionsLost = 3 }
        let figures = FaultTimeline(moments).figures(begin: Self.seconds(5), end: Self.seconds(5))
        #expect(figures.detectionNanoseconds == Self.seconds(0.1))
    }

    @Test("What comes after another fault has begun is that one's sign")
    func nextFault() {
        let moments = Self.moments(seconds: 12) { $0 <= 60 ? 100 : $0 <= 80 ? 0 : 200 }
        let timeline = FaultTimeline(moments)
        let (begin, end) = (Self.seconds(5), Self.seconds(5.5))
        #expect(timeline.figures(begin: begin, end: end).detectionNanoseconds == Self.seconds(1.2))
        #expect(timeline.figures(begin: begin, end: end, next: Self.seconds(6)).detectionNanoseconds == nil)
    }

    @Test("A pipeline that never comes back has no recovery")
    func never() {
        let moments = Self.moments(seconds: 12) { $0 <= 50 ? 100 : 30 }
        let figures = FaultTimeline(moments).figures(begin: Self.seconds(5), end: Self.seconds(6))
        #expect(figures.recoveryNanoseconds == nil && figures.outageNanoseconds == nil)
        #expect(figures.drainNanoseconds == nil)
        #expect(figures.worstBacklog == 70 * 70)
    }

    @Test("A trickle behind the end of the load is no recovery: what waits is what there is to do")
    func trickle() {
        var moments = Self.moments(seconds: 12) { $0 <= 50 ? 100 : $0 <= 60 ? 0 : 2 }
        // Nothing more is to come from 7 s on.
        for index in moments.indices where index > 70 { moments[index].offered = moments[70].offered }
        let figures = FaultTimeline(moments).figures(begin: Self.seconds(5), end: Self.seconds(6))
        #expect(figures.recoveryNanoseconds == nil && figures.drainNanoseconds == nil)
        // At the rate of before it is one, from the end of the load on.
        var quick = Self.moments(seconds: 12) { $0 <= 50 ? 100 : $0 <= 70 ? 0 : 100 }
        for index in quick.indices where index > 70 { quick[index].offered = quick[70].offered }
        let recovery = FaultTimeline(quick).figures(begin: Self.seconds(5), end: Self.seconds(6)).recoveryNanoseconds
        #expect(recovery == Self.seconds(1))
    }

    @Test("What is lost does not wait: the backlog is that of the rest")
    func lost() {
        // 500 of the messages under way are lost at 5 s; after that all is as before.
        let moments = Self.moments(seconds: 12) { $0 <= 50 ? 100 : $0 <= 55 ? 0 : 100 }
        let endless = moments.indices.map { UInt64($0 < 51 ? 0 : min($0 - 50, 5) * 100) }
        let figures = FaultTimeline(moments, endless: endless).figures(begin: Self.seconds(5), end: Self.seconds(5.5))
        #expect(figures.recoveryNanoseconds == 0 && figures.drainNanoseconds == 0)
        #expect(figures.worstBacklog == 0)
        // Who takes them for waiting sees a backlog that never drains.
        #expect(FaultTimeline(moments).figures(begin: Self.seconds(5), end: Self.seconds(5.5)).drainNanoseconds == nil)
    }

    @Test("Redelivered and duplicated are counted from the begin until the end of it all")
    func repeated() {
        var moments = Self.moments(seconds: 12) { $0 <= 50 ? 100 : $0 <= 60 ? 0 : 200 }
        for index in moments.indices {
            moments[index].redelivered = index < 55 ? 3 : 17
            moments[index].duplicated = index < 62 ? 1 : 5
        }
        let figures = FaultTimeline(moments).figures(begin: Self.seconds(5), end: Self.seconds(6))
        #expect(figures.redelivered == 14 && figures.duplicated == 4)
    }

    @Test("The end of the load is no sign of a fault")
    func endOfLoad() {
        var moments = Self.moments(seconds: 10) { _ in 100 }
        let last = moments[60]
        for index in moments.indices where index > 60 {
            (moments[index].offered, moments[index].returned) = (last.offered, last.returned)
        }
        let figures = FaultTimeline(moments).figures(begin: Self.seconds(5.5), end: Self.seconds(5.5))
        #expect(figures.detectionNanoseconds == nil && figures.recoveryNanoseconds == 0)
    }

    @Test("Without moments nothing is said")
    func nothing() {
        #expect(FaultTimeline([]).figures(begin: 0, end: 1) == FaultFigures())
    }
}
