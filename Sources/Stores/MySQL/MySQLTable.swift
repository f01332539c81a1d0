#if MySQL
    /// The SQL of one collection's table.
    ///
    /// `id` is compared by its bytes, and text can be read by whoever looks at the table. A collection that keeps the
    /// latest has two columns more: `version`, and `deleted`, the time at which the document was deleted of which this is
    /// left (milliseconds since 1970), or 0.
    struct MySQLTable: Sendable {
        /// The longest identifier, in characters: what an index takes of the longest ones of each.
        static let idMaximumCharacters = 255
        /// How many parameters a statement may have.
        private static let parametersMaximum = 65_535
        /// More rows at once are no faster, and make both sides keep more memory.
        private static let rowsMaximum = 512

        let collection: StoreCollection
        let isVersioned: Bool
        /// What is read of a document.
        let kinds: [MySQLStatement.ColumnKind]
        /// Parameters of one row that is written.
        let rowParameters: Int
        private let table: String
        private let insertHead: String
        private let rowMarks: String
        private let overwrite: String
        private let selectDocument: String

        init(_ collection: StoreCollection) {
            self.collection = collection
            isVersioned = collection.keeps == .latest
            kinds = [.text] + collection.columns.map { MySQLStatement.ColumnKind($0.kind) }
            table = MySQLConnection.quoted(collection.name)
            let values = collection.columns.map { MySQLConnection.quoted($0.name) }
            let written = values + (isVersioned ? ["version", "deleted"] : [])
            rowParameters = written.count + 1
            insertHead = "INSERT INTO \(table) (id\(written.map { ", \($0)" }.joined())) VALUES "
            rowMarks = "(\(Array(repeating: "?", count: rowParameters).joined(separator: ",")))"
            overwrite =
                written.isEmpty ? "id = id" : written.map { "\($0) = VALUES(\($0))" }.joined(separator: ", ")
            selectDocument = "SELECT id\(values.map { ", \($0)" }.joined()) FROM \(table)"
        }

        // MARK: - Its shape

        /// What makes a table of version n of the one before; each may be half done already, by a server that died.
        ///
        /// Deletes of which a table knows no time are given the one that is passed.
        func migrations(collation: String, deletedAt time: Int64) -> [[String]] {
            guard isVersioned else { return [[createTable(collation)]] }
            return [
                [createTable(collation)],
                [
                    "ALTER TABLE \(table) MODIFY deleted BIGINT NOT NULL",
                    "UPDATE \(table) SET deleted = \(time) WHERE deleted = \(StoreClock.deletedSometime)",
                    // Whoever opens the store looks for old deletes, and a table may hold many documents.
                    "CREATE INDEX deleted ON \(table) (deleted)",
                ],
            ]
        }

        private func createTable(_ collation: String) -> String {
            var columns = ["id VARCHAR(\(Self.idMaximumCharacters)) NOT NULL PRIMARY KEY"]
            columns += collection.columns.map { "\(MySQLConnection.quoted($0.name)) \(Self.type(of: $0.kind))" }
            if isVersioned {
                columns += ["version BIGINT NOT NULL", "deleted TINYINT NOT NULL"]
            }
            return """
                CREATE TABLE IF NOT EXISTS \(table) (\(columns.joined(separator: ", "))) \
                ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE \(collation)
                """
        }

        /// JSON is kept as the text it is: MySQL's own type would change its bytes.
        private static func type(of kind: StoreCollection.Kind) -> String {
            switch kind {
            case .integer: "BIGINT"
            case .real: "DOUBLE"
            case .text, .json: "LONGTEXT"
            case .bytes: "LONGBLOB"
            }
        }

        // MARK: - Statements

        /// What is prepared once, and run with other values each time.
        enum Statement: Hashable {
            /// Puts rows in; those whose identifier is there stay as they are, and do not count.
            case insert(rows: Int)
            /// Puts rows in the place of those there.
            case replace(rows: Int)
            /// Locks the rows of some identifiers until the transaction ends and says what they are.
            case states(count: Int)
            case remove(count: Int)
            /// Identifiers of documents deleted before a time; takes that and how many at most, and locks nothing.
            case oldDeletes
            /// Forgets one of them, if nobody has written it meanwhile; takes its identifier and the time.
            case forget
            case fetch
            /// Takes the identifier before the first one, where there is one, and how many at most.
            case page(isFirst: Bool)
        }

        func sql(_ statement: Statement) -> String {
            switch statement {
            case .insert(let rows): rowsStatement(rows, "id = \(table).id")
            case .replace(let rows): rowsStatement(rows, overwrite)
            case .states(let count): states(count)
            case .remove(let count): "DELETE FROM \(table) WHERE id IN (\(Self.marks(count)))"
            case .oldDeletes: "SELECT id FROM \(table) WHERE deleted > 0 AND deleted < ? LIMIT ?"
            case .forget: "DELETE FROM \(table) WHERE id = ? AND deleted > 0 AND deleted < ?"
            case .fetch: "\(selectDocument) WHERE id = ?\(isVersioned ? " AND deleted = 0" : "")"
            case .page(let isFirst): page(isFirst: isFirst)
            }
        }

        /// The most rows of one statement, a power of two.
        var rowsInStatement: Int {
            var rows = Self.rowsMaximum
            while rows > 1, rows * rowParameters > Self.parametersMaximum { rows /= 2 }
            return rows
        }

        /// The number of rows or identifiers of the statement that takes at least so many, from 1.
        ///
        /// It has three binary digits and zeros behind them, so that few statements serve batches of any size. Of what it
        /// takes, a fifth at most is too much.
        static func size(atLeast count: Int) -> Int {
            let unit = unit(of: count)
            return (count + unit - 1) / unit * unit
        }

        /// The number of rows of the statement that so many fill.
        static func size(atMost count: Int) -> Int {
            let unit = unit(of: count)
            return count / unit * unit
        }

        /// What the third binary digit counts.
        private static func unit(of count: Int) -> Int {
            1 << max(0, Int.bitWidth - count.leadingZeroBitCount - 3)
        }

        private func rowsStatement(_ rows: Int, _ update: String) -> String {
            "\(insertHead)\(Array(repeating: rowMarks, count: rows).joined(separator: ",")) ON DUPLICATE KEY UPDATE \(update)"
        }

        /// By the primary key even where the table is small: reading all of it would lock the rows of others.
        private func states(_ count: Int) -> String {
            """
            SELECT id, \(isVersioned ? "version, deleted" : "0, 0") FROM \(table) FORCE INDEX (PRIMARY) \
            WHERE id IN (\(Self.marks(count))) FOR UPDATE
            """
        }

        private static func marks(_ count: Int) -> String {
            Array(repeating: "?", count: count).joined(separator: ",")
        }

        private func page(isFirst: Bool) -> String {
            let conditions = (isFirst ? [] : ["id > ?"]) + (isVersioned ? ["deleted = 0"] : [])
            let filter = conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
            return "\(selectDocument)\(filter) ORDER BY id LIMIT ?"
        }

        /// Counts the documents.
        var count: String { "SELECT COUNT(*) FROM \(table)\(isVersioned ? " WHERE deleted = 0" : "")" }
    }
#endif
