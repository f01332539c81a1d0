import ArgumentParser
import Foundation
import LoadMetrics
import Logging
import NIOCore
import NIOPosix
import Reporting

/// `rafale calibrate`: what this machine's generator can do.
struct CalibrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Measure what the generator can do on this machine, so that runs can say how far from it they were.",
        discussion: """
            Sends into a broker process of its own that confirms and drops everything, by connections and body size, \
            and measures timers and clock. The result goes to $XDG_CACHE_HOME/rafale/calibration.json (or ~/.cache), \
            where later runs on this machine find it, say which share of it they used, and are SUSPECT near it.

            Close what else uses the CPU first; the whole takes less than a minute, --quick less than 15 seconds.
            """)

    @Flag(help: "Fewer and shorter measures.")
    var quick = false

    @Option(help: "Connections to measure with, comma-separated (1,2,4; 1,2 when quick).")
    var connections: CountList?

    @Option(help: "Body sizes to measure with, in bytes, comma-separated (12,128,1024,16384; 128,16384 when quick).")
    var sizes: CountList?

    @Option(help: "Write the calibration to this file instead; runs do not look there.")
    var output: String?

    @Flag(help: "Print the calibration as JSON instead of the tables.")
    var json = false

    private static let readyLimit = Duration.seconds(20)
    private static let stopGrace = Duration.seconds(5)

    func run() async throws {
        try await CommandFailure.ending {
            let calibration = try await measure()
            let path = output ?? CalibrationFile.path()
            try CalibrationFile.write(calibration, to: path)
            if json {
                FileHandle.standardOutput.write(Data(try calibration.json()))
            } else {
                print(CalibrationSummary.text(of: calibration))
                print("calibration: \(path)")
            }
        }
    }

    private func measure() async throws -> Calibration {
        let connections = connections?.counts ?? (quick ? [1, 2] : [1, 2, 4])
        let sizes = sizes?.counts ?? (quick ? [128, 16_384] : [12, 128, 1_024, 16_384])
        let rates = try await withSink { uri, sink in
            let measure = RateMeasure(uri: uri, sink: sink, seconds: quick ? 0.6 : 1.2, logger: Self.silent)
            var rates: [CalibratedRate] = []
            for size in sizes {
                for count in connections {
                    say("\(count) connections, \(size) B …")
                    rates.append(try await measure.rate(connections: count, bodyBytes: size))
                }
            }
            return rates
        }
        say("timers and clock …")
        let waits = quick ? 200 : 1_000
        let timers = [
            WaitMeasure.sleep(count: waits),
            try await WaitMeasure.eventLoop(MultiThreadedEventLoopGroup.singleton.next(), count: waits),
            WaitMeasure.spin(count: waits * 5),
        ]
        let clock = WaitMeasure.clock(reads: 1_000_000)
        say(nil)
        return Calibration(
            measuredAt: Date(), toolVersion: Rafale.version, optimizedBuild: Rafale.isOptimized,
            machine: MachineFacts.current(), rates: rates, timers: timers, clock: clock)
    }

    /// Runs the body with a broker that drops everything, in a process of its own as in a run.
    private func withSink<Result>(_ body: (String, Int32?) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rafale-calibrate-\(getpid())").path
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(.cannotWriteReport, "cannot create \(folder): \(error.localizedDescription)")
        }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let statistics = folder + "/sink.stats.jsonl"
        let sink = RoleProcess(
            role: .broker, name: "sink", executable: Orchestrator.executable,
            arguments: [
                "broker", "--discard", "--listen", "127.0.0.1:0", "--stats", statistics, "--end-with-parent",
                "\(getpid())",
            ],
            environment: ["RAFALE_BROKER_USERS": nil], statisticsPath: statistics, logPath: folder + "/sink.log")
        try sink.start()
        do {
            guard let address = try await sink.waitUntilReady(within: Self.readyLimit).address else {
                throw CommandFailure(.internalError, "the sink does not say where it listens")
            }
            let result = try await body("amqp://guest:guest@\(address)/", sink.pid)
            await sink.stop(grace: Self.stopGrace)
            return result
        } catch {
            await sink.stop(grace: Self.stopGrace)
            throw error
        }
    }

    /// A line on a terminal that the next one replaces.
    private func say(_ text: String?) {
        guard isatty(STDERR_FILENO) == 1, !json else { return }
        StandardErrorSink().write("\r\u{1B}[2K" + (text ?? ""))
    }

    private static let silent: Logger = {
        var logger = Logger(label: "rafale")
        logger.logLevel = .error
        return logger
    }()
}

/// Numbers as a flag's value: `1,2,4`.
struct CountList: ExpressibleByArgument, Equatable {
    let counts: [Int]

    /// Nil for what is not one to 16 numbers from 1 to 16 million.
    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        counts = parts.compactMap(\.self)
        guard counts.count == parts.count, (1...16).contains(counts.count),
            counts.allSatisfy((1...16_000_000).contains)
        else { return nil }
    }
}
