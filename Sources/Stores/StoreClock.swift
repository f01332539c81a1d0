import Foundation

/// The time of day by which a store remembers deletes.
///
/// What is left of a deleted document says when it was deleted, not only which version of it was: a message may be
/// delivered again days after the change that it tells of.
package struct StoreClock: Sendable {
    /// Says that a document is there, where the time of its delete would stand.
    static let notDeleted: Int64 = 0
    /// Stands in place of the time in tables of earlier versions of this program.
    static let deletedSometime: Int64 = 1

    private let millisecondsNow: @Sendable () -> Int64

    /// Takes what tells the milliseconds since 1970.
    package init(millisecondsNow: @escaping @Sendable () -> Int64) { self.millisecondsNow = millisecondsNow }

    /// The machine's.
    package static let system = StoreClock { Int64(Date.now.timeIntervalSince1970 * 1000) }

    /// The time of a delete that is done now, in milliseconds since 1970; no clock makes it one of the marks above.
    var deletedNow: Int64 { max(Self.deletedSometime + 1, millisecondsNow()) }

    /// What was deleted before then is forgotten.
    var oldestRemembered: Int64 { millisecondsNow() - StoreCollection.tombstoneRetention }
}
