import GRDB
import GRDBSQLite

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

    /// Applies the operations in order, deletes as of the time given; throws what concerns the whole batch.
    func apply(_ operations: [StoreOperation], deletedAt time: Int64) throws -> [StoreOutcome] {
        let upsert = try statement(sql.upsert)
        var outcomes: [StoreOutcome] = []
        outcomes.reserveCapacity(operations.count)
        for operation in operations {
            do {
                switch operation {
                case .upsert(let document, let version):
                    try bind(document.id, to: upsert)
                    try bind(document.values, to: upsert)
                    if sql.isVersioned { try check(sqlite3_bind_int64(upsert, sql.versionIndex, version)) }
                    let isWritten = try run(upsert) > 0
                    outcomes.append(isWritten || !sql.isVersioned ? .upserted : .superseded)
                case .delete(let id, let version):
                    outcomes.append(try delete(id, version: version, at: time))
                }
            } catch let error as DatabaseError where Self.concernsOneDocument(error) {
                outcomes.append(.refused(error.message ?? "SQLite error \(error.resultCode.rawValue)"))
            }
        }
        return outcomes
    }

    private func delete(_ id: String, version: Int64, at time: Int64) throws -> StoreOutcome {
        let delete = try statement(sql.delete)
        try bind(id, to: delete)
        guard sql.isVersioned else { return try run(delete) > 0 ? .deleted : .absent }
        try check(sqlite3_bind_int64(delete, 2, version))
        try check(sqlite3_bind_int64(delete, 3, time))
        if try run(delete) > 0 { return .deleted }
        // No document of that age or older: remember the delete, unless a later document stands.
        let bury = try statement(sql.bury)
        try bind(id, to: bury)
        try check(sqlite3_bind_int64(bury, 2, version))
        try check(sqlite3_bind_int64(bury, 3, time))
        if try run(bury) > 0 { return .absent }
        let isLive = try statement(sql.isLive)
        try bind(id, to: isLive)
        defer { Self.reset(isLive) }
        switch sqlite3_step(isLive) {
        case SQLITE_ROW: return .superseded
        case SQLITE_DONE: return .absent
        case let code: throw lastError(code)
        }
    }

    /// Reads one document.
    func fetch(_ id: String) throws -> StoreDocument? {
        let fetch = try statement(sql.fetch)
        try bind(id, to: fetch)
        return try documents(of: fetch).first
    }

    /// Reads the documents after an identifier, or from the first.
    func page(after id: String?, limit: Int) throws -> [StoreDocument] {
        let page = try statement(id == nil ? sql.firstPage : sql.nextPage)
        try check(sqlite3_bind_int64(page, 1, Int64(limit)))
        if let id { try bind(id, to: page, at: 2) }
        return try documents(of: page)
    }

    private func documents(of statement: SQLiteStatement) throws -> [StoreDocument] {
        defer { Self.reset(statement) }
        var documents: [StoreDocument] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                let values = sql.collection.columns.indices.map { Self.value(of: statement, at: CInt($0 + 1)) }
                let id = String(decoding: Self.bytes(of: statement, at: 0), as: UTF8.self)
                documents.append(StoreDocument(id: id, values: values))
            case SQLITE_DONE: return documents
            case let code: throw lastError(code)
            }
        }
    }

    private func statement(_ text: String) throws -> SQLiteStatement {
        try database.cachedStatement(sql: text).sqliteStatement
    }

    private static func reset(_ statement: SQLiteStatement) {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
    }

    private static func concernsOneDocument(_ error: DatabaseError) -> Bool {
        switch error.resultCode {
        case .SQLITE_TOOBIG, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH: true
        default: false
        }
    }

    /// Runs a statement that reads nothing; answers with the number of rows it changed.
    private func run(_ statement: SQLiteStatement) throws -> Int {
        let code = sqlite3_step(statement)
        defer { sqlite3_reset(statement) }
        guard code == SQLITE_DONE else { throw lastError(code) }
        return database.changesCount
    }

    private func bind(_ id: String, to statement: SQLiteStatement, at index: CInt = 1) throws {
        var id = id
        try check(id.withUTF8 { Self.bindText(UnsafeRawBufferPointer($0), to: statement, at: index) })
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
