#if MySQL
    import CMariaDB

    /// The values of a statement's parameters, in memory that is used again and again.
    ///
    /// Belongs to one connection and so to one thread.
    final class MySQLParameters {
        private(set) var bindings: UnsafeMutableBufferPointer<MYSQL_BIND>
        private(set) var count = 0
        private var bytes: UnsafeMutableRawBufferPointer
        private var used = 0

        init() {
            bindings = .allocate(capacity: 0)
            bytes = .allocate(byteCount: 0, alignment: 8)
        }

        deinit {
            bindings.deallocate()
            bytes.deallocate()
        }

        /// What a value takes of the room that ``reset(count:byteCount:)`` makes.
        static func byteCount(of value: StoreValue) -> Int {
            switch value {
            case .null: 0
            case .integer, .real: wordBytes
            case .text(let bytes), .bytes(let bytes): rounded(bytes.count)
            }
        }

        /// The same of a text.
        static func byteCount(of text: String) -> Int { rounded(text.utf8.count) }

        /// What a number takes of it.
        static let wordBytes = 8

        private static func rounded(_ count: Int) -> Int { (count + wordBytes - 1) / wordBytes * wordBytes }

        /// Forgets all values and makes room for others.
        func reset(count wanted: Int, byteCount: Int) {
            if bindings.count < wanted {
                bindings.deallocate()
                bindings = .allocate(capacity: wanted.nextPowerOfTwo)
                bindings.initialize(repeating: MYSQL_BIND())
            }
            if bytes.count < byteCount {
                bytes.deallocate()
                bytes = .allocate(byteCount: byteCount.nextPowerOfTwo, alignment: Self.wordBytes)
            }
            count = 0
            used = 0
        }

        func add(_ value: StoreValue) {
            switch value {
            case .null: append(MYSQL_TYPE_NULL, length: 0, reserve: 0) { _ in }
            case .integer(let number): add(number)
            case .real(let number):
                append(MYSQL_TYPE_DOUBLE, length: Self.wordBytes, reserve: Self.wordBytes) {
                    $0.storeBytes(of: number, as: Double.self)
                }
            case .text(let text): text.withUnsafeBytes { add($0, MYSQL_TYPE_STRING) }
            case .bytes(let bytes): bytes.withUnsafeBytes { add($0, MYSQL_TYPE_BLOB) }
            }
        }

        func add(_ number: Int64) {
            append(MYSQL_TYPE_LONGLONG, length: Self.wordBytes, reserve: Self.wordBytes) {
                $0.storeBytes(of: number, as: Int64.self)
            }
        }

        func add(_ text: String) {
            var text = text
            text.withUTF8 { add(UnsafeRawBufferPointer($0), MYSQL_TYPE_STRING) }
        }

        /// Adds the last values again, as often as that is said; their bytes are not copied.
        func repeatLast(_ values: Int, times: Int) {
            precondition(
                values <= count && count + values * times <= bindings.count, "room was made for every value")
            for _ in 0..<values * times {
                bindings[count] = bindings[count - values]
                count += 1
            }
        }

        private func add(_ value: UnsafeRawBufferPointer, _ type: enum_field_types) {
            append(type, length: value.count, reserve: Self.rounded(value.count)) { $0.copyMemory(from: value) }
        }

        private func append(
            _ type: enum_field_types, length: Int, reserve: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void
        ) {
            precondition(count < bindings.count && used + reserve <= bytes.count, "room was made for every value")
            let place = UnsafeMutableRawBufferPointer(rebasing: bytes[used..<used + reserve])
            if length > 0 { write(place) }
            bindings[count].buffer_type = type
            bindings[count].buffer = bytes.baseAddress.map { $0 + used }
            bindings[count].buffer_length = UInt(length)
            count += 1
            used += reserve
        }
    }

    extension Int {
        /// The smallest power of two that is not less; of a number from 1.
        fileprivate var nextPowerOfTwo: Int {
            self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount)
        }
    }
#endif
