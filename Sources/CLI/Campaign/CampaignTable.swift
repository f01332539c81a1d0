import Foundation
import LoadMetrics

/// The outcome of a campaign as lines of text.
enum CampaignTable {
    static func text(of result: SweepResult) -> String {
        var lines = [result.keys.map(\.name).joined(separator: " × ") + "  msg/s  worker CPU-s per million  p99 ms"]
        for values in SweepPlan.points(result.keys.compactMap { VariedKey(name: $0.name, values: $0.values) }) {
            let runs = result.runs.filter { $0.values == values }
            guard !runs.isEmpty else { continue }
            let throughput = median(runs.map(\.figures.throughputPerSecond))
            let cost = median(runs.compactMap { $0.figures.role(.worker)?.cpuSecondsPerMillion })
            let p99 = median(runs.compactMap { $0.figures.endToEndP99Nanoseconds.map { Double($0) / 1e6 } })
            lines.append(
                values.joined(separator: " × ") + "  \(number(throughput))  \(number(cost))  \(number(p99))"
                    + (runs.contains(where: \.figures.isOversubscribed) ? "  more threads than cores" : ""))
        }
        return (lines + result.notes).joined(separator: "\n")
    }

    static func text(of result: CapacityResult) -> String {
        var lines: [String] = []
        for point in result.points {
            let values = point.values.isEmpty ? "" : point.values.joined(separator: " × ") + ": "
            lines.append(
                values
                    + "\(number(point.ratePerSecond))/s (\(number(point.lowPerSecond)) – \(number(point.highPerSecond))), "
                    + "\(point.outcome.rawValue) after \(point.probes.count) probes"
                    + (point.reasonAbove.map { "; above: \($0)" } ?? ""))
        }
        if let target = result.target { lines.append(target.answer) }
        return (lines + result.notes).joined(separator: "\n")
    }

    private static func number(_ value: Double?) -> String {
        value.map { String(format: $0 < 100 ? "%.1f" : "%.0f", $0) } ?? "–"
    }

    private static func median(_ values: [Double]) -> Double? {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return nil }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
