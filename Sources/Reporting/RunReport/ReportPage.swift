/// What every page of a report has: its head and look, the header with its verdict, tiles, framed charts, the footer.
///
/// Nothing outside of the page is loaded, and it needs no script.
enum ReportPage {
    /// A page with what `content` writes into its middle.
    static func html(title: String, _ content: (inout Markup) -> Void) -> String {
        var page = Markup()
        page.append(markup: "<!DOCTYPE html>\n")
        page.element("html", ["lang": "en"]) { html in
            html.element("head") { head in
                head.append(
                    markup: """
                        <meta charset="utf-8">\
                        <meta name="viewport" content="width=device-width,initial-scale=1">\
                        <meta http-equiv="Content-Security-Policy" \
                        content="default-src 'none';style-src 'unsafe-inline';script-src 'unsafe-inline';img-src data:">\
                        <meta name="generator" content="rafale">
                        """)
                head.element("title", text: title + " · Rafale")
                head.append(markup: "<style>\(ChartStyle.properties)\(ChartStyle.rules)\(ReportStyle.rules)</style>")
            }
            html.element("body") { body in
                body.element("main") { content(&$0) }
                body.append(markup: "<script>\(ReportStyle.script)</script>")
            }
        }
        return page.text + "\n"
    }

    /// A word in a frame beside the title.
    struct Badge {
        var text: String
        var tone: String
        var isSmall = false
    }

    /// A sentence that a reader must see before the figures.
    struct Banner {
        var strong = ""
        var text: String
        var tone: String
    }

    /// The brand, the title with its badges, what it is about, where and when it was, and what must be seen first.
    static func header(
        _ main: inout Markup, title: String, badges: [Badge], summary: String? = nil, meta: String,
        banners: [Banner] = []
    ) {
        main.element("header") { header in
            header.element("p", ["class": "brand"]) { brand in
                brand.append(markup: ReportStyle.mark)
                brand.write("Rafale")
            }
            header.element("div", ["class": "title"]) { line in
                line.element("h1", text: title)
                for badge in badges {
                    line.element(
                        "span", ["class": "badge\(badge.isSmall ? " small" : "") \(badge.tone)"], text: badge.text)
                }
            }
            if let summary, !summary.isEmpty { header.element("p", ["class": "summary"], text: summary) }
            header.element("p", ["class": "meta"], text: meta)
            for banner in banners {
                header.element("p", ["class": "banner \(banner.tone)"]) { text in
                    if !banner.strong.isEmpty { text.element("strong", text: banner.strong) }
                    text.write(banner.text)
                }
            }
        }
    }

    /// What a reader looks for first, as large figures.
    static func tiles(_ main: inout Markup, _ tiles: [Tile], label: String) {
        main.element("section", ["class": "tiles", "aria-label": label]) { section in
            for tile in tiles {
                section.element("div", ["class": "tile \(tile.tone)"]) { box in
                    box.element("p", ["class": "label"], text: tile.label)
                    box.element("p", ["class": "figure"], text: tile.figure)
                    box.element("p", ["class": "detail"], text: tile.detail)
                }
            }
        }
    }

    /// A chart in its frame, drawn once for each screen.
    static func figure(_ section: inout Markup, _ chart: Chart, wide: Bool, caption: String) {
        figureFrame(&section, wide: wide, title: chart.title, caption: caption) { frame in
            let formats: [Chart.Format] = wide ? [.wide, .half, .narrow] : [.half, .narrow]
            for format in formats { frame.append(markup: chart.svg(format)) }
        }
    }

    /// The frame of a picture, with its title and what it shows.
    static func figureFrame(
        _ section: inout Markup, wide: Bool, title: String, caption: String, _ content: (inout Markup) -> Void
    ) {
        section.element("figure", ["class": wide ? "card full" : "card"]) { figure in
            figure.element("figcaption") { text in
                text.element("h2", text: title)
                text.element("p", text: caption)
            }
            content(&figure)
        }
    }

    /// The last line.
    static func footer(_ main: inout Markup, _ text: String) {
        main.element("footer") { $0.element("p", text: text) }
    }
}
