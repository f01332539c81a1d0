import LoadMetrics

/// Who set the limit at a point of a sweep, where it was not the workers.
enum ScalingLimiter: Sendable, Equatable {
    /// The generator could not put the load on, or not surely.
    case generator(GeneratorVerdict.Judgement, reason: String)
    /// In some of the runs, which do not count, the generator could not put the load on.
    case generatorAtTimes(invalid: Int, runs: Int, reason: String)
    /// A role other than the workers kept its cores busy.
    case role(RunRole, busy: Double, cores: Int)
    /// All cores of the machine were busy, with threads for more of them.
    case machine(busy: Double, cores: Int)
    /// The workers had time to spare, and nobody else was busy either: they waited for something.
    case waiting(workersBusy: Double)

    /// From this share on, cores count as busy.
    private static let busyShare = 0.9

    /// The limiter of a point in a closed loop; nil when it was the workers, or cannot be told.
    init?(_ point: ScalingPoint) {
        guard point.capacity == nil else { return nil }
        let invalid = point.runs.filter { $0.judgement == .invalid }
        if let first = invalid.first, invalid.count < point.runs.count {
            self = .generatorAtTimes(invalid: invalid.count, runs: point.runs.count, reason: first.reason)
            return
        }
        if let bad = invalid.first ?? point.runs.first(where: { $0.judgement == .suspect }) {
            self = .generator(bad.judgement, reason: bad.reason)
            return
        }
        let lanes = point.median(.worker) { $0.lanes.map(Double.init) }
        let workersBusy = point.median(.worker) { $0.coresBusy }
        let busyShare = lanes.flatMap { lanes in workersBusy.map { lanes > 0 ? $0 / lanes : 0 } }
        // Workers that are busy themselves are the limit, whoever else is.
        if let busyShare, busyShare >= Self.busyShare { return nil }
        for role in [RunRole.generator, .broker, .store] {
            guard let figures = point.usable.compactMap({ $0.role(role) }).first, let pinned = figures.pinnedCores,
                !pinned.isEmpty, let busy = point.median(role, { $0.coresBusy }),
                busy >= Self.busyShare * Double(pinned.count)
            else { continue }
            self = .role(role, busy: busy, cores: pinned.count)
            return
        }
        let all = point.median { $0.roles.isEmpty ? nil : $0.roles.reduce(0) { $0 + $1.coresBusy } }
        if let all, let cores = point.usable.first?.usableCores, cores > 0, all >= Self.busyShare * Double(cores) {
            self = .machine(busy: all, cores: cores)
            return
        }
        guard let busyShare, busyShare < 0.7, point.median({ $0.throughputPerSecond }) != nil else { return nil }
        self = .waiting(workersBusy: busyShare)
    }

    /// What is told once for all points with the same one.
    var kind: String {
        switch self {
        case .generator(let judgement, _): judgement.rawValue
        case .generatorAtTimes: "at times"
        case .role(let role, _, _): role.rawValue
        case .machine: "machine"
        case .waiting: "waiting"
        }
    }

    /// In a cell of a table.
    var label: String {
        switch self {
        case .generator(let judgement, _): "generator \(judgement.rawValue)"
        case .generatorAtTimes(let invalid, let runs, _): "generator INVALID in \(invalid) of \(runs) runs"
        case .role(let role, _, _): "\(role.rawValue) was the limit"
        case .machine: "all cores were busy"
        case .waiting: "workers waited"
        }
    }

    /// In a sentence after the points it holds for.
    var words: String {
        switch self {
        case .generator(let judgement, let reason):
            "the generator was \(judgement.rawValue)\(Self.bracketed(reason))"
                + (judgement == .invalid
                    ? " in every run: there is no figure that counts" : ": it may have set the limit, not the workers")
        case .generatorAtTimes(_, _, let reason):
            "the generator was INVALID in some of the runs\(Self.bracketed(reason)), which do not count"
        case .role(let role, let busy, let cores):
            "the \(role.rawValue) kept \(Quantity.significant(busy)) of its \(cores) \(cores == 1 ? "core" : "cores") busy: "
                + "it set the limit, not the workers"
        case .machine(let busy, let cores):
            "\(Quantity.significant(busy)) of the machine's \(cores) \(cores == 1 ? "core" : "cores") were busy: the workers "
                + "shared them with the generator and the broker"
        case .waiting(let busy):
            "the workers were busy for \(Quantity.percent(busy, of: 1)) of the time and no other role filled its cores: they "
                + "waited for the broker, the store or more messages in flight"
        }
    }

    private static func bracketed(_ reason: String) -> String {
        reason.isEmpty ? "" : " (\(reason.hasSuffix(".") ? String(reason.dropLast()) : reason))"
    }

    /// A sentence for each limiter, with the points it holds for.
    static func sentences(_ picture: ScalingPicture) -> [String] {
        var found: [ScalingLimiter] = []
        for point in picture.curves.flatMap(\.points) {
            guard let limiter = ScalingLimiter(point) else { continue }
            if let index = found.firstIndex(where: { $0.kind == limiter.kind }) {
                // The figures of the last point stand for all: they are where it matters most.
                found[index] = limiter
            } else {
                found.append(limiter)
            }
        }
        return found.compactMap { limiter in
            picture.places { ScalingLimiter($0)?.kind == limiter.kind }
                .map { "\($0.capitalizedFirst), \(limiter.words)." }
        }
    }
}
