// Numbers from outside never trap when they become whole.

extension UInt64 {
    /// The nearest whole number, the ends of the range for what lies beyond, 0 for what is no number.
    package init(saturating value: Double) {
        if !(value > 0) {
            self = 0
        } else {
            self = value < 0x1p64 ? UInt64(value) : .max
        }
    }
}

extension Int64 {
    /// The nearest whole number, the ends of the range for what lies beyond, 0 for what is no number.
    init(clampingDouble value: Double) {
        if value.isNaN {
            self = 0
        } else if value >= 9.2e18 {
            self = .max
        } else if value <= -9.2e18 {
            self = .min
        } else {
            self = Int64(value.rounded())
        }
    }
}
