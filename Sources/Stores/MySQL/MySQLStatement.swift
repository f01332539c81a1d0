#if MySQL
    import CMariaDB

    /// A statement that the server has parsed once, to be run with other values each time.
    ///
    /// Values go in the binary protocol, with their lengths. Belongs to one connection and so to one thread.
    final class MySQLStatement {
        /// What a column of a result is read as.
        enum ColumnKind {
            case integer
            case real
            case text
            case bytes

            init(_ kind: StoreCollection.Kind) {
                self =
                    switch kind {
                    case .integer: .integer
                    case .real: .real
                    case .text, .json: .text
                    case .bytes: .bytes
                    }
            }
        }

        private let handle: UnsafeMutablePointer<MYSQL_STMT>

        init(_ connection: UnsafeMutablePointer<MYSQL>, _ sql: String) throws(MySQLError) {
            guard let handle = mysql_stmt_init(connection) else { throw MySQLConnection.lastError(connection) }
            self.handle = handle
            // Thrown from here on, `deinit` closes it.
            guard mysql_stmt_prepare(handle, sql, UInt(sql.utf8.count)) == 0 else { throw lastError }
        }

        deinit {
            mysql_stmt_close(handle)
        }

        /// Runs it and answers with the number of rows it changed, as the server counts them.
        @discardableResult
        func run(_ parameters: MySQLParameters) throws(MySQLError) -> Int {
            precondition(parameters.count == mysql_stmt_param_count(handle), "a value for each parameter")
            if parameters.count > 0 {
                guard mysql_stmt_bind_param(handle, parameters.bindings.baseAddress) == 0 else { throw lastError }
            }
            guard mysql_stmt_execute(handle) == 0 else { throw lastError }
            // Of a SELECT that is no number: its rows are still to be read.
            return Int(truncatingIfNeeded: mysql_stmt_affected_rows(handle))
        }

        /// Runs it and reads every row of its result.
        func rows(_ parameters: MySQLParameters, _ kinds: [ColumnKind]) throws(MySQLError) -> [[StoreValue]] {
            try run(parameters)
            defer { mysql_stmt_free_result(handle) }
            let row = ResultRow(kinds)
            guard mysql_stmt_bind_result(handle, row.bindings.baseAddress) == 0 else { throw lastError }
            var rows: [[StoreValue]] = []
            while true {
                switch mysql_stmt_fetch(handle) {
                // Texts have no room bound: their length is known only now, so "truncated" is what is expected.
                case 0, MYSQL_DATA_TRUNCATED: rows.append(try values(of: row))
                case MYSQL_NO_DATA: return rows
                default: throw lastError
                }
            }
        }

        private func values(of row: ResultRow) throws(MySQLError) -> [StoreValue] {
            var values: [StoreValue] = []
            values.reserveCapacity(row.kinds.count)
            for (index, kind) in row.kinds.enumerated() {
                if row.isNull(index) {
                    values.append(.null)
                    continue
                }
                switch kind {
                case .integer: values.append(.integer(row.integer(index)))
                case .real: values.append(.real(row.real(index)))
                case .text: values.append(.text(try bytes(of: index, count: row.length(index))))
                case .bytes: values.append(.bytes(try bytes(of: index, count: row.length(index))))
                }
            }
            return values
        }

        private func bytes(of column: Int, count: Int) throws(MySQLError) -> [UInt8] {
            guard count > 0 else { return [] }
            var failed = false
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                var binding = MYSQL_BIND()
                binding.buffer_type = MYSQL_TYPE_BLOB
                binding.buffer = UnsafeMutableRawPointer(buffer.baseAddress)
                binding.buffer_length = UInt(count)
                failed = mysql_stmt_fetch_column(handle, &binding, UInt32(column), 0) != 0
                filled = failed ? 0 : count
            }
            if failed { throw lastError }
            return bytes
        }

        private var lastError: MySQLError {
            MySQLError(
                code: mysql_stmt_errno(handle), state: String(cString: mysql_stmt_sqlstate(handle)),
                message: String(cString: mysql_stmt_error(handle)))
        }
    }

    /// Where the library puts the numbers of a row and the lengths of its texts.
    private final class ResultRow {
        let kinds: [MySQLStatement.ColumnKind]
        let bindings: UnsafeMutableBufferPointer<MYSQL_BIND>
        private let words: UnsafeMutableBufferPointer<Int64>
        private let lengths: UnsafeMutableBufferPointer<UInt>
        private let nulls: UnsafeMutableBufferPointer<my_bool>

        init(_ kinds: [MySQLStatement.ColumnKind]) {
            self.kinds = kinds
            bindings = .allocate(capacity: kinds.count)
            bindings.initialize(repeating: MYSQL_BIND())
            words = .allocate(capacity: kinds.count)
            words.initialize(repeating: 0)
            lengths = .allocate(capacity: kinds.count)
            lengths.initialize(repeating: 0)
            nulls = .allocate(capacity: kinds.count)
            nulls.initialize(repeating: 0)
            for (index, kind) in kinds.enumerated() {
                bindings[index].length = lengths.baseAddress.map { $0 + index }
                bindings[index].is_null = nulls.baseAddress.map { $0 + index }
                bindings[index].buffer = words.baseAddress.map { UnsafeMutableRawPointer($0 + index) }
                switch kind {
                case .integer: bindings[index].buffer_type = MYSQL_TYPE_LONGLONG
                case .real: bindings[index].buffer_type = MYSQL_TYPE_DOUBLE
                case .text, .bytes: bindings[index].buffer_type = MYSQL_TYPE_BLOB
                }
                bindings[index].buffer_length =
                    switch kind {
                    case .integer, .real: UInt(MySQLParameters.wordBytes)
                    case .text, .bytes: 0
                    }
            }
        }

        deinit {
            bindings.deallocate()
            words.deallocate()
            lengths.deallocate()
            nulls.deallocate()
        }

        func isNull(_ index: Int) -> Bool { nulls[index] != 0 }
        func integer(_ index: Int) -> Int64 { words[index] }
        func real(_ index: Int) -> Double { Double(bitPattern: UInt64(bitPattern: words[index])) }
        func length(_ index: Int) -> Int { Int(lengths[index]) }
    }
#endif
