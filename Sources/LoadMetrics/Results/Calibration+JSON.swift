import FoundationEssentials

/// Why a file is not a calibration that this version reads.
package enum CalibrationError: Error, Equatable, CustomStringConvertible {
    /// The bytes are something else, or damaged.
    case notACalibration(reason: String)
    /// A later version of the program wrote it.
    case newerVersion(found: Int, supported: Int)

    package var description: String {
        switch self {
        case .notACalibration(let reason): "not a calibration: \(reason); run rafale calibrate again"
        case .newerVersion(let found, let supported):
            "the calibration has version \(found) and this program reads up to \(supported): run rafale calibrate again"
        }
    }
}

extension Calibration {
    private struct Header: Decodable {
        var format: String
        var schemaVersion: Int
    }

    /// The calibration as JSON text, keys sorted, ending with a newline.
    package func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    /// Reads a calibration from JSON text.
    package init(json: some Collection<UInt8>) throws(CalibrationError) {
        let data = Data(json)
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let header = try? decoder.decode(Header.self, from: data), header.format == Self.format else {
            throw .notACalibration(reason: "its format is not '\(Self.format)'")
        }
        guard header.schemaVersion <= Self.schemaVersion else {
            throw .newerVersion(found: header.schemaVersion, supported: Self.schemaVersion)
        }
        do {
            self = try decoder.decode(Calibration.self, from: data)
        } catch {
            throw .notACalibration(reason: "a key is missing or has another type")
        }
    }
}
