package import LoadMetrics

/// A calibration on a terminal: at most 80 columns.
package enum CalibrationSummary {
    private static let width = 80

    /// The tables, ending with a newline.
    package static func text(of calibration: Calibration) -> String {
        let machine = calibration.machine
        var lines = "\(machine.cpuModel), \(machine.usableCores) of \(machine.cores) cores, \(machine.kernel)"
            .wrapped(to: width)
        if !calibration.optimizedBuild { lines.append("A debug build: a release build sends many times faster.") }
        let connections = Set(calibration.rates.map(\.connections)).sorted()
        lines.append("")
        var rates = TextTable(
            header: ["messages/s into a sink"] + connections.map { "\($0) conn." }
                + connections.map { "CPU-s/M, \($0)" })
        for size in Set(calibration.rates.map(\.bodyBytes)).sorted() {
            func cells(_ cell: (CalibratedRate) -> String) -> [String] {
                connections.map { count in
                    calibration.rates.first { $0.connections == count && $0.bodyBytes == size }.map(cell)
                        ?? Quantity.none
                }
            }
            rates.rows.append(
                [Quantity.bytes(UInt64(size))] + cells { Quantity.short($0.perSecond) }
                    + cells { Quantity.significant($0.cpuSecondsPerMillion) })
        }
        lines += rates.lines(width: width)
        if calibration.rates.contains(where: { $0.sinkCores ?? 0 > 0.95 }) {
            lines += "The sink kept a whole core busy in some of them: there the generator can do more."
                .wrapped(to: width)
        }
        lines.append("")
        var timers = TextTable(header: ["waiting ends late by", "p50", "p99", "max"])
        for timer in calibration.timers {
            timers.rows.append(
                [timer.name]
                    + [timer.p50Nanoseconds, timer.p99Nanoseconds, timer.maxNanoseconds].map { Quantity.duration($0) })
        }
        lines += timers.lines(width: width)
        let clock = calibration.clock
        lines.append("")
        lines.append(
            "clock: resolution \(Quantity.duration(clock.resolutionNanoseconds)), least step "
                + "\(Quantity.duration(clock.leastStepNanoseconds)), one reading "
                + Quantity.duration(clock.readNanoseconds))
        return lines.joined(separator: "\n") + "\n"
    }
}
