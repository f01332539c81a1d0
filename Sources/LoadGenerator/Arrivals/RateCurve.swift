#if canImport(Glibc)
    import Glibc
#endif

/// How many messages a second a phase asks for, as a function of the time since its start.
///
/// What a schedule needs is not the rate but its integral, the count of messages due by a time, and the inverse of
/// that: the time at which message n is due. Both are exact for straight pieces; the sine is inverted by Newton's
/// method, guarded by bisection. Times are seconds, rates messages a second.
package struct RateCurve: Sendable, Equatable {
    /// A stretch over which the rate goes in a straight line.
    struct Piece: Sendable, Equatable {
        var seconds: Double
        var from: Double
        var to: Double

        var count: Double { (from + to) / 2 * seconds }

        func cumulative(_ time: Double) -> Double {
            from * time + (to - from) / seconds * time * time / 2
        }

        /// The time at which `count` messages are due.
        ///
        /// Written so that it neither divides by a zero slope nor subtracts numbers of the same size.
        func time(of count: Double) -> Double {
            let slope = (to - from) / seconds
            let root = (from * from + 2 * slope * count).squareRoot()
            let denominator = from + (root.isNaN ? 0 : root)
            return denominator > 0 ? Swift.min(2 * count / denominator, seconds) : 0
        }
    }

    private enum Form: Sendable, Equatable {
        case constant(Double)
        /// One after another, again from the first where it repeats; the last goes on where it does not.
        case pieces([Piece], repeats: Bool)
        /// `mean + amplitude · sin(2π t / period)`.
        case sine(mean: Double, amplitude: Double, period: Double)
    }

    private let form: Form

    /// The same rate throughout, in messages a second.
    package static func constant(_ rate: Double) -> RateCurve {
        RateCurve(form: .constant(rate))
    }

    /// From one rate to another in a straight line, then the latter.
    package static func linear(from: Double, to: Double, over seconds: Double) -> RateCurve {
        RateCurve(
            form: .pieces(
                [Piece(seconds: seconds, from: from, to: to), Piece(seconds: .infinity, from: to, to: to)],
                repeats: false))
    }

    /// One rate after another, `seconds` each; the last goes on.
    package static func steps(_ rates: [Double], each seconds: Double) -> RateCurve {
        var pieces = rates.map { Piece(seconds: seconds, from: $0, to: $0) }
        if let last = rates.last { pieces.append(Piece(seconds: .infinity, from: last, to: last)) }
        return RateCurve(form: .pieces(pieces, repeats: false))
    }

    /// A rate that swings about its mean; the period is in seconds.
    package static func sine(mean: Double, amplitude: Double, period seconds: Double) -> RateCurve {
        RateCurve(form: .sine(mean: mean, amplitude: Swift.min(amplitude, mean), period: seconds))
    }

    /// Every period at the low rate first, then at the high rate for the share `duty` of it.
    package static func burst(low: Double, high: Double, period seconds: Double, duty: Double) -> RateCurve {
        let pieces = [
            Piece(seconds: seconds * (1 - duty), from: low, to: low),
            Piece(seconds: seconds * duty, from: high, to: high),
        ]
        return RateCurve(form: .pieces(pieces.filter { $0.seconds > 0 }, repeats: true))
    }

    /// The rate at a time.
    package func rate(at time: Double) -> Double {
        switch form {
        case .constant(let rate): return rate
        case .sine(let mean, let amplitude, let period):
            return mean + amplitude * sin(2 * .pi * time / period)
        case .pieces(let pieces, let repeats):
            var left = repeats ? time.truncatingRemainder(dividingBy: period(of: pieces)) : time
            for piece in pieces {
                if left < piece.seconds {
                    return piece.seconds.isFinite
                        ? piece.from + (piece.to - piece.from) * left / piece.seconds : piece.to
                }
                left -= piece.seconds
            }
            return pieces.last?.to ?? 0
        }
    }

    /// How many messages are due in the first `time` seconds, as a real number.
    package func cumulative(_ time: Double) -> Double {
        switch form {
        case .constant(let rate): return rate * time
        case .sine(let mean, let amplitude, let period):
            return mean * time + amplitude * period / (2 * .pi) * (1 - cos(2 * .pi * time / period))
        case .pieces(let pieces, let repeats):
            var left = time
            var due = 0.0
            if repeats {
                let periods = (time / period(of: pieces)).rounded(.down)
                due = periods * count(of: pieces)
                left -= periods * period(of: pieces)
            }
            for piece in pieces where left > 0 {
                due += piece.seconds.isFinite ? piece.cumulative(Swift.min(left, piece.seconds)) : piece.to * left
                left -= piece.seconds
            }
            return due
        }
    }

    /// The time at which `count` messages are due: infinite where the curve never gets that far.
    package func time(of count: Double) -> Double {
        switch form {
        case .constant(let rate): return rate > 0 ? count / rate : count > 0 ? .infinity : 0
        case .sine(let mean, let amplitude, let period):
            return timeOnSine(of: count, mean: mean, amplitude: amplitude, period: period)
        case .pieces(let pieces, let repeats):
            var left = count
            var time = 0.0
            if repeats {
                let each = self.count(of: pieces)
                guard each > 0 else { return count > 0 ? .infinity : 0 }
                let periods = (count / each).rounded(.down)
                time = periods * period(of: pieces)
                left -= periods * each
            }
            for piece in pieces {
                let inPiece = piece.seconds.isFinite ? piece.count : .infinity
                // A count that falls on a border is due when the next piece with a rate begins.
                if left < inPiece {
                    guard piece.seconds.isFinite else { return piece.to > 0 ? time + left / piece.to : .infinity }
                    return time + piece.time(of: left)
                }
                left -= inPiece
                time += piece.seconds
            }
            return time
        }
    }

    /// How many messages, counted from 0, are due at times that `isBefore` says yes to: those before `time`.
    ///
    /// The integral says how many to within rounding, and the messages' own times say which side of the border each is on.
    func count(before time: Double, _ isBefore: (Double) -> Bool) -> UInt64 {
        func isDue(_ number: UInt64) -> Bool {
            let time = self.time(of: Double(number))
            return time.isFinite && isBefore(time)
        }
        guard time > 0 else { return 0 }
        var count = UInt64(cumulative(time))
        while isDue(count) { count += 1 }
        while count > 0, !isDue(count - 1) { count -= 1 }
        return count
    }

    private func timeOnSine(of count: Double, mean: Double, amplitude: Double, period: Double) -> Double {
        guard mean > 0 else { return count > 0 ? .infinity : 0 }
        // Whole periods carry mean · period messages each, so only the rest has to be searched.
        let periods = (count / (mean * period)).rounded(.down)
        let rest = count - periods * mean * period
        var low = 0.0
        var high = period
        var time = rest / mean
        for _ in 0..<60 {
            let error = cumulative(time) - rest
            if error > 0 { high = time } else { low = time }
            if abs(error) < 1e-9 || high - low < 1e-12 { break }
            let rate = mean + amplitude * sin(2 * .pi * time / period)
            let newton = rate > 0 ? time - error / rate : .nan
            time = newton > low && newton < high ? newton : (low + high) / 2
        }
        return periods * period + time
    }

    private func period(of pieces: [Piece]) -> Double { pieces.reduce(0) { $0 + $1.seconds } }
    private func count(of pieces: [Piece]) -> Double { pieces.reduce(0) { $0 + $1.count } }
}
