import FoundationEssentials
package import LoadMetrics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Why a report cannot be written.
package enum ReportWriteError: Error, Equatable, CustomStringConvertible {
    /// The disk or the quota is full.
    case noSpace(path: String)
    /// The folder does not allow it.
    case notPermitted(path: String)
    /// Something else the system says.
    case failed(path: String, reason: String)
    /// The result has no JSON form.
    case notEncodable(reason: String)

    package var description: String {
        switch self {
        case .noSpace(let path): "cannot write the report to \(path): no space left; free some or choose another folder"
        case .notPermitted(let path):
            "cannot write the report to \(path): not permitted; choose a folder that can be written"
        case .failed(let path, let reason): "cannot write the report to \(path): \(reason)"
        case .notEncodable(let reason): "cannot write the result as JSON: \(reason)"
        }
    }

    init(errno number: Int32, path: String) {
        switch number {
        case ENOSPC, EDQUOT: self = .noSpace(path: path)
        case EACCES, EPERM, EROFS: self = .notPermitted(path: path)
        default: self = .failed(path: path, reason: systemErrorText(number))
        }
    }
}

/// Writes the folder of a run: the result first, then everything that is drawn from it.
///
/// Each file appears whole under its name or not at all. A folder without `report.html` but with `result.json` can be
/// finished by `rafale report`.
package struct ReportWriter: Sendable {
    /// The name of the file that holds the result itself.
    package static let resultName = "result.json"

    private let folder: String

    /// A writer into `folder`, which is created with the folders above it when missing.
    package init(folder: String) {
        self.folder = folder.isEmpty ? "." : folder
    }

    /// Writes the result and all reports of it; returns the paths in the order in which they were written.
    @discardableResult
    package func write(_ result: RunResult) throws(ReportWriteError) -> [String] {
        [try writeResult(result)] + (try writeReports(result))
    }

    /// Writes `result.json` alone.
    @discardableResult
    package func writeResult(_ result: RunResult) throws(ReportWriteError) -> String {
        let json: [UInt8]
        do {
            json = try result.json()
        } catch {
            throw .notEncodable(reason: "\(error)")
        }
        return try write(json, Self.resultName)
    }

    /// Writes everything that is drawn from the result.
    @discardableResult
    package func writeReports(_ result: RunResult) throws(ReportWriteError) -> [String] {
        var paths = [
            try write(Array(HTMLReport.page(of: result).utf8), "report.html"),
            try write(Array(OverviewCard.svg(of: result).utf8), "report.svg"),
            try write(Array(TerminalSummary.text(of: result).utf8), "summary.txt"),
            try write(Array(SeriesCSV.text(of: result).utf8), "series.csv"),
        ]
        if result.faults != nil {
            paths.append(try write(Array(FaultCSV.faults(of: result).utf8), "faults.csv"))
            paths.append(try write(Array(FaultCSV.moments(of: result).utf8), "moments.csv"))
        }
        for (metric, histogram) in result.totals.latencies.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            guard !histogram.isEmpty, Self.isPlain(metric.rawValue) else { continue }
            paths.append(
                try write(Array(PercentileFile.text(of: histogram).utf8), "histograms/\(metric.rawValue).hgrm"))
        }
        return paths
    }

    /// A name from a result may become a file's name only when it cannot leave the folder.
    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 64
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    }

    /// Writes a file of the folder beside its place, then moves it there; returns its path.
    @discardableResult
    package func write(_ bytes: [UInt8], _ name: String) throws(ReportWriteError) -> String {
        let path = folder + "/" + name
        try createFolders(above: path)
        let unfinished = "\(path).\(getpid()).unfinished"
        let descriptor = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw ReportWriteError(errno: errno, path: path) }
        var failure: Int32 = 0
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Self.writeBytes(descriptor, $0) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                failure = errno
                break
            }
            sent += count
        }
        if failure == 0, fsync(descriptor) != 0, errno == ENOSPC || errno == EIO || errno == EDQUOT { failure = errno }
        if close(descriptor) != 0, failure == 0 { failure = errno }
        if failure == 0, rename(unfinished, path) != 0 { failure = errno }
        guard failure == 0 else {
            unlink(unfinished)
            throw ReportWriteError(errno: failure, path: path)
        }
        return path
    }

    private static func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
            Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }

    private func createFolders(above path: String) throws(ReportWriteError) {
        var reached = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/").dropLast() {
            reached += "/" + part
            if mkdir(reached, 0o755) == 0 || errno == EEXIST { continue }
            let number = errno
            var status = stat()
            // A folder above ours may be readable and not writable: that is no error as long as it is there.
            if stat(reached, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
            throw ReportWriteError(errno: number, path: path)
        }
    }
}
