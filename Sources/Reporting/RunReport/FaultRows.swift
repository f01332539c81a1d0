import LoadMetrics

/// The faults of a run as rows of a table; the number is what the charts show.
struct FaultRow {
    var number: Int
    var fault: FaultResult

    static func all(of result: RunResult) -> [FaultRow] {
        (result.faults ?? []).enumerated().map { FaultRow(number: $0.offset + 1, fault: $0.element) }
    }

    /// What each figure is, for readers.
    static let explanation =
        "Noticed: from the begin to the first lost connection, or until half as many results came as before. Recovered: "
        + "from the end until results came at nine tenths of the arrivals' rate and the backlog fell or was at its level. "
        + "Drained: until the backlog was at its level."

    var begin: String {
        fault.beginNanoseconds.map { Quantity.fixed(Double($0) / 1e9, decimals: 1) + " s" } ?? Quantity.none
    }
    var length: String { duration(fault.lengthNanoseconds) }
    /// Nothing was noticed of many a fault: that is no figure that is missing.
    var detection: String { duration(fault.figures?.detectionNanoseconds) }
    var recovery: String { duration(fault.figures?.recoveryNanoseconds, missing: "never") }
    var outage: String { duration(fault.figures?.outageNanoseconds, missing: "never") }
    var drain: String { duration(fault.figures?.drainNanoseconds, missing: "never") }
    var backlog: String { count(fault.figures?.worstBacklog) }
    var redelivered: String { count(fault.figures?.redelivered) }
    var duplicated: String { count(fault.figures?.duplicated) }
    var lost: String { count(fault.figures?.lost) }
    /// Whether it cost messages, or did not happen as it should.
    var isTrouble: Bool { fault.failure != nil || (fault.figures?.lost ?? 0) > 0 }

    private func duration(_ nanoseconds: Int64?, missing: String = Quantity.none) -> String {
        guard let nanoseconds else { return fault.figures == nil ? Quantity.none : missing }
        // Looked at ten times a second: no more digits than that.
        return nanoseconds < 9_950_000_000
            ? Quantity.fixed(Double(max(0, nanoseconds)) / 1e9, decimals: 1) + " s" : Quantity.duration(nanoseconds)
    }

    private func count(_ number: UInt64?) -> String { number.map(Quantity.count) ?? Quantity.none }
}

extension RunCharts {
    /// The faults as stretches of a chart over time.
    static func disturbances(of result: RunResult) -> [Chart.Disturbance] {
        FaultRow.all(of: result).compactMap { row in
            guard let begin = row.fault.beginNanoseconds else { return nil }
            return Chart.Disturbance(
                from: Double(begin) / 1e9, to: Double(row.fault.endNanoseconds ?? begin) / 1e9, label: "\(row.number)")
        }
    }
}

/// The faults of a run and its moments as CSV, for spreadsheets and plots.
enum FaultCSV {
    /// One line a fault.
    static func faults(of result: RunResult) -> String {
        var text =
            "number,name,what,intended_seconds,begin_seconds,end_seconds,detection_seconds,recovery_seconds,"
            + "outage_seconds,drain_seconds,worst_backlog,redelivered,duplicated,lost,failure\n"
        for row in FaultRow.all(of: result) {
            let (fault, figures) = (row.fault, row.fault.figures)
            var cells = ["\(row.number)", fault.name, fault.words]
            cells += [
                fault.intendedNanoseconds, fault.beginNanoseconds, fault.endNanoseconds, figures?.detectionNanoseconds,
                figures?.recoveryNanoseconds, figures?.outageNanoseconds, figures?.drainNanoseconds,
            ].map(seconds)
            cells += [figures?.worstBacklog, figures?.redelivered, figures?.duplicated, figures?.lost].map {
                $0.map { String($0) } ?? ""
            }
            cells.append(fault.failure ?? "")
            text += cells.map(SeriesCSV.field).joined(separator: ",") + "\n"
        }
        return text
    }

    /// One line a tenth of a second; counts are since the start.
    static func moments(of result: RunResult) -> String {
        var text =
            "seconds,offered,published,returned,refused,open,duplicated,redelivered,connections_lost\n"
        for moment in result.moments ?? [] {
            let counts = [
                moment.offered, moment.published, moment.returned, moment.refused, moment.open, moment.duplicated,
                moment.redelivered, moment.connectionsLost,
            ]
            text += ([seconds(moment.timeNanoseconds)] + counts.map { String($0) }).joined(separator: ",") + "\n"
        }
        return text
    }

    private static func seconds(_ nanoseconds: Int64?) -> String {
        nanoseconds.map { Quantity.fixed(Double($0) / 1e9, decimals: 3) } ?? ""
    }
}
