/// Values in ascending order, and what their ranks say.
package struct OrderedSamples: Sendable, Equatable {
    /// The values, ascending.
    package let values: [Double]

    /// The finite ones of some values; nil when there are none.
    package init?(_ values: some Sequence<Double>) {
        self.values = values.filter(\.isFinite).sorted()
        if self.values.isEmpty { return nil }
    }

    /// How many values there are.
    package var count: Int { values.count }

    /// Half of the values lie at or below it.
    package var median: Double { quantile(0.5) }

    /// The value below which a share `share` (0…1) lies, between neighbours by proportion: Hyndman and Fan's type 7
    /// (1996), as R and NumPy compute it by default.
    package func quantile(_ share: Double) -> Double {
        let place = min(max(share, 0), 1) * Double(values.count - 1)
        let index = Int(place)
        guard index + 1 < values.count else { return values[values.count - 1] }
        return values[index] + (place - Double(index)) * (values[index + 1] - values[index])
    }
}
