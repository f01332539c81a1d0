/// The statements of one collection.
///
/// A collection that keeps the latest has two columns more: `version`, and `deleted`, the time at which the document was
/// deleted of which this is left (milliseconds since 1970), or 0.
struct CollectionSQL: Sendable {
    let collection: StoreCollection
    let createTable: String
    /// Columns that tables of earlier versions of this program lack.
    let addColumns: [(name: String, statement: String)]
    /// Takes the identifier, the values and, where versioned, the version.
    let upsert: String
    /// By it a versioned collection finds what is left of deleted documents without reading all the others.
    let createIndex: String
    /// Takes the identifier and, where versioned, the version and the time.
    let delete: String
    /// Remembers the delete of what is not there; takes the identifier, the version and the time.
    let bury: String
    /// One row where the identifier's document is there.
    let isLive: String
    /// Gives deletes of tables that know no time of them the one given.
    let date: String
    /// Forgets deletes before the time given.
    let clear: String
    let fetch: String
    /// Takes the most rows.
    let firstPage: String
    /// Takes the most rows and the identifier before the first one.
    let nextPage: String
    let count: String

    init(_ collection: StoreCollection) {
        self.collection = collection
        let table = Self.quoted(collection.name)
        let names = collection.columns.map { Self.quoted($0.name) }
        let definitions = collection.columns.map { "\(Self.quoted($0.name)) \(Self.type(of: $0.kind))" }
        let isVersioned = collection.keeps == .latest
        let (version, deleted) = (Self.quoted("version"), Self.quoted("deleted"))
        let extra: [(name: String, type: String)] =
            isVersioned ? [("version", "INTEGER NOT NULL DEFAULT 0"), ("deleted", "INTEGER NOT NULL DEFAULT 0")] : []
        let live = isVersioned ? " AND NOT \(deleted)" : ""

        createTable = """
            CREATE TABLE IF NOT EXISTS \(table) (\
            \((["\"id\" TEXT PRIMARY KEY NOT NULL"] + definitions + extra.map { "\(Self.quoted($0.name)) \($0.type)" }).joined(separator: ", ")))
            """
        addColumns = extra.map { ($0.name, "ALTER TABLE \(table) ADD COLUMN \(Self.quoted($0.name)) \($0.type)") }

        let written = ["\"id\""] + names + (isVersioned ? [version] : [])
        let marks = Array(repeating: "?", count: written.count).joined(separator: ", ")
        let updates = (names + (isVersioned ? [version, deleted] : [])).map { "\($0) = excluded.\($0)" }
        let conflict =
            isVersioned
            ? """
            UPDATE SET \(updates.joined(separator: ", ")) WHERE excluded.\(version) > \(table).\(version) \
            OR (excluded.\(version) = \(table).\(version) AND NOT \(table).\(deleted))
            """ : "NOTHING"
        upsert = """
            INSERT INTO \(table) (\(written.joined(separator: ", "))) VALUES (\(marks)) \
            ON CONFLICT ("id") DO \(conflict)
            """

        let emptied = names.map { "\($0) = NULL" } + ["\(version) = ?2", "\(deleted) = ?3"]
        delete =
            isVersioned
            ? """
            UPDATE \(table) SET \(emptied.joined(separator: ", ")) \
            WHERE "id" = ?1 AND NOT \(deleted) AND \(version) <= ?2
            """ : "DELETE FROM \(table) WHERE \"id\" = ?"
        bury = """
            INSERT INTO \(table) ("id", \(version), \(deleted)) VALUES (?1, ?2, ?3) \
            ON CONFLICT ("id") DO UPDATE SET \(version) = excluded.\(version), \(deleted) = excluded.\(deleted) \
            WHERE \(deleted) AND \(version) < excluded.\(version)
            """
        isLive = "SELECT 1 FROM \(table) WHERE \"id\" = ?\(live)"
        // The index is of the rows with this condition only, and used by statements that state it.
        let isDeleted = "\(deleted) > 0"
        createIndex = """
            CREATE INDEX IF NOT EXISTS \(Self.quoted("\(collection.name)_deleted")) ON \(table) (\(deleted)) \
            WHERE \(isDeleted)
            """
        date = """
            UPDATE \(table) SET \(deleted) = ? WHERE \(isDeleted) AND \(deleted) = \(StoreClock.deletedSometime)
            """
        clear = "DELETE FROM \(table) WHERE \(isDeleted) AND \(deleted) < ?"

        let select = "SELECT \((["\"id\""] + names).joined(separator: ", ")) FROM \(table)"
        fetch = "\(select) WHERE \"id\" = ?\(live)"
        firstPage = "\(select) WHERE TRUE\(live) ORDER BY \"id\" LIMIT ?1"
        nextPage = "\(select) WHERE \"id\" > ?2\(live) ORDER BY \"id\" LIMIT ?1"
        count = "SELECT count(*) FROM \(table) WHERE TRUE\(live)"
    }

    var isVersioned: Bool { collection.keeps == .latest }

    /// The place of the version among the values that `upsert` takes, counted from 1.
    var versionIndex: Int32 { Int32(collection.columns.count + 2) }

    private static func quoted(_ name: String) -> String {
        "\"\(name.replacing("\"", with: "\"\""))\""
    }

    private static func type(of kind: StoreCollection.Kind) -> String {
        switch kind {
        case .integer: "INTEGER"
        case .real: "REAL"
        case .text, .json: "TEXT"
        case .bytes: "BLOB"
        }
    }
}
