// Stores: where a pipeline keeps its documents, as a protocol; one folder an implementation.
//
//   worker ─► [StoreOperation] ─► DocumentStore ─┬─► SQLite/   a file
//                                                ├─► MySQL/    a server, where libmariadb is installed
//                                                ├─► MongoDB/  a server, where libmongoc is installed
//                                                └─► NoStore
//
// A document is an identifier and the values of its collection's columns, so that a document database and a
// relational one can both hold it. Every implementation passes the same conformance suite.

/// Holds the documents of one collection.
///
/// `apply` is idempotent: a batch that is written again leaves the store as writing it once did. What each operation
/// does is the collection's to say, see ``StoreCollection/Keeping``.
package protocol DocumentStore: Sendable {
    /// What this store is, for logs and reports; never a password.
    var name: String { get }

    /// Writes a batch in its order and says for each operation what became of it.
    ///
    /// Either every operation has an outcome or the batch threw; after an error that `isRetryable`, apply it again.
    /// A store may have written a batch and lost the server's word of it: it writes it once more then, and answers for
    /// that time. Documents it deleted the first time are `absent`, and writes that others of the batch followed are
    /// `superseded`.
    func apply(_ operations: [StoreOperation]) async throws(StoreError) -> [StoreOutcome]

    /// How many documents there are.
    func count() async throws(StoreError) -> Int

    /// The document of that identifier, nil when there is none.
    func fetch(_ id: String) async throws(StoreError) -> StoreDocument?

    /// The next documents in the order of their identifiers' bytes, `limit` at most: those after `id`, or from the first.
    func page(after id: String?, limit: Int) async throws(StoreError) -> [StoreDocument]

    /// Lets go of files and connections; every later call throws `StoreError.closed`.
    func close() async
}

/// Names a set of documents and the shape they have.
package struct StoreCollection: Sendable, Equatable {
    /// Which of several writes to one identifier the store keeps.
    ///
    /// Messages come at least once and in no certain order: a worker that dies leaves its messages to others, which
    /// may write an old update after a newer one, or after the delete that was sent later.
    package enum Keeping: Sendable, Equatable {
        /// The one of the highest version; of equal ones the last to come, but a delete before all.
        ///
        /// A deleted document leaves its identifier and version behind for ``tombstoneRetention``.
        case latest
        /// The one that came first: documents that never change, such as lines of a log.
        case first
    }

    /// How long a deleted document is remembered, in milliseconds from the moment of its delete by the worker's clock.
    ///
    /// That moment has nothing to do with the delete's version, which may be of any age. Whoever opens the store clears
    /// what was deleted earlier; an update from before such a delete is taken again.
    package static let tombstoneRetention: Int64 = 24 * 3_600_000

    /// What a column holds.
    package enum Kind: Sendable, Equatable {
        case integer
        case real
        case text
        /// UTF-8 text that is a JSON value; a store with a type of its own for it may use that.
        case json
        case bytes
    }

    /// One value of every document.
    package struct Column: Sendable, Equatable {
        package let name: String
        package let kind: Kind

        package init(_ name: String, _ kind: Kind) {
            self.name = name
            self.kind = kind
        }
    }

    package let name: String
    /// All but the identifier, which is always called `id`.
    package let columns: [Column]
    package let keeps: Keeping

    package init(name: String, keeps: Keeping = .latest, columns: [Column]) {
        self.name = name
        self.keeps = keeps
        self.columns = columns
    }
}

/// One value of a document.
package enum StoreValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    /// UTF-8, for columns of text and of JSON.
    case text([UInt8])
    case bytes([UInt8])
}

/// An identifier and one value for each column of the collection, in its order.
package struct StoreDocument: Sendable, Equatable {
    package var id: String
    package var values: [StoreValue]

    package init(id: String, values: [StoreValue]) {
        self.id = id
        self.values = values
    }
}

/// One change of a store.
///
/// A version says when the change was made, in milliseconds since 1970; collections that keep the first ignore it.
package enum StoreOperation: Sendable, Equatable {
    /// Puts the document in the place of the one with its identifier, if any.
    case upsert(StoreDocument, version: Int64)
    case delete(id: String, version: Int64)
}

/// What became of one operation.
package enum StoreOutcome: Sendable, Equatable {
    /// The document is there; in a collection that keeps the first, this one or the one before it.
    case upserted
    case deleted
    /// There was no document to delete.
    case absent
    /// A later change was stored before: nothing was done.
    case superseded
    /// The store will never take this document, for the reason given; the others of its batch are written.
    case refused(String)
}
