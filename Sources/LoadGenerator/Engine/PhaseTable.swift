import Synchronization

/// Which phase a moment belongs to: the phases' start times, written as they become known.
///
/// Readers keep a copy and look again when the version has changed, so that looking costs no lock.
final class PhaseTable: Sendable {
    private let starts: Mutex<[Int64]>
    private let currentVersion = Atomic<Int>(0)

    init() { starts = Mutex([]) }

    var version: Int { currentVersion.load(ordering: .acquiring) }
    var startsNanoseconds: [Int64] { starts.withLock { $0 } }

    /// Appends the start times of the next phases.
    func append(_ times: [Int64]) {
        starts.withLock { $0 += times }
        currentVersion.wrappingAdd(1, ordering: .releasing)
    }
}

/// A reader's copy of the table.
struct PhaseLookup {
    private let table: PhaseTable
    private var version = -1
    private var starts: [Int64] = []
    /// The phase found last, and the times that belong to it.
    private var last: (phase: Int?, times: Range<Int64>) = (nil, 0..<0)

    init(_ table: PhaseTable) { self.table = table }

    /// The phase in which a message was meant to be sent; nil before the first.
    mutating func phase(at nanoseconds: Int64) -> Int? {
        if version != table.version {
            version = table.version
            starts = table.startsNanoseconds
            last = (nil, 0..<0)
        }
        if last.times.contains(nanoseconds) { return last.phase }
        let phase = starts.lastIndex { $0 <= nanoseconds }
        let next = phase.map { $0 + 1 } ?? 0
        // Phases without a duration share their start with the next: the last of them has it.
        let end = next < starts.count ? starts[next] : .max
        last = (phase, (phase.map { starts[$0] } ?? .min)..<end)
        return phase
    }
}
