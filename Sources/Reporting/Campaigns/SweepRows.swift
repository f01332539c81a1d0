import LoadMetrics
import Statistics

/// The figures of a sweep's points, as rows of text.
struct SweepRow: Sendable {
    let point: ScalingPoint
    let curve: ScalingCurve
    let limiter: ScalingLimiter?

    static func all(_ picture: ScalingPicture) -> [SweepRow] {
        picture.curves.flatMap { curve in
            curve.points.map { SweepRow(point: $0, curve: curve, limiter: ScalingLimiter($0)) }
        }
    }

    /// The value of the key, with that of the second one.
    var title: String { curve.label.map { "\(point.label) · \($0)" } ?? point.label }

    var throughput: String { point.throughput.map(Quantity.rate) ?? Quantity.none }

    /// From the lowest to the highest run, or the capacity's interval.
    var range: String {
        guard let range = point.range, range.width > 0 else { return "" }
        return "\(Quantity.short(range.low)) – \(Quantity.short(range.high))"
    }

    var speedUp: String { curve.speedUp(point).map { Quantity.significant($0) + "×" } ?? Quantity.none }

    var efficiency: String { curve.efficiency(point).map { Quantity.percent($0, of: 1) } ?? Quantity.none }

    /// CPU time of a role for one message.
    func cost(_ role: RunRole) -> String {
        point.median(role) { $0.cpuSecondsPerMillion }.map { Quantity.significant($0) + " µs" } ?? Quantity.none
    }

    /// Cores that a role kept busy.
    func cores(_ role: RunRole) -> String {
        point.median(role) { $0.coresBusy }.map(Quantity.significant) ?? Quantity.none
    }

    /// Memory of a role.
    func memory(_ role: RunRole) -> String {
        point.median(role) { Double($0.residentBytes) }.map { Quantity.bytes(UInt64($0)) } ?? Quantity.none
    }

    var p50: String {
        point.median { $0.endToEndP50Nanoseconds.map(Double.init) }.map { Quantity.duration($0) } ?? Quantity.none
    }

    var p99: String {
        point.median { $0.endToEndP99Nanoseconds.map(Double.init) }.map { Quantity.duration($0) } ?? Quantity.none
    }

    /// Ready threads of the workers that had no core, on average.
    var waiting: String {
        point.median(.worker) { $0.threadsWaiting }.map(Quantity.significant) ?? Quantity.none
    }

    /// How often a worker's thread was taken off its core, per second.
    var preempted: String {
        point.median(.worker) { $0.involuntarySwitchesPerSecond }.map(Quantity.short) ?? Quantity.none
    }

    /// Instructions for each cycle of the workers.
    var instructionsPerCycle: String {
        point.median(.worker) { $0.instructionsPerCycle }.map(Quantity.significant) ?? Quantity.none
    }

    /// Thresholds that did not hold, messages that were lost.
    var troubles: [String] {
        let broken = Set(point.runs.flatMap(\.brokenThresholds)).sorted()
        let lost = point.runs.reduce(0) { $0 &+ $1.lost }
        return broken.map { "not \($0)" } + (lost > 0 && broken.isEmpty ? ["\(Quantity.count(lost)) lost"] : [])
    }

    /// What is to be said of the point, most important first.
    var remarks: [String] {
        var remarks = point.throughput == nil && point.capacity == nil ? ["no run counts"] : []
        if point.capacity?.outcome == .unclear { remarks.append("not settled") }
        remarks += troubles
        if let limiter { remarks.append(limiter.label) }
        if point.isOversubscribed { remarks.append("more threads than cores") }
        return remarks
    }

    var tone: String { point.throughput == nil || !troubles.isEmpty ? "bad" : "" }
}

extension SweepResult {
    /// What a sweep measures at each point.
    var quantity: String { mode == .capacity ? "capacity" : "throughput" }

    /// How it was measured, in a sentence.
    var method: String {
        let each = "each measured for \(Quantity.span(measureNanoseconds)) after \(Quantity.span(warmUpNanoseconds))"
        if mode == .capacity { return "The highest rate at each point that holds the scenario's limits." }
        let loop = window.map { ", with \(Quantity.count(UInt64(max(0, $0)))) messages in flight" } ?? ""
        return
            "A closed loop that keeps the pipeline full\(loop); \(repeats == 1 ? "one run" : "\(repeats) runs") a point in "
            + "random order, \(each)."
    }
}
