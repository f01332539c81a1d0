#if MaxMindDB
    import CMaxMindDB
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where an address is, as far as it is known, in English.
package struct GeoPlace: Sendable, Equatable {
    package var country: [UInt8]?
    package var city: [UInt8]?
}

/// A file with places is none, or cannot be read.
package struct GeoDatabaseError: Error, Equatable, CustomStringConvertible {
    package let path: String
    package let reason: String

    package var description: String {
        "geo database \(path): \(reason); give a MaxMind DB file such as GeoLite2-City.mmdb"
    }
}

#if MaxMindDB
    /// A MaxMind DB file (GeoLite2, DB-IP and others in that format), which knows where addresses are.
    package final class GeoDatabase: @unchecked Sendable {
        // Reason: libmaxminddb only reads the database once it is open, from any number of threads.

        /// What the database calls itself, such as `GeoLite2-City`.
        package let type: String
        private let database: UnsafeMutablePointer<MMDB_s>

        /// Opens a file.
        package init(path: String) throws(GeoDatabaseError) {
            let database = UnsafeMutablePointer<MMDB_s>.allocate(capacity: 1)
            database.initialize(to: MMDB_s())
            let status = MMDB_open(path, UInt32(MMDB_MODE_MMAP), database)
            guard status == MMDB_SUCCESS else {
                // Of a file that is not there the library says only that it could not open it.
                let reason =
                    status == MMDB_FILE_OPEN_ERROR
                    ? strerror(errno) : UnsafeMutablePointer(mutating: MMDB_strerror(status))
                database.deallocate()
                throw GeoDatabaseError(path: path, reason: reason.map { String(cString: $0) } ?? "unknown")
            }
            self.database = database
            type = database.pointee.metadata.database_type.map { String(cString: $0) } ?? "unknown"
        }

        deinit {
            MMDB_close(database)
            database.deallocate()
        }

        /// Where an address is; nil for what is no address, and for one the database does not know.
        func place(of address: [UInt8]) -> GeoPlace? {
            guard let result = lookUp(address), result.found_entry else { return nil }
            var entry = result.entry
            let country =
                Self.text(&entry, ["country", "names", "en"]) ?? Self.text(&entry, ["country", "iso_code"])
                ?? Self.text(&entry, ["registered_country", "names", "en"])
            let place = GeoPlace(country: country, city: Self.text(&entry, ["city", "names", "en"]))
            return place == GeoPlace() ? nil : place
        }

        private func lookUp(_ address: [UInt8]) -> MMDB_lookup_result_s? {
            // A zone is the machine's own affair.
            let text = address.prefix { $0 != 0x25 }
            guard text.count < 46, text.contains(0x2E) || text.contains(0x3A) else { return nil }
            var error: Int32 = 0
            let result: MMDB_lookup_result_s? = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 46) { name in
                for (index, byte) in text.enumerated() { name[index] = CChar(bitPattern: byte) }
                name[text.count] = 0
                var four = sockaddr_in()
                if inet_pton(AF_INET, name.baseAddress, &four.sin_addr) == 1 {
                    four.sin_family = sa_family_t(AF_INET)
                    return lookUp(four, &error)
                }
                var six = sockaddr_in6()
                guard inet_pton(AF_INET6, name.baseAddress, &six.sin6_addr) == 1 else { return nil }
                six.sin6_family = sa_family_t(AF_INET6)
                return lookUp(six, &error)
            }
            return error == MMDB_SUCCESS ? result : nil
        }

        private func lookUp<Address>(_ address: Address, _ error: inout Int32) -> MMDB_lookup_result_s {
            withUnsafePointer(to: address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    MMDB_lookup_sockaddr(database, pointer, &error)
                }
            }
        }

        /// The text at the end of a path through the entry's maps.
        private static func text(_ entry: inout MMDB_entry_s, _ path: [StaticString]) -> [UInt8]? {
            var data = MMDB_entry_data_s()
            let status = withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: path.count + 1) {
                names in
                for (index, name) in path.enumerated() {
                    names[index] = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
                }
                names[path.count] = nil
                return MMDB_aget_value(&entry, &data, names.baseAddress)
            }
            guard status == MMDB_SUCCESS, data.has_data, data.type == UInt32(MMDB_DATA_TYPE_UTF8_STRING),
                let start = data.utf8_string
            else { return nil }
            return Array(UnsafeRawBufferPointer(start: start, count: Int(data.data_size)))
        }
    }
#else
    /// The databases of places that this build was made without.
    package final class GeoDatabase: Sendable {
        package let type = "none"

        /// Throws: the build has no libmaxminddb.
        package init(path: String) throws(GeoDatabaseError) {
            throw GeoDatabaseError(
                path: path, reason: "this build is without libmaxminddb: install libmaxminddb-dev and build again")
        }

        /// Always nil.
        func place(of address: [UInt8]) -> GeoPlace? { nil }
    }
#endif
