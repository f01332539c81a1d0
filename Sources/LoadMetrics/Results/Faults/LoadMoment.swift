/// Where a load stood at one moment: what runs with faults keep ten times a second; counts are since the start.
package struct LoadMoment: Sendable, Equatable, Codable {
    /// When, from the start of the run.
    package var timeNanoseconds: Int64
    /// Arrivals that had fallen due.
    package var offered: UInt64
    /// Messages written to the broker.
    package var published: UInt64
    /// Outcomes read back: results and dead letters.
    package var returned: UInt64
    /// Messages with an end and no outcome: refused by the broker, or returned by it.
    package var refused: UInt64
    /// Outcomes that were read back again.
    package var duplicated: UInt64
    /// Deliveries to the run's workers that the broker had made before.
    package var redelivered: UInt64
    /// Times a connection of the generator was lost.
    package var connectionsLost: UInt64

    /// A moment as given.
    package init(
        timeNanoseconds: Int64, offered: UInt64 = 0, published: UInt64 = 0, returned: UInt64 = 0, refused: UInt64 = 0,
        duplicated: UInt64 = 0, redelivered: UInt64 = 0, connectionsLost: UInt64 = 0
    ) {
        self.timeNanoseconds = timeNanoseconds
        self.offered = offered
        self.published = published
        self.returned = returned
        self.refused = refused
        self.duplicated = duplicated
        self.redelivered = redelivered
        self.connectionsLost = connectionsLost
    }

    /// Arrivals without an end so far, whether they were sent or still have to be.
    package var open: UInt64 {
        let ended = returned &+ refused
        return offered - min(offered, ended)
    }

    /// The same moment on a clock that started earlier or later.
    package func shifted(by nanoseconds: Int64) -> LoadMoment {
        var moment = self
        moment.timeNanoseconds &+= nanoseconds
        return moment
    }
}
