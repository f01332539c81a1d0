/// Which duration of a message's life a histogram holds; its raw value is the key in JSON and in thresholds.
package struct LatencyMetric: RawRepresentable, Hashable, Sendable, Codable, CodingKeyRepresentable {
    package let rawValue: String

    /// A metric by its name; unknown names are kept.
    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Sent − intended.
    package static let scheduleLag = LatencyMetric(rawValue: "schedule_lag")
    /// Confirmed − intended: the response time of publishing.
    package static let confirm = LatencyMetric(rawValue: "confirm")
    /// Confirmed − sent: the service time of publishing.
    package static let confirmService = LatencyMetric(rawValue: "confirm_service")
    /// Received by the worker − intended.
    package static let queueWait = LatencyMetric(rawValue: "queue_wait")
    /// The worker's stage: decoding and checking the message.
    package static let decode = LatencyMetric(rawValue: "decode")
    /// The worker's stage: analysing the text.
    package static let analyse = LatencyMetric(rawValue: "analyse")
    /// The worker's stage: until stored, the wait for the batch included.
    package static let store = LatencyMetric(rawValue: "store")
    /// The worker's stage: until the broker confirmed the result.
    package static let publish = LatencyMetric(rawValue: "publish")
    /// Done − received by the worker.
    package static let service = LatencyMetric(rawValue: "service")
    /// Result read back − intended: the response time of the whole pipeline.
    package static let endToEnd = LatencyMetric(rawValue: "end_to_end")
    /// Result read back − sent: the service time of the whole pipeline.
    package static let endToEndService = LatencyMetric(rawValue: "end_to_end_service")

    /// The time from the intended moment until the result of one branch of the pipeline was read back.
    package init(endToEndOf branch: String) {
        rawValue = "\(Self.endToEnd.rawValue).\(branch)"
    }

    /// The branch whose result's time it is; nil for all others.
    package var branch: String? {
        let prefix = Self.endToEnd.rawValue + "."
        return rawValue.hasPrefix(prefix) ? String(rawValue.dropFirst(prefix.count)) : nil
    }

    /// The metrics in the order in which a message passes them, the whole way last.
    package static let inOrder: [LatencyMetric] = [
        .scheduleLag, .confirm, .confirmService, .queueWait, .decode, .analyse, .store, .publish, .service, .endToEnd,
        .endToEndService,
    ]

    /// The name in a table.
    package var title: String {
        switch self {
        case .endToEnd: "end to end"
        case .endToEndService: "end to end from sending"
        case .confirmService: "confirm from sending"
        default: branch.map { "end to end of \($0)" } ?? rawValue.split(separator: "_").joined(separator: " ")
        }
    }

    /// From which moment to which moment it counts.
    package var meaning: String {
        switch self {
        case .scheduleLag: "sent − intended"
        case .confirm: "confirmed − intended"
        case .confirmService: "confirmed − sent"
        case .queueWait: "received by the worker − intended"
        case .decode: "worker: decode and check"
        case .analyse: "worker: analyse"
        case .store: "worker: until stored"
        case .publish: "worker: until the result is confirmed"
        case .service: "done − received by the worker"
        case .endToEnd: "returned − intended"
        case .endToEndService: "returned − sent"
        default: branch.map { "returned by \($0) − intended" } ?? ""
        }
    }
}
