/// The look of all charts: colours for light and dark, lines, text.
///
/// The colours are told apart with any kind of colour blindness (blue, bluish green, vermilion, violet), reach a contrast of
/// 4.5 against their ground where they are text and 3 where they are lines, and never carry a meaning alone: a legend, a
/// dash or a place says the same.
enum ChartStyle {
    /// Custom properties by name: the value in light, the value in dark.
    static let colours: [(name: String, light: String, dark: String)] = [
        ("ground", "#f3f5f8", "#0d1219"),
        ("card", "#ffffff", "#151c26"),
        ("ink", "#17202e", "#e8edf4"),
        ("muted", "#56616f", "#a4b1c1"),
        ("edge", "#dde3ea", "#263142"),
        ("grid", "#e6eaf0", "#243040"),
        ("axis", "#9aa5b3", "#56657a"),
        ("band-even", "#f4f7fb", "#1a2330"),
        ("band-odd", "#e9eff7", "#202b3b"),
        ("band-idle", "#f3f1ec", "#1d1f24"),
        ("blue", "#0b6bb3", "#5aaef2"),
        ("green", "#00805f", "#3ccf9f"),
        ("orange", "#c2540a", "#f59b4e"),
        ("purple", "#7a48c0", "#b895f7"),
        ("red", "#bf2430", "#ff7f86"),
        ("amber", "#8a5a00", "#f0c05a"),
        ("grey", "#76818f", "#97a4b4"),
        ("teal", "#0b7f8a", "#4bd0da"),
    ]

    /// The custom properties for light, for dark where the reader prefers it.
    static var properties: String {
        func list(_ value: KeyPath<(name: String, light: String, dark: String), String>) -> String {
            colours.map { "--\($0.name):\($0[keyPath: value])" }.joined(separator: ";")
        }
        return ":root{color-scheme:light dark;\(list(\.light))}"
            + "@media (prefers-color-scheme:dark){:root{\(list(\.dark))}}"
    }

    /// The family of all text.
    static let fontFamily =
        "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Liberation Sans',sans-serif"

    /// The rules of the charts' classes.
    static var rules: String {
        let swatches: [Swatch] = [.blue, .green, .orange, .purple, .red, .grey, .teal]
        return swatches.map {
            ".c-\($0.rawValue){stroke:var(--\($0.rawValue))}.f-\($0.rawValue){fill:var(--\($0.rawValue))}"
        }.joined() + """
            .chart text{font:12px \(fontFamily);font-variant-numeric:tabular-nums;fill:var(--muted)}\
            .chart .legend{fill:var(--ink)}.chart .legend.heading{font-weight:650}\
            .chart .band-label{font-size:11px;font-weight:600}\
            .chart .axis-title,.chart .limit-label{font-size:11px}\
            .chart .empty{font-size:14px}\
            .band.even{fill:var(--band-even)}.band.odd{fill:var(--band-odd)}.band.idle{fill:var(--band-idle)}\
            .fault{fill:var(--red);fill-opacity:.16}\
            .chart .fault-label{font-size:10.5px;font-weight:700;fill:var(--red)}\
            .grid{stroke:var(--grid);stroke-width:1}.axis,.tick-mark{stroke:var(--axis);stroke-width:1}\
            .line{fill:none;stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}\
            .line.bold{stroke-width:2.75}.line.thin{stroke-width:1.1}\
            .line.dashed{stroke-dasharray:7 5}.line.dotted{stroke-dasharray:0.1 5;stroke-width:2.6}\
            .area{stroke:none}.dot.hollow{fill:var(--card);stroke-width:1.75}\
            .marker{stroke:var(--muted);stroke-width:1.25;stroke-dasharray:4 4}\
            .chart .marker-label{font-size:11.5px;font-weight:600;fill:var(--ink);paint-order:stroke;\
            stroke:var(--card);stroke-width:3px;stroke-linejoin:round}\
            .limit{stroke:var(--red);stroke-width:1.25;stroke-dasharray:2 4}.chart .limit-label{fill:var(--red);paint-order:stroke;\
            stroke:var(--card);stroke-width:3px;stroke-linejoin:round}\
            .readings rect{fill:transparent}.readings rect:hover{fill:var(--ink);fill-opacity:.07}
            """
    }
}
