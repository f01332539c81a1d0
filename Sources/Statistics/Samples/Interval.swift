/// A stretch of numbers that a value lies in with a stated confidence; an end may be infinite.
package struct Interval: Sendable, Equatable {
    package var low: Double
    package var high: Double

    package init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    /// Whether `value` is not outside.
    package func contains(_ value: Double) -> Bool { low <= value && value <= high }

    /// From end to end.
    package var width: Double { high - low }

    /// Whether both ends are numbers.
    package var isBounded: Bool { low.isFinite && high.isFinite }
}
