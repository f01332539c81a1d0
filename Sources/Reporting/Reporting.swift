// Reporting: pure functions from a RunResult to everything a person or a program reads.
//
//                    ┌─► TerminalSummary   80 columns, colour when asked
//                    ├─► HTMLReport        one file, SVG charts, light and dark, no script needed
//   RunResult ───────┼─► OverviewCard      one SVG picture, for a README
//                    ├─► SeriesCSV         one line a second
//                    ├─► PercentileFile    one .hgrm a histogram
//                    └─► JSON              the result itself
//                              │
//                              └─► ReportWriter: a folder of all of them, result.json first
//
//   a sweep, a capacity search ─► Campaigns/   the scaling curve and its law in words, who set the limit, every probe
//   GateResult ────► Gate/         the verdict in words, the picture of both sides, Markdown, JUnit
//   two results ───► Comparison/   what differs first, then both laid over each other
//   RunHistory ────► History/      the list of runs, a metric's trend with its changes
//
//   RunCharts picks what of a result is drawn; Charts/ knows scales, marks and SVG, and nothing of results.
