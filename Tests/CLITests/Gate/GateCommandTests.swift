import ArgumentParser
import Foundation
import LoadMetrics
import Scenarios
import Testing

@testable import CLI

@Suite("The command line of a gate")
struct GateCommandTests {
    @Test("rounds are a range", arguments: [("4..20", 4...20), ("7", 7...7), ("1..1", 1...1)])
    func rounds(_ text: String, _ range: ClosedRange<Int>) {
        #expect(RoundRange(argument: text)?.rounds == range)
    }

    @Test(
        "what is no range of rounds is refused",
        arguments: ["", "0..4", "5..4", "4.20", "a..b", "4..", "-1", "1..9999"])
    func badRounds(_ text: String) { #expect(RoundRange(argument: text) == nil) }

    @Test(
        "shares are written with or without %",
        arguments: [("5%", 0.05), ("0.05", 0.05), ("2.5%", 0.025), ("10 %", 0.1)])
    func shares(_ text: String, _ share: Double) {
        #expect(abs((ShareArgument(argument: text)?.share ?? 9) - share) < 1e-12)
    }

    @Test("what is no share is refused", arguments: ["", "%", "-1%", "nan", "inf", "five"])
    func badShares(_ text: String) { #expect(ShareArgument(argument: text) == nil) }

    @Test("metrics have the names of thresholds")
    func metrics() {
        let list = MetricList(argument: "throughput, cpu_per_million.broker,end_to_end.p99.9,memory.worker,confirm.max")
        #expect(
            list?.metrics.map(\.name) == [
                "throughput", "cpu_per_million.broker", "end_to_end.p99.9", "memory.worker", "confirm.max",
            ])
        for bad in [
            "", "throughput.worker", "cpu_per_million", "cpu_per_million.cat", "end_to_end", "end_to_end.p0",
            "end_to_end.p101", "memory.p99", "throughput,throughput", "lost",
        ] {
            #expect(MetricList(argument: bad) == nil, "\(bad)")
        }
    }

    @Test(
        "sides that make no sense are refused before anything runs",
        arguments: [
            [], ["--baseline", "a", "--against", "b"], ["--write-baseline", "--against", "b"],
            ["--against", "b", "--least-effect", "0"], ["--against", "b", "--false-alarms", "60%"],
            ["--against", "b", "--budget", "100ms"], ["--against", "b", "--metrics", "speed"],
            ["--against", "b", "--rounds", "9..3"],
        ])
    func refused(_ arguments: [String]) {
        #expect(throws: (any Error).self) { _ = try GateCommand.parse(["s.yaml"] + arguments) }
    }

    @Test("what decides follows from the scenario")
    func deciding() throws {
        func metrics(_ text: String) throws -> [String] {
            try ScenarioFile(bytes: Array(text.utf8), path: "s.yaml", environment: [:]).scenario.decidingMetrics
                .map(\.name)
        }
        #expect(
            try metrics("phases: [{rate: {saturate: 100}, for: 1s}]") == ["throughput", "cpu_per_million.worker"])
        #expect(
            try metrics("phases: [{rate: 100/s, for: 1s}]") == ["cpu_per_million.worker", "end_to_end.p50"])
        // A warm-up in a closed loop makes no closed loop.
        #expect(
            try metrics("phases: [{rate: {saturate: 9}, for: 1s, measure: false}, {rate: 9/s, for: 1s}]").last
                == "end_to_end.p50")
        #expect(
            try metrics("{phases: [{rate: 100/s, for: 1s}], workers: {count: 0}, mix: {opaque: 1}}")
                == ["cpu_per_million.broker"])
    }

    @Test("--measure sets the measured phases, whatever ended them")
    func measure() throws {
        let text = """
            phases:
              - {rate: 10/s, for: 1s, measure: false}
              - {rate: 10/s, for: 9s}
              - {rate: 10/s, count: 500}
            """
        let file = try ScenarioFile(bytes: Array(text.utf8), path: "s.yaml", environment: [:])
        let keys = file.scenario.overrides(measuring: "2s")
        let set = try ScenarioFile(bytes: Array(text.utf8), path: "s.yaml", overrides: keys, environment: [:])
        #expect(
            set.scenario.phases.map(\.end) == [.duration(.seconds(1)), .duration(.seconds(2)), .duration(.seconds(2))])
    }
}

@Suite("A committed baseline")
struct BaselineFileTests {
    static let machine = MachineFacts(
        cpuModel: "A", cores: 2, usableCores: 2, memoryBytes: 1 << 33, kernel: "Linux 6.1", architecture: "x86_64",
        operatingSystem: "Debian")

    static let baseline = GateBaseline(
        scenario: "steady", effectiveScenario: "rate: 10/s\nfor: 1s\n", measure: "1s",
        measuredAt: Date(timeIntervalSince1970: 0),
        machine: machine, toolVersion: "0.1.0", revision: "abc", broker: "Rafale 0.1.0",
        runs: [GateTallyTests.run(.baseline, round: 1)])

    @Test("is read as it was written, from a folder that is made for it")
    func file() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("baseline-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/deep/steady.json"
        try BaselineFile.write(Self.baseline, to: path)
        #expect(try BaselineFile.read(path) == Self.baseline)
        let error = #expect(throws: CommandFailure.self) { _ = try BaselineFile.read(folder.path + "/none.json") }
        #expect(error?.description.hasSuffix("there is no such file; write one with --write-baseline") == true)
        try Data(#"{"format": "rafale-run", "schemaVersion": 2}"#.utf8).write(to: URL(fileURLWithPath: path))
        let foreign = #expect(throws: CommandFailure.self) { _ = try BaselineFile.read(path) }
        #expect(foreign?.description.contains("its format is 'rafale-run'") == true && foreign?.status == .usage)
        let newer = String(decoding: try Self.baseline.json(), as: UTF8.self)
            .replacingOccurrences(of: #""schemaVersion" : 1"#, with: #""schemaVersion" : 9"#)
        try Data(newer.utf8).write(to: URL(fileURLWithPath: path))
        let later = #expect(throws: CommandFailure.self) { _ = try BaselineFile.read(path) }
        #expect(later?.description.contains("a baseline of version 9, and this program reads up to 1") == true)
    }

    @Test("of the same load and machine refuses nothing")
    func same() {
        let refusals = Self.baseline.refusals(
            effectiveScenario: Self.baseline.effectiveScenario, machine: Self.machine, acceptsOtherMachine: false)
        #expect(refusals.problems.isEmpty && refusals.notes.isEmpty)
    }

    @Test("of another machine is refused by its facts, unless that is accepted and told")
    func otherMachine() {
        var machine = Self.machine
        (machine.usableCores, machine.governor) = (1, "powersave")
        let refusals = Self.baseline.refusals(
            effectiveScenario: Self.baseline.effectiveScenario, machine: machine, acceptsOtherMachine: false)
        #expect(refusals.problems.count == 1)
        #expect(
            refusals.problems.first?.contains(
                "(cores 1 usable of 2, not 2 usable of 2; frequency governor powersave, not none)") == true)
        let accepted = Self.baseline.refusals(
            effectiveScenario: Self.baseline.effectiveScenario, machine: machine, acceptsOtherMachine: true)
        #expect(accepted.problems.isEmpty && accepted.notes.count == 1)
    }

    @Test("of another load or another kind of result is refused")
    func otherLoad() {
        var baseline = Self.baseline
        baseline.resultVersion -= 1
        let refusals = baseline.refusals(
            effectiveScenario: "rate: 20/s\nfor: 1s\n", machine: Self.machine, acceptsOtherMachine: true)
        #expect(refusals.problems.count == 2)
        #expect(refusals.problems.last?.contains("'rate: 20/s' now, 'rate: 10/s' then") == true)
    }

    @Test("of another length of the phases names the --measure to give")
    func otherMeasure() {
        func problems(_ measure: String?, against then: String?) -> [String] {
            var baseline = Self.baseline
            baseline.measure = then
            let effective = measure == then ? baseline.effectiveScenario : "rate: 10/s\nfor: 9s\n"
            return baseline.refusals(
                effectiveScenario: effective, measure: measure, machine: Self.machine, acceptsOtherMachine: false
            ).problems
        }
        #expect(problems("5s", against: "5s").isEmpty && problems(nil, against: nil).isEmpty)
        #expect(
            problems(nil, against: "5s") == [
                "The baseline is of another load: 'for: 9s' now, 'for: 1s' then; take the same scenario and --set with "
                    + "--measure 5s, or write it anew with --write-baseline."
            ])
        #expect(problems("2s", against: "5s").first?.contains(" with --measure 5s, or") == true)
        #expect(problems("2s", against: nil).first?.contains(", without --measure or with another, or") == true)
    }
}

@Suite("The calibration of a gate")
struct GateCalibrationTests {
    private static func answer(_ question: GateCalibration.Question, _ verdict: GateResult.Verdict)
        -> GateCalibration.Answer
    {
        .init(
            question: question, verdict: verdict, rounds: 7, seconds: 30,
            findings: [
                GateFinding(
                    metric: GateTallyTests.cpu, gates: true, decision: .pass, change: question == .same ? 0.002 : 0.101,
                    roundNoise: 0.043)
            ])
    }

    @Test("asks both kinds of question all the time")
    func order() throws {
        let order = GateCalibration.order(try #require(ComparisonCounts(argument: "20,10")))
        #expect(order.count { $0 == .same } == 20 && order.count { $0 == .slower } == 10)
        #expect(order.prefix(6).count { $0 == .slower } == 2)
        for bad in ["", "20", "0,0", "-1,2", "1,2,3", "a,b"] { #expect(ComparisonCounts(argument: bad) == nil) }
    }

    @Test("tells how often the gate was right, between which ends, and the noise")
    func text() {
        var calibration = GateCalibration(factor: 1.1)
        for _ in 1...20 { calibration.add(Self.answer(.same, .pass)) }
        for index in 1...10 { calibration.add(Self.answer(.slower, index == 1 ? .inconclusive : .regression)) }
        #expect(calibration.isGood)
        #expect(
            calibration.text == """
                compared                  asked  REGRESSION  PASS  INCONCLUSIVE  rounds  seconds
                equal programs               20           0    20             0     7.0     30.0
                10 % more worker CPU         10           9     0             1     7.0     30.0
                false alarms: 0 of 20; with 95 % confidence from 0.0 to 16.8 % of all
                slow-downs found: 9 of 10; with 95 % confidence from 55.5 to 99.7 % of all
                cpu_per_million.worker: noise of a round 4.3 %, mean change of equal programs +0.2 %, \
                of the slower one +10.1 %

                """)
        calibration.add(Self.answer(.slower, .pass))
        #expect(!calibration.isGood)
    }
}
