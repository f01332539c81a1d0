import LoadMetrics
import Scenarios

/// Answers what thresholds ask of faults: of one of them, or of all the worst or the sum.
struct FaultFigureLookup {
    private let faults: [FaultResult]

    init(_ faults: [FaultResult]) { self.faults = faults }

    /// A figure in its metric's unit; nil where it was not measured, which a pipeline that never recovered was not.
    func value(_ subject: Threshold.Subject) -> Double? {
        let asked = faults.filter { subject.fault == nil || $0.name == subject.fault }
        let figures = asked.compactMap(\.figures)
        guard !figures.isEmpty, figures.count == asked.count else { return nil }
        switch subject.metric {
        // What nobody noticed took no time to be noticed.
        case .faultDetection: return worst(figures.map { $0.detectionNanoseconds ?? 0 })
        case .faultRecovery: return worst(figures.map(\.recoveryNanoseconds))
        case .faultOutage: return worst(figures.map(\.outageNanoseconds))
        case .faultDrain: return worst(figures.map(\.drainNanoseconds))
        case .faultBacklog: return figures.map { Double($0.worstBacklog) }.max()
        case .faultRedelivered: return Double(figures.reduce(0) { $0 + $1.redelivered })
        case .faultDuplicated: return Double(figures.reduce(0) { $0 + $1.duplicated })
        case .faultLost: return Double(figures.reduce(0) { $0 + $1.lost })
        default: return nil
        }
    }

    private func worst(_ times: [Int64?]) -> Double? {
        let known = times.compactMap(\.self)
        return known.count == times.count ? known.max().map(Double.init) : nil
    }
}
