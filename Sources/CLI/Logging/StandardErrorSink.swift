#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The terminal, or wherever standard error goes.
struct StandardErrorSink: LogSink {
    func write(_ line: String) {
        var line = line
        // One call a line, so that lines of several threads and processes do not mix.
        line.withUTF8 { bytes in
            _ = posixWrite(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }
}

/// The system's `write`, for use where that name means something else.
func posixWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
