import Foundation
import LoadGenerator
import LoadMetrics
import Scenarios

/// Where the last calibration of this user is kept, and whether it fits a run.
enum CalibrationFile {
    /// `$XDG_CACHE_HOME/rafale/calibration.json`, or the same below `~/.cache`.
    static func path(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        let cache = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let home = environment["HOME"] ?? FileManager.default.homeDirectoryForCurrentUser.path
        return URL(fileURLWithPath: cache ?? home + "/.cache")
            .appendingPathComponent("rafale").appendingPathComponent("calibration.json").path
    }

    /// Writes a calibration, and the folders above it where they are missing.
    static func write(_ calibration: Calibration, to path: String) throws(CommandFailure) {
        do {
            try FileManager.default.createDirectory(
                atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
            try Data(calibration.json()).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CommandFailure(
                .cannotWriteReport,
                "cannot write the calibration to \(path): \(error.localizedDescription); name another file with --output"
            )
        }
    }

    /// What is known here of the generator that puts this load on.
    static func use(
        by plan: LoadPlan, target: Scenario.Target, path: String = path(), machine: MachineFacts = .current()
    ) -> CalibrationUse {
        // A store takes what it takes: the sink of the calibration is a broker.
        guard target == .broker, let bytes = FileManager.default.contents(atPath: path) else { return CalibrationUse() }
        let calibration: Calibration
        do throws(CalibrationError) {
            calibration = try Calibration(json: bytes)
        } catch {
            return CalibrationUse(whyNot: "\(path): \(error)")
        }
        let differences = differences(of: calibration, from: machine)
        guard differences.isEmpty else {
            return CalibrationUse(
                whyNot:
                    "It was made with another \(differences.joined(separator: ", another ")): run rafale calibrate here."
            )
        }
        return CalibrationUse(
            calibration: calibration,
            limitPerSecond: calibration.limitPerSecond(connections: plan.connections, bodyBytes: plan.meanBodyBytes))
    }

    /// What makes a calibration one of another generator.
    private static func differences(of calibration: Calibration, from machine: MachineFacts) -> [String] {
        let made = calibration.machine
        let checks: [(String, Bool)] = [
            ("program version", calibration.toolVersion != Rafale.version),
            ("build (debug or release)", calibration.optimizedBuild != Rafale.isOptimized),
            ("processor", made.cpuModel != machine.cpuModel || made.architecture != machine.architecture),
            ("number of cores", made.cores != machine.cores || made.usableCores != machine.usableCores),
            ("CPU limit", made.cgroupCPULimitCores != machine.cgroupCPULimitCores),
            ("frequency governor", made.governor != machine.governor),
            ("clock source", made.clockSource != machine.clockSource),
            ("kernel", made.kernel != machine.kernel),
        ]
        return checks.filter(\.1).map(\.0)
    }
}

extension Rafale {
    /// Whether the compiler optimized this program.
    static var isOptimized: Bool {
        #if DEBUG
            false
        #else
            true
        #endif
    }
}
