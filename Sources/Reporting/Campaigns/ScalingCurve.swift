import LoadMetrics
import Statistics

/// What was measured at one point of a curve.
struct ScalingPoint: Sendable {
    /// Its place along x: the value, or its number where values are no numbers.
    var x: Double
    /// The value as it was set.
    var label: String
    /// All runs of the point.
    var runs: [PointFigures]
    /// In capacity mode, the search.
    var capacity: CapacityPoint?

    /// The runs whose figures count.
    var usable: [PointFigures] { runs.filter(\.counts) }

    /// Messages per second: of each run that counts, or the capacity.
    var throughputs: [Double] {
        guard let capacity else { return usable.map(\.throughputPerSecond).filter { $0 > 0 } }
        return capacity.ratePerSecond.map { [$0] } ?? []
    }

    /// Their median; nil when no run counts.
    var throughput: Double? { OrderedSamples(throughputs)?.median }

    /// From the lowest to the highest figure, or the capacity's interval.
    var range: Interval? {
        if let capacity {
            guard let rate = capacity.ratePerSecond else { return nil }
            return Interval(
                low: capacity.lowPerSecond ?? rate,
                high: capacity.highPerSecond.flatMap { $0.isFinite ? $0 : nil } ?? rate)
        }
        guard let least = throughputs.min(), let greatest = throughputs.max() else { return nil }
        return Interval(low: least, high: greatest)
    }

    var isOversubscribed: Bool { runs.contains(where: \.isOversubscribed) }

    /// The median of a figure over the runs that count; nil where none has it.
    func median(_ figure: (PointFigures) -> Double?) -> Double? {
        OrderedSamples(usable.compactMap(figure))?.median
    }

    /// The median of a role's figure.
    func median(_ role: RunRole, _ figure: (RoleFigures) -> Double?) -> Double? {
        median { $0.role(role).flatMap(figure) }
    }
}

/// Throughput over a key, and the scaling law of it.
struct ScalingCurve: Sendable {
    /// The value of the second key; nil where only one was varied.
    var label: String?
    var points: [ScalingPoint]
    /// The law; nil where the key's values are not what does the work.
    var fit: Result<ScalabilityFit, ScalabilityRefusal>?

    /// The points that have a throughput.
    var measured: [ScalingPoint] { points.filter { $0.throughput != nil } }

    /// The least value, and the one that has taken its place as the base of speed-up and efficiency because no run of
    /// the least one counts; nil where it has a figure, or none has.
    var replacedBase: (least: ScalingPoint, base: ScalingPoint)? {
        guard let least = points.first, least.throughput == nil, let base = measured.first else { return nil }
        return (least, base)
    }

    /// The law where there is one.
    var law: ScalabilityFit? { try? fit?.get() }

    /// How many times the throughput of the least value a point has; nil where either is missing.
    func speedUp(_ point: ScalingPoint) -> Double? {
        guard let base = measured.first?.throughput, base > 0 else { return nil }
        return point.throughput.map { $0 / base }
    }

    /// The speed-up as a share of what proportion would give.
    func efficiency(_ point: ScalingPoint) -> Double? {
        guard let least = measured.first?.x, least > 0, point.x > 0 else { return nil }
        return speedUp(point).map { $0 * least / point.x }
    }

    /// The point with the most throughput.
    var best: ScalingPoint? { measured.max { ($0.throughput ?? 0) < ($1.throughput ?? 0) } }
}

/// A sweep as curves: the first key along x, a curve for each value of the second.
struct ScalingPicture: Sendable {
    let key: ScalingKey
    let seriesKey: ScalingKey?
    let curves: [ScalingCurve]
    /// Whether the values of the key along x are numbers.
    let isNumeric: Bool

    /// How often the residuals are drawn again for the intervals.
    private static let resamples = 1_000

    init(_ result: SweepResult) {
        // A key whose values are numbers makes a better axis.
        let isSwapped =
            result.keys.count == 2 && result.keys[0].numbers == nil && result.keys[1].numbers != nil
        let along = isSwapped ? 1 : 0
        let keys = result.keys
        let axis = keys.indices.contains(along) ? keys[along] : SweptKey(name: "", values: [])
        let series = keys.count == 2 ? keys[1 - along] : nil
        let numbers = axis.numbers
        let places = numbers ?? axis.values.indices.map { Double($0 + 1) }
        let key = ScalingKey(axis.name)
        let order = axis.values.indices.sorted { places[$0] < places[$1] }
        let labels: [String?] = series.map { $0.values } ?? [nil]
        self.key = key
        seriesKey = series.map { ScalingKey($0.name) }
        isNumeric = numbers != nil
        curves = labels.map { label in
            let points = order.compactMap { index -> ScalingPoint? in
                let value = axis.values[index]
                let values = label.map { isSwapped ? [$0, value] : [value, $0] } ?? [value]
                let runs = result.runs.filter { $0.values == values }.map(\.figures)
                let capacity = result.capacities.first { $0.values == values }
                guard !runs.isEmpty || capacity != nil else { return nil }
                return ScalingPoint(
                    x: places[index], label: value, runs: runs,
                    capacity: result.mode == .capacity ? capacity : nil)
            }
            return ScalingCurve(
                label: label, points: points,
                fit: key.isResource && numbers != nil ? Self.fit(points, seed: result.seed) : nil)
        }
    }

    /// A picture of capacities over the values of a key.
    init(_ result: CapacityResult) {
        let key = ScalingKey(result.key ?? "")
        let numbers = result.points.map { $0.values.first.flatMap(Double.init) }
        let isNumeric = !numbers.isEmpty && !numbers.contains(nil)
        self.isNumeric = isNumeric
        self.key = key
        seriesKey = nil
        let points = result.points.enumerated().map { index, point in
            ScalingPoint(
                x: isNumeric ? numbers[index] ?? 0 : Double(index + 1), label: point.values.first ?? "",
                runs: point.heldProbe.map { [$0.figures] } ?? [], capacity: point)
        }.sorted { $0.x < $1.x }
        curves = [
            ScalingCurve(
                label: nil, points: points,
                fit: key.isResource && isNumeric && points.count > 1 ? Self.fit(points, seed: 1) : nil)
        ]
    }

    private static func fit(_ points: [ScalingPoint], seed: UInt64) -> Result<ScalabilityFit, ScalabilityRefusal> {
        var random = SplitMix64(seed: seed)
        let measured = points.filter { $0.throughput != nil }
            .map { ScalabilityPoint(workers: $0.x, throughputs: $0.throughputs) }
        do throws(ScalabilityRefusal) {
            return .success(try ScalabilityFit(measured, resamples: resamples, using: &random))
        } catch {
            return .failure(error)
        }
    }

    /// The points that a statement holds for, in words: `with 4 and 6 workers`; with two keys
    /// `at workers · lanes of 4 · 1 and 4 · 2`.
    func places(_ holds: (ScalingPoint) -> Bool) -> String? {
        guard let seriesKey else {
            let values = curves.flatMap(\.points).filter(holds).map(\.label)
            return values.isEmpty ? nil : "with \(key.words(values))"
        }
        let values = curves.flatMap { curve in
            curve.points.filter(holds).map { "\($0.label) · \(curve.label ?? "")" }
        }
        guard let last = values.last else { return nil }
        let list = values.count > 1 ? values.dropLast().joined(separator: ", ") + " and " + last : last
        return "at \(key.title) · \(seriesKey.title) of \(list)"
    }

    /// The first curve, where there is only one.
    var only: ScalingCurve? { curves.count == 1 ? curves.first : nil }
}

extension CapacityPoint {
    /// The probe at the highest rate that held and is believed.
    var heldProbe: CapacityProbe? {
        let believed = heldPerSecond ?? .infinity
        return probes.filter { $0.verdict == .holds && $0.ratePerSecond <= believed }
            .max { $0.ratePerSecond < $1.ratePerSecond }
    }
}
