#if MongoDB
    import CMongoC

    /// A BSON document being written; its memory is the library's, freed with it.
    struct BSONDocument: ~Copyable {
        let pointer: OpaquePointer

        init() { pointer = bson_new() }

        deinit { bson_destroy(pointer) }

        /// The encoded length in bytes, with which a document begins.
        var byteCount: Int {
            bson_get_data(pointer).map { Int(Int32(littleEndian: UnsafeRawPointer($0).loadUnaligned(as: Int32.self))) }
                ?? 0
        }

        // A document can only not grow beyond 2 GiB; every value is far below that, and checked by its sum.
        func append(_ key: String, _ value: Int64) { bson_append_int64(pointer, key, -1, value) }
        func append(_ key: String, _ value: Double) { bson_append_double(pointer, key, -1, value) }
        func append(_ key: String, _ value: Bool) { bson_append_bool(pointer, key, -1, value) }

        func append(_ key: String, _ value: String) {
            var value = value
            value.withUTF8 { append(key, utf8: UnsafeRawBufferPointer($0)) }
        }

        func append(_ key: String, _ document: borrowing BSONDocument) {
            bson_append_document(pointer, key, -1, document.pointer)
        }

        func append(_ key: String, array document: borrowing BSONDocument) {
            bson_append_array(pointer, key, -1, document.pointer)
        }

        func append(_ key: String, _ value: StoreValue) {
            switch value {
            case .null: bson_append_null(pointer, key, -1)
            case .integer(let value): append(key, value)
            case .real(let value): append(key, value)
            case .text(let text): text.withUnsafeBytes { append(key, utf8: $0) }
            case .bytes(let bytes):
                bytes.withUnsafeBytes { bytes in
                    _ = bson_append_binary(
                        pointer, key, -1, BSON_SUBTYPE_BINARY,
                        bytes.bindMemory(to: UInt8.self).baseAddress, UInt32(bytes.count))
                }
            }
        }

        private func append(_ key: String, utf8 text: UnsafeRawBufferPointer) {
            // Without an address the library would write null.
            guard let start = text.baseAddress else {
                bson_append_utf8(pointer, key, -1, "", 0)
                return
            }
            bson_append_utf8(pointer, key, -1, start.assumingMemoryBound(to: CChar.self), Int32(text.count))
        }
    }

    /// A place for an answer, which the library makes there.
    struct BSONReply: ~Copyable {
        private let memory = UnsafeMutableRawPointer.allocate(
            byteCount: Int(bson_t_size), alignment: Int(bson_alignment))

        init() { bson_init(pointer) }

        deinit {
            bson_destroy(pointer)
            memory.deallocate()
        }

        var pointer: OpaquePointer { OpaquePointer(memory) }

        /// What stands in it.
        var reader: BSONReader { BSONReader(pointer) }
    }

    /// Reads values of a document that the library owns.
    struct BSONReader: ~Copyable {
        private let document: OpaquePointer
        private let memory = Self.makeIterator()

        init(_ document: OpaquePointer) { self.document = document }

        deinit { memory.deallocate() }

        private var iterator: OpaquePointer { OpaquePointer(memory) }

        private static func makeIterator() -> UnsafeMutableRawPointer {
            .allocate(byteCount: Int(bson_iter_t_size), alignment: Int(bson_alignment))
        }

        /// The value of a key; nil where there is none.
        func value(_ key: String) -> StoreValue? {
            bson_iter_init_find(iterator, document, key) ? current : nil
        }

        /// The documents in the array of a key; none where there is no such array.
        func forEach(in key: String, _ body: (borrowing BSONReader) -> Void) {
            guard bson_iter_init_find(iterator, document, key), bson_iter_type(iterator) == BSON_TYPE_ARRAY else {
                return
            }
            let memory = Self.makeIterator()
            defer { memory.deallocate() }
            let elements = OpaquePointer(memory)
            guard bson_iter_recurse(iterator, elements) else { return }
            while bson_iter_next(elements) {
                guard bson_iter_type(elements) == BSON_TYPE_DOCUMENT else { continue }
                var length: UInt32 = 0
                var bytes: UnsafePointer<UInt8>?
                bson_iter_document(elements, &length, &bytes)
                guard let element = bson_new_from_data(bytes, Int(length)) else { continue }
                body(BSONReader(element))
                bson_destroy(element)
            }
        }

        private var current: StoreValue {
            switch bson_iter_type(iterator) {
            case BSON_TYPE_INT32, BSON_TYPE_INT64: return .integer(bson_iter_as_int64(iterator))
            case BSON_TYPE_BOOL: return .integer(bson_iter_bool(iterator) ? 1 : 0)
            case BSON_TYPE_DOUBLE: return .real(bson_iter_double(iterator))
            case BSON_TYPE_UTF8:
                var length: UInt32 = 0
                guard let start = bson_iter_utf8(iterator, &length) else { return .null }
                return .text(Array(UnsafeRawBufferPointer(start: start, count: Int(length))))
            case BSON_TYPE_BINARY:
                var length: UInt32 = 0
                var bytes: UnsafePointer<UInt8>?
                bson_iter_binary(iterator, nil, &length, &bytes)
                return .bytes(Array(UnsafeRawBufferPointer(start: bytes, count: Int(length))))
            default: return .null
            }
        }
    }
#endif
