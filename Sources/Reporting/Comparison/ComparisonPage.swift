import FoundationEssentials
import LoadMetrics

/// A comparison as one HTML page: what differs first, then both laid over each other.
package enum ComparisonPage {
    /// Two runs.
    package static func html(of comparison: RunComparison) -> String {
        let (first, second) = (comparison.first, comparison.second)
        return ReportPage.html(title: "\(first.scenario.name), compared") { main in
            ReportPage.header(
                &main, title: first.scenario.name, badges: [.init(text: "compared", tone: "plain", isSmall: true)],
                summary: "A: \(comparison.labels.first) · B: \(comparison.labels.second)",
                meta: "A \(WallTime.label(first.run.startedAt)) · B \(WallTime.label(second.run.startedAt))",
                banners: comparison.warnings.map { .init(text: $0, tone: "warn") })
            differences(
                &main, machine: comparison.machineDifferences, version: comparison.versionDifferences,
                scenario: comparison.scenarioDifferences, same: first.machine.line)
            main.element("section", ["class": "charts", "aria-label": "Charts"]) { section in
                ReportPage.figure(
                    &section, ComparisonCharts.percentiles(of: comparison), wide: true,
                    caption: "How long messages took, end to end. Each step to the right is one nine more.")
                ReportPage.figure(
                    &section, ComparisonCharts.densities(of: comparison), wide: true,
                    caption: "The same as distributions: the share of messages at each latency.")
                ReportPage.figure(
                    &section, ComparisonCharts.throughput(of: comparison), wide: true,
                    caption: "Results read back each second, both counted from their start.")
            }
            figures(&main, comparison)
            ReportPage.footer(&main, RunComparison.remarks.joined(separator: " "))
        }
    }

    /// Two sweeps.
    package static func html(of comparison: SweepComparison) -> String {
        let (first, second) = (comparison.first.campaign, comparison.second.campaign)
        return ReportPage.html(title: "sweeps of \(first.scenario.name), compared") { main in
            ReportPage.header(
                &main, title: first.scenario.name,
                badges: [.init(text: "sweeps compared", tone: "plain", isSmall: true)],
                summary: "A: \(comparison.labels.first) · B: \(comparison.labels.second)",
                meta: "A \(WallTime.label(first.startedAt)) · B \(WallTime.label(second.startedAt))",
                banners: comparison.warnings.map { .init(text: $0, tone: "warn") })
            differences(
                &main, machine: comparison.machineDifferences, version: comparison.versionDifferences,
                scenario: comparison.scenarioDifferences, same: first.machine.line)
            main.element("section", ["class": "charts", "aria-label": "Charts"]) { section in
                for measure in SweepComparison.Measure.allCases where !comparison.rows(of: measure).isEmpty {
                    ReportPage.figure(
                        &section, ComparisonCharts.sweep(measure, of: comparison), wide: measure == .throughput,
                        caption: "A line through the middles of the repeats; each dot is a run.")
                }
            }
            for measure in SweepComparison.Measure.allCases { points(&main, measure, comparison) }
            ReportPage.footer(&main, comparison.remarks.joined(separator: " "))
        }
    }

    private static func points(
        _ main: inout Markup, _ measure: SweepComparison.Measure, _ comparison: SweepComparison
    ) {
        let rows = comparison.rows(of: measure)
        guard !rows.isEmpty else { return }
        HTMLReport.card(&main, measure.title) { section in
            HTMLReport.table(
                &section,
                columns: [
                    (comparison.keyNames(comparison.first), false), ("A", false), ("B", false), ("change", false),
                    (SweepComparison.intervalTitle, false), ("runs", true),
                ],
                rows: rows.map { row in
                    (
                        [
                            row.point, row.firstText, row.secondText, row.changeText, row.intervalText,
                            "\(row.first.count), \(row.second.count)",
                        ], ""
                    )
                })
        }
    }

    private static func differences(
        _ main: inout Markup, machine: [RunComparison.Difference], version: [RunComparison.Difference],
        scenario: [LineDifference], same: String
    ) {
        HTMLReport.card(&main, "What differs") { section in
            if machine.isEmpty { section.element("p", ["class": "hint"], text: "The machine is the same: \(same).") }
            if version.isEmpty { section.element("p", ["class": "hint"], text: "Program and broker are the same.") }
            if !machine.isEmpty || !version.isEmpty {
                HTMLReport.table(
                    &section, columns: [("", false), ("A", false), ("B", false)],
                    rows: (machine + version).map { ([$0.name, $0.first, $0.second], "") })
            }
            if scenario.isEmpty {
                section.element("p", ["class": "hint"], text: "The scenario is the same.")
            } else {
                section.element(
                    "pre", ["tabindex": "0"],
                    text: scenario.map { ($0.isAdded ? "+ " : "− ") + $0.line }.joined(separator: "\n"))
            }
        }
    }

    private static func figures(_ main: inout Markup, _ comparison: RunComparison) {
        HTMLReport.card(&main, "Figures") { section in
            HTMLReport.table(
                &section,
                columns: [
                    ("", false), ("A", false), ("its interval", true), ("B", false), ("its interval", true),
                    ("change", false),
                ],
                rows: (comparison.figures + comparison.quantiles).map { figure in
                    (
                        [
                            figure.title, figure.firstText, figure.intervals?.first ?? "", figure.secondText,
                            figure.intervals?.second ?? "", figure.changeText,
                        ], ""
                    )
                })
        }
    }
}
