/// A colour with a meaning; the style sheet gives it a value for light and one for dark.
enum Swatch: String, Sendable {
    case blue, green, orange, purple, red, grey, teal
}

/// How a line is drawn.
enum Stroke: String, Sendable {
    /// The line that matters most.
    case bold
    case normal
    case dashed
    case dotted
    case thin
}

/// A place in the chart's own values.
struct Point: Sendable, Equatable {
    var x: Double
    var y: Double
}

/// Something drawn in the plot.
enum Mark: Sendable {
    /// A line through points; a missing one breaks it, and one alone becomes a dot.
    case line([Point?], Swatch, Stroke)
    /// The surface between two values of y over the same x.
    case area([(x: Double, low: Double, high: Double)], Swatch, opacity: Double)
    /// Single points; hollow ones are there, and do not count.
    case dots([Point], Swatch, isHollow: Bool)
    /// From the lowest to the highest of several figures at one x.
    case whiskers([(x: Double, low: Double, high: Double)], Swatch)
}

/// What an axis shows.
struct Axis: Sendable {
    var scale: Scale
    var title: String
    /// Ticks for a wide picture and for a narrow one.
    var tickCounts: (wide: Int, narrow: Int) = (6, 4)
    /// Where ticks stand, when not at round values: those without room for a label have none.
    var ticks: [Double]?
    var label: @Sendable (Double) -> String
}

/// A picture with two axes, as SVG for a wide screen or for a phone.
///
/// ```
///  ── offered  ── published                      legend
///  ┌────────────┬──────────────────┬────────┐
///  │ warm-up    │ burst            │ drain  │   bands
///  │      ╭─────┼──╮    ╭──╮       │        │   marks
///  └──────┴─────┴──┴────┴──┴───────┴────────┘   axes
/// ```
struct Chart: Sendable {
    /// A stretch along x that is shaded and named.
    struct Band: Sendable {
        var from: Double
        var to: Double
        var label: String
        /// A stretch that does not count is hatched.
        var counts: Bool
    }

    /// A stretch along x in which something was broken on purpose; one without a length is a line.
    struct Disturbance: Sendable {
        var from: Double
        var to: Double
        var label: String
    }

    /// A horizontal line with a name: a limit.
    struct Limit: Sendable {
        var y: Double
        var label: String
    }

    /// A vertical line with a name: a place along x.
    struct Marker: Sendable {
        var x: Double
        var label: String
    }

    /// A line of the legend.
    struct LegendEntry: Sendable {
        var label: String
        var swatch: Swatch
        var stroke: Stroke = .normal
        /// A surface is shown as a square, not as a line.
        var isArea = false
        /// Single points are shown as one.
        var isDot = false
        /// How much of the surface's ground is covered.
        var opacity = 1.0
    }

    /// A stretch along x with figures that appear when a pointer rests there.
    struct Reading: Sendable {
        var from: Double
        var to: Double
        var text: String
    }

    /// Identifies the chart in its page; letters, digits, hyphens.
    var id: String
    var title: String
    /// What the chart says, for those who cannot see it.
    var summary: String
    var x: Axis
    var y: Axis
    var bands: [Band] = []
    var disturbances: [Disturbance] = []
    var marks: [Mark] = []
    var limits: [Limit] = []
    var markers: [Marker] = []
    var legend: [LegendEntry] = []
    var readings: [Reading] = []
    /// What stands in the middle when there is nothing to draw.
    var emptyText = "nothing was measured"

    /// For which screen a picture is drawn.
    enum Format: String, CaseIterable, Sendable {
        case wide, half, card, narrow

        var width: Double {
            switch self {
            case .wide: 1_080
            case .half: 560
            case .card: 436
            case .narrow: 358
            }
        }

        var plotHeight: Double {
            switch self {
            case .wide: 280
            case .half: 220
            case .card: 190
            case .narrow: 200
            }
        }

        var isNarrow: Bool { self == .narrow || self == .card }
    }

    /// The picture as an `svg` element; with a place when it is part of a larger picture.
    func svg(_ format: Format, at place: Point? = nil) -> String {
        ChartDrawing(chart: self, format: format).svg(at: place)
    }

    /// Whether any mark has something to draw.
    var isEmpty: Bool {
        marks.allSatisfy {
            switch $0 {
            case .line(let points, _, _): points.allSatisfy { $0 == nil }
            case .area(let points, _, _): points.isEmpty
            case .dots(let points, _, _): points.isEmpty
            case .whiskers(let ends, _): ends.isEmpty
            }
        }
    }
}
