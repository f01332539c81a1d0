import GRDB
import GRDBSQLite

/// The statements of one collection.
struct CollectionSQL: Sendable {
    let collection: StoreCollection
    let createTable: String
    let upsert: String
    let delete: String
    let fetch: String
    let count: String

    init(_ collection: StoreCollection) {
        self.collection = collection
        let table = Self.quoted(collection.name)
        let names = collection.columns.map { Self.quoted($0.name) }
        let definitions = collection.columns.map { "\(Self.quoted($0.name)) \(Self.type(of: $0.kind))" }
        let all = (["\"id\""] + names).joined(separator: ", ")
        let marks = Array(repeating: "?", count: names.count + 1).joined(separator: ", ")
        let updates = names.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        createTable = """
            CREATE TABLE IF NOT EXISTS \(table) (\
            \((["\"id\" TEXT PRIMARY KEY NOT NULL"] + definitions).joined(separator: ", ")))
            """
        upsert = """
            INSERT INTO \(table) (\(all)) VALUES (\(marks)) \
            ON CONFLICT ("id") DO \(updates.isEmpty ? "NOTHING" : "UPDATE SET \(updates)")
            """
        delete = "DELETE FROM \(table) WHERE \"id\" = ?"
        fetch = "SELECT \(all) FROM \(table) WHERE \"id\" = ?"
        count = "SELECT count(*) FROM \(table)"
    }

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

/// Runs a collection's cached statements on the open database.
///
/// Values are bound and read with their length by SQLite's own functions: GRDB ends a string at its first NUL.
struct SQLiteBatch {
    private let database: Database
    private let sql: CollectionSQL

    init(_ database: Database, _ sql: CollectionSQL) {
        self.database = database
        self.sql = sql
    }

    /// Applies the operations in order; throws what concerns the whole batch.
    func apply(_ operations: [StoreOperation]) throws -> [StoreOutcome] {
        let upsert = try database.cachedStatement(sql: sql.upsert).sqliteStatement
        let delete = try database.cachedStatement(sql: sql.delete).sqliteStatement
        var outcomes: [StoreOutcome] = []
        outcomes.reserveCapacity(operations.count)
        for operation in operations {
            do {
                switch operation {
                case .upsert(let document):
                    try bind(document.id, to: upsert)
                    try bind(document.values, to: upsert)
                    try run(upsert)
                    outcomes.append(.upserted)
                case .delete(let id):
                    try bind(id, to: delete)
                    try run(delete)
                    outcomes.append(database.changesCount > 0 ? .deleted : .absent)
                }
            } catch let error as DatabaseError where Self.concernsOneDocument(error) {
                outcomes.append(.refused(error.message ?? "SQLite error \(error.resultCode.rawValue)"))
            }
        }
        return outcomes
    }

    /// Reads one document.
    func fetch(_ id: String) throws -> StoreDocument? {
        let statement = try database.cachedStatement(sql: sql.fetch).sqliteStatement
        try bind(id, to: statement)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        switch sqlite3_step(statement) {
        case SQLITE_ROW:
            let values = sql.collection.columns.indices.map { Self.value(of: statement, at: CInt($0 + 1)) }
            return StoreDocument(id: id, values: values)
        case SQLITE_DONE:
            return nil
        case let code:
            throw lastError(code)
        }
    }

    private static func concernsOneDocument(_ error: DatabaseError) -> Bool {
        switch error.resultCode {
        case .SQLITE_TOOBIG, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH: true
        default: false
        }
    }

    private func run(_ statement: SQLiteStatement) throws {
        let code = sqlite3_step(statement)
        defer { sqlite3_reset(statement) }
        guard code == SQLITE_DONE else { throw lastError(code) }
    }

    private func bind(_ id: String, to statement: SQLiteStatement) throws {
        var id = id
        try check(id.withUTF8 { Self.bindText(UnsafeRawBufferPointer($0), to: statement, at: 1) })
    }

    private func bind(_ values: [StoreValue], to statement: SQLiteStatement) throws {
        precondition(values.count == sql.collection.columns.count, "a document has one value for each column")
        for (offset, value) in values.enumerated() {
            let index = CInt(offset + 2)
            let code =
                switch value {
                case .null: sqlite3_bind_null(statement, index)
                case .integer(let value): sqlite3_bind_int64(statement, index, value)
                case .real(let value): sqlite3_bind_double(statement, index, value)
                case .text(let text): text.withUnsafeBytes { Self.bindText($0, to: statement, at: index) }
                case .bytes(let bytes): bytes.withUnsafeBytes { Self.bindBlob($0, to: statement, at: index) }
                }
            try check(code)
        }
    }

    /// SQLite copies what is bound, so that nothing need outlive the call.
    private static var copied: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    private static func bindText(
        _ text: UnsafeRawBufferPointer, to statement: SQLiteStatement, at index: CInt
    ) -> CInt {
        // An empty buffer may have no address, which SQLite would take for NULL.
        guard let start = text.baseAddress, !text.isEmpty else {
            return sqlite3_bind_text(statement, index, "", 0, copied)
        }
        let characters = start.assumingMemoryBound(to: CChar.self)
        return sqlite3_bind_text64(
            statement, index, characters, UInt64(text.count), copied, UInt8(truncatingIfNeeded: SQLITE_UTF8))
    }

    private static func bindBlob(
        _ bytes: UnsafeRawBufferPointer, to statement: SQLiteStatement, at index: CInt
    ) -> CInt {
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
            return sqlite3_bind_zeroblob(statement, index, 0)
        }
        return sqlite3_bind_blob64(statement, index, start, UInt64(bytes.count), copied)
    }

    private static func value(of statement: SQLiteStatement, at index: CInt) -> StoreValue {
        switch sqlite3_column_type(statement, index) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(statement, index))
        case SQLITE_FLOAT: .real(sqlite3_column_double(statement, index))
        case SQLITE_TEXT: .text(bytes(of: statement, at: index))
        case SQLITE_BLOB: .bytes(bytes(of: statement, at: index))
        default: .null
        }
    }

    private static func bytes(of statement: SQLiteStatement, at index: CInt) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, index) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, index))))
    }

    private func check(_ code: CInt) throws {
        guard code == SQLITE_OK else { throw lastError(code) }
    }

    private func lastError(_ code: CInt) -> DatabaseError {
        let message = database.sqliteConnection.map { String(cString: sqlite3_errmsg($0)) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
}
