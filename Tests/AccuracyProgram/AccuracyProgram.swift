// The full accuracy suite: prints its table, writes it to a file, and fails when a figure is wrong.
//
//   accuracy [--short] [FILE]     the checks
//   accuracy burn LOAD MS         the process that burns a known CPU time

import Accuracy
import Foundation
import LoadMetrics

@main
struct AccuracyProgram {
    static func main() async throws {
        var arguments = CommandLine.arguments.dropFirst()
        if arguments.first == "burn" { return try Burner.burn(Array(arguments.dropFirst())) }
        let isShort = arguments.contains("--short")
        arguments.removeAll { $0 == "--short" }
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let suite = AccuracySuite(form: isShort ? .short : .full, program: program)
        let start = ContinuousClock.now
        let table = try await suite.run { rows in
            print(rows)
            // A pipe's reader wants to see how far it is, too.
            fflush(nil)
        }
        if let path = arguments.first {
            try table.page(machine: MachineFacts.current()).write(toFile: path, atomically: true, encoding: .utf8)
        }
        print(
            "accuracy: \(table.rows.count) figures, \(table.isRight ? "all right" : "\(table.wrong.count) wrong"), \((ContinuousClock.now - start).components.seconds) s"
        )
        if !table.isRight { exit(1) }
    }
}
