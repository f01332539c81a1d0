/// What a child process reports of itself: one JSON line when it is ready, each second, and when it stops.
///
/// All figures are cumulative since its start.
package struct RoleSnapshot: Sendable, Equatable, Codable {
    /// The part a process plays in a run.
    package typealias Role = RunRole

    /// Why the line was written.
    package enum Event: String, Sendable, Codable {
        /// The process serves from now on.
        case ready
        /// A second has passed.
        case running
        /// The last line: everything in flight is done.
        case stopped
    }

    /// Monotonic time of the snapshot.
    package var timeNanoseconds: Int64
    /// The part the process plays.
    package var role: Role
    /// Why the line was written.
    package var event: Event
    /// Where the process listens, if it does: `127.0.0.1:41234`.
    package var address: String?
    /// Cumulative bytes allocated, from ``Allocator``.
    package var allocatedBytes: UInt64
    /// Counts by name, such as `received`, `processed`, `failed.text-missing`.
    package var counters: [String: UInt64]
    /// Histograms by name, such as `decode`, `analyse`, `store`, `service`.
    package var histograms: [String: LatencyHistogram]

    /// A snapshot of now, with the allocator's figure of now.
    package init(
        role: Role, event: Event, address: String? = nil, counters: [String: UInt64] = [:],
        histograms: [String: LatencyHistogram] = [:], timeNanoseconds: Int64 = Monotonic.nowNanoseconds(),
        allocatedBytes: UInt64 = Allocator.allocatedBytes()
    ) {
        self.timeNanoseconds = timeNanoseconds
        self.role = role
        self.event = event
        self.address = address
        self.allocatedBytes = allocatedBytes
        self.counters = counters
        self.histograms = histograms
    }
}
