import ArgumentParser
import Logging
import PipelineWorker

/// The flags of a worker that cleans web logs.
struct WebLogOptions: ParsableArguments {
    @Option(help: "A MaxMind DB file by which data-clean tells country and city; without one they are null.")
    var geo: String?

    @Option(help: "A CSV file to which data-clean appends its rows, once they are stored.")
    var csv: String?

    /// The flags that were given, by name.
    var given: [String] { [geo.map { _ in "geo" }, csv.map { _ in "csv" }].compactMap { $0 } }

    /// The pipeline, with the files that were named.
    func makeDataClean(_ logger: Logger) throws(CommandFailure) -> DataCleanPipeline {
        let places: GeoDatabase?
        do throws(GeoDatabaseError) {
            places = if let geo { try GeoDatabase(path: geo) } else { nil }
        } catch {
            throw CommandFailure(.usage, error.description)
        }
        if let places {
            logger.info("telling country and city", metadata: ["geo": "\(places.type)"])
        } else {
            logger.info("country and city stay null: --geo names no database of places")
        }
        do throws(CSVFile.Failure) {
            let file = if let csv { try CSVFile(path: csv) } else { nil as CSVFile? }
            return DataCleanPipeline(places: places, csv: file)
        } catch {
            throw CommandFailure(.cannotWriteReport, error.description)
        }
    }
}
