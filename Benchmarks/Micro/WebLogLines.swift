import Benchmark
import LoadGenerator
import WebLogs

/// Made lines in turn: taken apart, cleaned, and named.
func webLogBenchmarks() {
    let lines = AccessLogPool(seed: 1).lines.map(\.bytes)
    var number = 0
    measure("line-parse") {
        number = number + 1 == lines.count ? 0 : number + 1
        return try lines[number].withUnsafeBytes { try AccessLogLine($0).rest.count }
    }
    measure("line-clean") {
        number = number + 1 == lines.count ? 0 : number + 1
        return try lines[number].withUnsafeBytes { CleanedLine(try AccessLogLine($0), in: $0).url?.count }
    }
    guard let digest = try? LineDigest() else { return }
    measure("line-digest") {
        number = number + 1 == lines.count ? 0 : number + 1
        return try lines[number].withUnsafeBytes { try digest.hexadecimal(of: $0).utf8.count }
    }
}
