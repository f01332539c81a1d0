import Stores
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A CSV file (RFC 4180) that rows are appended to, a batch at a time, by any number of processes at once.
///
/// The first line names the columns, but in a pipe, whose writers cannot know which of them is the first. A batch is
/// under a lock of the file and in the file when `append` returns; where it cannot be written, nothing of it stays. A
/// line that comes again, or whose message is delivered again, gets a row each time; their `id` is the same.
package final class CSVFile: Sendable {
    /// What is in the way of writing.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let path: String
        package let reason: String

        package var description: String { "cannot write \(path): \(reason)" }
    }

    private let path: String
    private let descriptor: Int32
    /// The system's `write`.
    private let writeBytes: WriteBytes
    /// Space for a batch.
    private let text = Mutex<[UInt8]>([])

    /// Writes some of the bytes to a file and answers how many, or a negative number and `errno`.
    typealias WriteBytes = @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int

    /// Opens the file to append to it, and makes it where there is none.
    package convenience init(path: String) throws(Failure) {
        try self.init(path: path) { descriptor, bytes in
            #if canImport(Darwin)
                Darwin.write(descriptor, bytes.baseAddress, bytes.count)
            #elseif canImport(Musl)
                Musl.write(descriptor, bytes.baseAddress, bytes.count)
            #else
                Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            #endif
        }
    }

    /// The same with another way to write.
    init(path: String, writeBytes: @escaping WriteBytes) throws(Failure) {
        self.path = path
        self.writeBytes = writeBytes
        descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Failure(path: path, reason: String(cString: strerror(errno))) }
    }

    deinit { close(descriptor) }

    /// Appends a row for each document.
    func append(_ documents: [StoreDocument], of collection: StoreCollection) throws(Failure) {
        guard !documents.isEmpty else { return }
        let failure = text.withLock { text -> Failure? in
            text.removeAll(keepingCapacity: true)
            guard flock(descriptor, LOCK_EX) == 0 else { return failed() }
            defer { flock(descriptor, LOCK_UN) }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { return failed() }
            let isFile = status.st_mode & S_IFMT == S_IFREG
            if isFile, status.st_size == 0 {
                text += (["id"] + collection.columns.map(\.name)).joined(separator: ",").utf8
                text += [0x0D, 0x0A]
            }
            for document in documents { Self.write(document, to: &text) }
            guard let failure = write(text) else { return nil }
            // The next batch, of whichever process, must not continue half a row.
            if isFile { _ = ftruncate(descriptor, status.st_size) }
            return failure
        }
        if let failure { throw failure }
    }

    private func write(_ text: [UInt8]) -> Failure? {
        text.withUnsafeBytes { bytes in
            var start = 0
            while start < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
                let written = writeBytes(descriptor, rest)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return failed() }
                start += written
            }
            return nil
        }
    }

    private func failed() -> Failure { Failure(path: path, reason: String(cString: strerror(errno))) }

    private static func write(_ document: StoreDocument, to text: inout [UInt8]) {
        text += document.id.utf8
        for value in document.values {
            text.append(0x2C)
            switch value {
            case .null: break
            case .integer(let number): text += String(number).utf8
            case .real(let number): text += String(number).utf8
            case .text(let bytes), .bytes(let bytes): writeField(bytes, to: &text)
            }
        }
        text += [0x0D, 0x0A]
    }

    /// Text in quotes where RFC 4180 asks for them, and where it is empty, which without them would be null.
    private static func writeField(_ bytes: [UInt8], to text: inout [UInt8]) {
        let needsQuotes = bytes.isEmpty || bytes.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
        guard needsQuotes else {
            text += bytes
            return
        }
        text.append(0x22)
        for byte in bytes {
            if byte == 0x22 { text.append(0x22) }
            text.append(byte)
        }
        text.append(0x22)
    }
}
