extension Scenario {
    /// What a churn opens and closes.
    package enum ChurnKind: String, Sendable, CaseIterable {
        /// TCP connections, logged in.
        case connections
        /// Channels of a connection that stays.
        case channels
        /// Exclusive queues.
        case queues
        /// Bindings of a queue that stays.
        case bindings
        /// Consumers of a queue that stays.
        case consumers
    }

    /// A kind of churn and its share.
    package struct ChurnEntry: Sendable, Equatable {
        /// The kind.
        package var kind: ChurnKind
        /// The weight against the other entries' weights; above zero.
        package var weight: Double

        /// Gives a kind its weight.
        package init(kind: ChurnKind, weight: Double) {
            self.kind = kind
            self.weight = weight
        }
    }

    /// Operations of a churn under way at once on each channel, where the scenario does not say.
    static let churnWindow = 100
}
