extension Scenario {
    /// On which cores of the machine each role runs; nil leaves it to the system.
    package struct CPUs: Sendable, Equatable {
        /// The generator's cores, ascending.
        package var generator: [Int]?
        /// The cores of the broker that the run starts, ascending.
        package var broker: [Int]?
        /// The cores of the workers that the run starts, ascending; shared by all of them.
        package var workers: [Int]?

        /// Leaves everything to the system.
        package init() {}

        /// Whether nothing is pinned.
        package var isEmpty: Bool { generator == nil && broker == nil && workers == nil }
    }
}
