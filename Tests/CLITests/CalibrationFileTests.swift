import Drivers
import Foundation
import LoadGenerator
import LoadMetrics
import Scenarios
import Testing

@testable import CLI

@Suite struct CalibrationFileTests {
    private static func calibration(_ change: (inout Calibration) -> Void = { _ in }) -> Calibration {
        var calibration = Calibration(
            measuredAt: Date(timeIntervalSince1970: 1), toolVersion: Rafale.version,
            optimizedBuild: Rafale.isOptimized, machine: MachineFacts.current(),
            rates: [CalibratedRate(connections: 1, bodyBytes: 100, perSecond: 5_000, cpuSecondsPerMillion: 1)],
            timers: [], clock: ClockPrecision(resolutionNanoseconds: 1, leastStepNanoseconds: 1, readNanoseconds: 1))
        change(&calibration)
        return calibration
    }

    private static var plan: LoadPlan {
        let queue = QueuePlan(name: "q", durable: true)
        return LoadPlan(
            seed: 1, spacing: .uniform, phases: [],
            kinds: [.init(weight: 1, templates: 0..<2, deletes: false, updates: true)],
            topology: LoadTopology(
                exchange: "", exchangeKind: "direct", exchangeDurable: true, exchangeArguments: [],
                incoming: [queue], processed: [queue], failed: [queue], keepQueues: false),
            publisher: PublisherSettings(
                run: RunID(rawValue: 1), exchange: "", routingKey: "q",
                templates: [50, 150].map {
                    MessageTemplate(
                        body: [UInt8](repeating: 0, count: $0), documentIDOffset: nil, timestampOffset: nil,
                        deletes: false)
                }),
            connections: 1, confirmWindow: 1, collectors: 0, collectorPrefetch: 0, awaitsOutcome: false,
            scheduleDebtNanoseconds: 1, drain: .seconds(1), purge: false)
    }

    /// What a run makes of a calibration in the file.
    private func use(_ calibration: Calibration) throws -> CalibrationUse {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("deep").appendingPathComponent("c.json").path
        try CalibrationFile.write(calibration, to: path)
        return CalibrationFile.use(by: Self.plan, target: .broker, path: path)
    }

    @Test func aCalibrationOfThisMachineIsUsedWithTheMeanBody() throws {
        let use = try use(Self.calibration())
        #expect(Self.plan.meanBodyBytes == 100)
        #expect(use.limitPerSecond == 5_000 && use.whyNot == nil && use.calibration == Self.calibration())
    }

    @Test func oneOfAnotherGeneratorIsNotAndTheReasonIsSaid() throws {
        let others: [(String, (inout Calibration) -> Void)] = [
            ("version", { $0.toolVersion = "0.0.0" }), ("build", { $0.optimizedBuild.toggle() }),
            ("processor", { $0.machine.cpuModel = "other" }), ("cores", { $0.machine.usableCores += 1 }),
            ("clock source", { $0.machine.clockSource = "other" }), ("kernel", { $0.machine.kernel = "other" }),
        ]
        for (word, change) in others {
            let use = try use(Self.calibration(change))
            #expect(use.calibration == nil && use.limitPerSecond == nil)
            #expect(use.whyNot?.contains(word) == true, "\(word): \(use.whyNot ?? "nil")")
        }
    }

    @Test func withoutOneNothingIsSaidAndADamagedOneIsNamed() throws {
        #expect(CalibrationFile.use(by: Self.plan, target: .broker, path: "/nonexistent/c.json") == CalibrationUse())
        #expect(CalibrationFile.use(by: Self.plan, target: .broker, path: "/proc/self/status").whyNot != nil)
        #expect(CalibrationFile.use(by: Self.plan, target: .store, path: "/proc/self/status") == CalibrationUse())
    }

    @Test func theUsersCacheIsWhereItBelongs() {
        #expect(CalibrationFile.path(["XDG_CACHE_HOME": "/c", "HOME": "/h"]).hasPrefix("/c/"))
        #expect(CalibrationFile.path(["XDG_CACHE_HOME": "relative", "HOME": "/h"]).hasPrefix("/h/.cache/"))
        #expect(CalibrationFile.path(["HOME": "/h"]).hasSuffix("/calibration.json"))
    }

    @Test func aPlaceThatCannotBeWrittenIsNamed() {
        let failure = #expect(throws: CommandFailure.self) {
            try CalibrationFile.write(Self.calibration(), to: "/proc/nowhere/c.json")
        }
        #expect(failure?.status == .cannotWriteReport && failure?.description.contains("--output") == true)
    }

    @Test(arguments: [("1,2,4", [1, 2, 4]), ("12", [12]), ("", nil), ("1,,2", nil), ("0", nil), ("x", nil)])
    func listsOfNumbers(text: String, counts: [Int]?) {
        #expect(CountList(argument: text)?.counts == counts)
    }
}
