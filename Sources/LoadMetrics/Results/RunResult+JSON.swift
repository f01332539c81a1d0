package import FoundationEssentials

/// Why a file is not a result that this version reads.
package enum RunResultError: Error, Equatable, CustomStringConvertible {
    /// The bytes are not JSON, or JSON of something else.
    case notAResult(reason: String)
    /// A later version of the program wrote it.
    case newerVersion(found: Int, supported: Int)
    /// It calls itself a result, and a part is missing or wrong.
    case damaged(at: String, reason: String)

    package var description: String {
        switch self {
        case .notAResult(let reason): "not a result of a run: \(reason); give a folder that `rafale run` wrote"
        case .newerVersion(let found, let supported):
            "the result has version \(found) and this program reads up to \(supported): update rafale to read it"
        case .damaged(let place, let reason): "the result is damaged at \(place): \(reason)"
        }
    }
}

extension RunResult: VersionedDocument {
    /// What it is to people.
    package static let title: String = "a result of a run"

    /// Reads a result from JSON text.
    package init(json: some Collection<UInt8>) throws(RunResultError) {
        do {
            self = try Self.read(json)
        } catch {
            switch error {
            case .notOurs(_, let reason): throw .notAResult(reason: reason)
            case .newerVersion(_, let found, let supported): throw .newerVersion(found: found, supported: supported)
            case .damaged(_, let place, let reason): throw .damaged(at: place, reason: reason)
            }
        }
    }
}

/// Wall time as text, for labels: UTC, to the millisecond.
package enum WallTime {
    /// `2026-01-31T12:00:00.000Z`.
    package static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
