import CZlib

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Unpacks a gzip file to disk, for it can only be read from its beginning.
enum GzipSpool {
    private static let chunkBytes = 1 << 20

    /// A file without a name in the folder for temporary files (TMPDIR), which goes when it is closed.
    static func open(_ path: String) throws(RecordedLog.Failure) -> Int32 {
        guard let packed = gzopen(path, "rb") else {
            throw RecordedLog.Failure(path: path, reason: String(cString: strerror(errno)))
        }
        defer { gzclose(packed) }
        gzbuffer(packed, UInt32(chunkBytes))
        var name = Array("\(folder)/rafale-log-XXXXXX".utf8CString)
        let spool = mkstemp(&name)
        guard spool >= 0 else {
            throw RecordedLog.Failure(
                path: path, reason: "no temporary file in \(folder): \(String(cString: strerror(errno)))")
        }
        unlink(name)
        do throws(RecordedLog.Failure) {
            try unpack(packed, to: spool, path: path)
        } catch {
            close(spool)
            throw error
        }
        return spool
    }

    private static var folder: String {
        guard let value = getenv("TMPDIR"), value.pointee != 0 else { return "/tmp" }
        return String(cString: value)
    }

    private static func unpack(_ packed: gzFile, to spool: Int32, path: String) throws(RecordedLog.Failure) {
        var space = [UInt8](repeating: 0, count: chunkBytes)
        while true {
            let count = Int(gzread(packed, &space, UInt32(chunkBytes)))
            var code: Int32 = Z_OK
            let message = gzerror(packed, &code)
            guard count >= 0, code == Z_OK || code == Z_STREAM_END else {
                let reason = code == Z_BUF_ERROR ? "it ends too early" : message.map { String(cString: $0) } ?? ""
                throw RecordedLog.Failure(path: path, reason: "cannot be unpacked: \(reason)")
            }
            if count == 0 { return }
            var start = 0
            while start < count {
                let written = space.withUnsafeBytes { bytes in
                    bytes.baseAddress.map { write(spool, $0 + start, count - start) } ?? 0
                }
                if written < 0, errno == EINTR { continue }
                guard written > 0 else {
                    throw RecordedLog.Failure(
                        path: path, reason: "no room to unpack it in \(folder): \(String(cString: strerror(errno)))")
                }
                start += written
            }
        }
    }
}
