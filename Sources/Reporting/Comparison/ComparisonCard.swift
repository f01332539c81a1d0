import LoadMetrics

/// A comparison in one SVG picture, for a README or a mail.
package enum ComparisonCard {
    /// Two runs.
    package static func svg(of comparison: RunComparison) -> String {
        card(
            comparison.first.scenario.name, of: "runs", comparison.labels,
            tiles: (comparison.figures.filter { $0.title != "offered" }.prefix(2) + comparison.quantiles.prefix(2)).map
            {
                Tile(label: $0.title, figure: $0.changeText, detail: "A \($0.firstText) · B \($0.secondText)")
            },
            charts: [
                ComparisonCharts.percentiles(of: comparison), ComparisonCharts.densities(of: comparison),
                ComparisonCharts.throughput(of: comparison),
            ])
    }

    /// Two sweeps; figures are of the first point that both have.
    package static func svg(of comparison: SweepComparison) -> String {
        let measures = SweepComparison.Measure.allCases.filter { !comparison.rows(of: $0).isEmpty }
        return card(
            comparison.first.campaign.scenario.name, of: "sweeps", comparison.labels,
            tiles: measures.compactMap { measure in
                comparison.rows(of: measure).first { $0.change != nil }.map { row in
                    Tile(
                        label: "\(measure.title), \(comparison.keyNames(comparison.first)) \(row.point)",
                        figure: row.changeText, detail: "A \(row.firstText) · B \(row.secondText)")
                }
            }, charts: measures.map { ComparisonCharts.sweep($0, of: comparison) })
    }

    private static func card(
        _ name: String, of kind: String, _ labels: (first: String, second: String), tiles: [Tile], charts: [Chart]
    ) -> String {
        TiledCard(
            name: name, title: "\(name): two \(kind), compared", badge: (text: "\(kind) compared", tone: "plain"),
            line: "A: \(labels.first) · B: \(labels.second)", tiles: tiles, charts: charts
        ).svg
    }
}
