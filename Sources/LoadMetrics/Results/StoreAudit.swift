/// What stands in a store after a run, beside what the run's books say must stand there.
///
/// Every document of the run is looked at. One that a message without an answer may have written, or deleted, is right
/// whether it is there or not, as long as its content is.
package struct StoreAudit: Sendable, Equatable, Codable {
    /// The name of the collection or table.
    package var collection: String
    /// Documents that must be there.
    package var required: UInt64 = 0
    /// Documents of this run that are there.
    package var found: UInt64 = 0
    /// Documents that may be there or not, since nobody knows whether their message took effect.
    package var undecided: UInt64 = 0
    /// Documents that must be there and are not.
    package var missing: UInt64 = 0
    /// Documents that are there and must not be: deleted, refused, or of a message that was never sent.
    package var unexpected: UInt64 = 0
    /// Documents whose content is not what their message says.
    package var wrong: UInt64 = 0
    /// Documents of other runs or of others, which were passed over.
    package var others: UInt64 = 0
    /// Identifiers of the first documents that are missing, unexpected or wrong, each with the word for it.
    package var examples: [String] = []
    /// Why the store was not read to its end, or could not be compared; nil where it was.
    package var failure: String?

    /// Nothing looked at yet.
    package init(collection: String, failure: String? = nil) {
        self.collection = collection
        self.failure = failure
    }

    /// Documents that are not as the books say.
    package var mismatches: UInt64 { missing + unexpected + wrong }
    /// Whether the store was read to its end and all is as the books say.
    package var agrees: Bool { failure == nil && mismatches == 0 }
}
