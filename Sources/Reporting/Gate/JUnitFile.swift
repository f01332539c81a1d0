import FoundationEssentials
package import LoadMetrics

/// The outcome of a gate as a JUnit file, which CI systems read: one test case a metric, and one for the comparison.
///
/// A regression is a *failure*. A metric that is not clear, and sides that cannot be compared, are *errors*: a gate that
/// knows nothing must not look like one that passed. A metric that only is told is *skipped*, with its figures.
package enum JUnitFile {
    private struct Case {
        enum Outcome: String {
            case passed, failure, error, skipped
        }

        var name: String
        var outcome: Outcome
        var message: String
        var details: String
    }

    /// The file.
    package static func text(of result: GateResult) -> String {
        let cases = cases(of: result)
        func count(_ outcome: Case.Outcome) -> String { "\(cases.count { $0.outcome == outcome })" }
        let seconds = Quantity.fixed(Double(result.durationNanoseconds) / 1e9, decimals: 3)
        var markup = Markup()
        markup.append(markup: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        let totals: KeyValuePairs = [
            "name": "rafale gate \(result.scenario.name)", "tests": "\(cases.count)", "failures": count(.failure),
            "errors": count(.error), "skipped": count(.skipped), "time": seconds,
        ]
        markup.element("testsuites", totals) { suites in
            suites.append(markup: "\n")
            suites.element(
                "testsuite",
                [
                    "name": "rafale gate \(result.scenario.name)", "tests": "\(cases.count)",
                    "failures": count(.failure), "errors": count(.error), "skipped": count(.skipped),
                    "time": seconds, "timestamp": String(result.startedAt.formatted(WallTime.style).prefix(19)),
                ]
            ) { suite in
                suite.append(markup: "\n")
                properties(of: result, &suite)
                for (index, entry) in cases.enumerated() {
                    write(entry, suiteName: result.scenario.name, time: index == 0 ? seconds : "0", &suite)
                }
            }
            suites.append(markup: "\n")
        }
        return markup.text + "\n"
    }

    private static func properties(of result: GateResult, _ suite: inout Markup) {
        let properties = [
            ("verdict", result.verdict.rawValue), ("candidate", result.candidate.text),
            ("baseline", result.baseline.text), ("machine", result.machine.line), ("rules", result.rulesText),
            ("rounds", result.courseText),
        ]
        suite.element("properties") { list in
            for (name, value) in properties { list.empty("property", ["name": name, "value": value]) }
        }
        suite.append(markup: "\n")
    }

    private static func cases(of result: GateResult) -> [Case] {
        let broken = result.brokenCounts.map { "\($0) did not hold for the candidate" }
        let comparison = Case(
            name: "the runs can be compared",
            outcome: !broken.isEmpty ? .failure : result.problems.isEmpty ? .passed : .error,
            message: (broken + result.problems).first ?? "",
            details: (broken + result.problems).joined(separator: "\n"))
        return [comparison]
            + GateRow.all(of: result).map { row in
                let words = row.words(leastEffect: result.rules.leastEffect)
                let outcome: Case.Outcome =
                    switch row.finding.decision {
                    case _ where !row.finding.gates: .skipped
                    case .pass, .improvement: .passed
                    case .regression: .failure
                    case .unclear, .notMeasured: .error
                    }
                return Case(
                    name: row.metric.name, outcome: outcome,
                    message: row.finding.gates ? words : "told only: \(row.changeText)",
                    details: details(row, result, words))
            }
    }

    private static func details(_ row: GateRow, _ result: GateResult, _ words: String) -> String {
        func list(_ values: [Double]) -> String { values.map(row.metric.text).joined(separator: ", ") }
        return "\(row.metric.title): \(words)\nbaseline \(row.baselineText): \(list(row.baseline))\n"
            + "candidate \(row.candidateText): \(list(row.candidate))"
    }

    private static func write(_ entry: Case, suiteName: String, time: String, _ suite: inout Markup) {
        suite.element(
            "testcase", ["classname": "rafale.gate.\(suiteName)", "name": entry.name, "time": time]
        ) { testCase in
            switch entry.outcome {
            case .passed: if !entry.details.isEmpty { testCase.element("system-out", text: entry.details) }
            case .skipped:
                testCase.empty("skipped", ["message": entry.message])
                testCase.element("system-out", text: entry.details)
            case .failure, .error:
                testCase.element(
                    entry.outcome.rawValue,
                    ["message": entry.message, "type": entry.outcome == .failure ? "REGRESSION" : "INCONCLUSIVE"],
                    text: entry.details)
            }
        }
        suite.append(markup: "\n")
    }
}
