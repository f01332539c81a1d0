import ArgumentParser
import Foundation
import LoadMetrics
import Statistics

/// How often to ask the gate a question whose answer is known.
struct GateCalibrationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Instead: compare the program with itself so many times, then with itself made slower so many times, and "
                + "tell how often the gate was right.", valueName: "same,slower"))
    var calibrate: ComparisonCounts?

    @Option(help: "How much more CPU the workers of the slower one burn: 1.10 for 10 %.")
    var calibrateFactor = 1.10

    func validate() throws {
        guard (1...100).contains(calibrateFactor) else {
            throw ValidationError("--calibrate-factor must be from 1 to 100, not \(calibrateFactor).")
        }
    }
}

/// `20,10`: comparisons of equal programs, and with a slower one.
struct ComparisonCounts: ExpressibleByArgument, Equatable {
    let same: Int
    let slower: Int

    init?(argument: String) {
        let counts = argument.split(separator: ",").compactMap { Int($0) }
        guard counts.count == 2, counts.allSatisfy({ (0...10_000).contains($0) }), counts.reduce(0, +) > 0 else {
            return nil
        }
        (same, slower) = (counts[0], counts[1])
    }
}

/// The answers of a gate to questions whose answers are known.
struct GateCalibration {
    /// What is compared with the program itself.
    enum Question: CaseIterable {
        case same, slower
    }

    /// One comparison.
    struct Answer {
        var question: Question
        var verdict: GateResult.Verdict
        var rounds: Int
        var seconds: Double
        var findings: [GateFinding]
    }

    let factor: Double
    private(set) var answers: [Answer] = []

    init(factor: Double) { self.factor = factor }

    mutating func add(_ answer: Answer) { answers.append(answer) }

    /// The questions in the order in which they are asked: spread over each other, so that a machine that changes while
    /// they are asked does not change one kind alone.
    static func order(_ counts: ComparisonCounts) -> [Question] {
        let all = counts.same + counts.slower
        return (0..<all).map { index in
            (index + 1) * counts.slower / all > index * counts.slower / all ? .slower : .same
        }
    }

    /// Whether false alarms are at most 1 in 20, and at least 9 in 10 slow-downs were found.
    var isGood: Bool {
        let (alarms, same) = regressions(.same)
        let (found, slower) = regressions(.slower)
        return alarms * 20 <= same && found * 10 >= slower * 9
    }

    private func regressions(_ question: Question) -> (count: Int, of: Int) {
        let asked = answers.filter { $0.question == question }
        return (asked.count { $0.verdict == .regression }, asked.count)
    }

    /// What came out, in lines of at most 80 columns.
    var text: String {
        var lines = ["compared                  asked  REGRESSION  PASS  INCONCLUSIVE  rounds  seconds"]
        for question in Question.allCases {
            let asked = answers.filter { $0.question == question }
            guard !asked.isEmpty else { continue }
            func count(_ verdict: GateResult.Verdict) -> Int { asked.count { $0.verdict == verdict } }
            func mean(_ value: (Answer) -> Double) -> Double {
                asked.reduce(0) { $0 + value($1) } / Double(asked.count)
            }
            lines.append(
                String(
                    format: "%@ %6d %11d %5d %13d %7.1f %8.1f", name(question), asked.count, count(.regression),
                    count(.pass), count(.inconclusive), mean { Double($0.rounds) }, mean(\.seconds)))
        }
        for (words, question) in [("false alarms", Question.same), ("slow-downs found", .slower)] {
            let (count, all) = regressions(question)
            guard all > 0 else { continue }
            let interval = BinomialProportion.interval(successes: count, trials: all, confidence: 0.95)
            lines.append(
                String(
                    format: "%@: %d of %d; with 95 %% confidence from %.1f to %.1f %% of all", words, count, all,
                    interval.low * 100, interval.high * 100))
        }
        lines += noiseLines
        return lines.joined(separator: "\n") + "\n"
    }

    private func name(_ question: Question) -> String {
        let name =
            switch question {
            case .same: "equal programs"
            case .slower: String(format: "%.0f %% more worker CPU", (factor - 1) * 100)
            }
        return name.padding(toLength: 24, withPad: " ", startingAt: 0)
    }

    /// The noise of a single round, and what was found of the slow-down, by metric.
    private var noiseLines: [String] {
        let metrics = answers.first?.findings.filter(\.gates).map(\.metric) ?? []
        return metrics.map { metric in
            func values(_ question: Question, _ value: (GateFinding) -> Double?) -> [Double] {
                answers.filter { $0.question == question }.compactMap { answer in
                    answer.findings.first { $0.metric == metric }.flatMap(value)
                }
            }
            func mean(_ values: [Double]) -> String {
                values.isEmpty ? "–" : String(format: "%+.1f %%", values.reduce(0, +) / Double(values.count) * 100)
            }
            let noise = values(.same, \.roundNoise)
            return "\(metric.name): noise of a round \(mean(noise).dropFirst()), mean change of equal programs "
                + "\(mean(values(.same, \.change))), of the slower one \(mean(values(.slower, \.change)))"
        }
    }
}

extension GateSession {
    /// Asks the gate questions whose answers are known, and tells how often it was right.
    func calibrate(_ counts: ComparisonCounts, _ options: GateCalibrationOptions) async throws -> ExitStatus {
        var calibration = GateCalibration(factor: options.calibrateFactor)
        let questions = GateCalibration.order(counts)
        for (index, question) in questions.enumerated() {
            let environment =
                question == .slower ? [WorkerCommand.testCostFactor: "\(options.calibrateFactor)"] : [:]
            let result = try await gate(candidateEnvironment: environment)
            if interruption.isAsked { break }
            let answer = GateCalibration.Answer(
                question: question, verdict: result.verdict, rounds: result.completedRounds,
                seconds: Double(result.durationNanoseconds) / 1e9, findings: result.findings)
            calibration.add(answer)
            let figures = result.findings.filter(\.gates).compactMap { finding in
                finding.change.map { "\(finding.metric.name) \(String(format: "%+.1f %%", $0 * 100))" }
            }
            command.progress(
                "\(index + 1)/\(questions.count) \(question == .same ? "equal" : "slower"): \(result.verdict.rawValue) after "
                    + "\(answer.rounds) rounds, \(Int(answer.seconds)) s: \(figures.joined(separator: ", "))"
                    + result.problems.map { "; \($0)" }.joined())
        }
        print(calibration.text, terminator: "")
        try? Data(calibration.text.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/calibration.txt"))
        if interruption.isAsked { return .interrupted }
        return calibration.isGood ? .success : .thresholdFailed
    }
}
