package import NIOCore

/// Writes AMQP's fields to the end of a buffer (specification 4.2.5).
package struct WireWriter {
    /// What was there and what has been written.
    package var buffer: ByteBuffer
    var nesting = 0

    /// Writes behind what the buffer holds.
    package init(_ buffer: ByteBuffer) { self.buffer = buffer }

    /// Writes the integer's bytes, the most significant first.
    package mutating func writeInteger<T: FixedWidthInteger>(_ value: T) { buffer.writeInteger(value) }

    /// Packs consecutive bit fields into one octet, first bit lowest.
    package mutating func writeBits(_ bits: Bool...) {
        var octet: UInt8 = 0
        for (index, bit) in bits.enumerated() where bit { octet |= 1 << UInt8(index) }
        buffer.writeInteger(octet)
    }

    /// Writes a string of at most 255 bytes of UTF-8.
    package mutating func writeShortString(_ string: String) throws(WireError) {
        let count = string.utf8.count
        guard let length = UInt8(exactly: count) else {
            throw WireError(.syntaxError, "\"\(string.prefix(40))…\" has \(count) bytes, a short string at most 255")
        }
        buffer.writeInteger(length)
        buffer.writeString(string)
    }

    /// Writes a string of at most 4 GiB of UTF-8.
    package mutating func writeLongString(_ string: String) throws(WireError) {
        buffer.writeInteger(try length(string.utf8.count))
        buffer.writeString(string)
    }

    /// Writes a long string of any bytes.
    package mutating func writeLongBytes(_ bytes: [UInt8]) throws(WireError) {
        buffer.writeInteger(try length(bytes.count))
        buffer.writeBytes(bytes)
    }

    /// Runs `body`, then writes the count of bytes it wrote in front of them.
    mutating func writeWithLength(
        _ body: (inout WireWriter) throws(WireError) -> Void
    ) throws(WireError) {
        let start = buffer.writerIndex
        buffer.writeInteger(UInt32(0))
        try body(&self)
        buffer.setInteger(try length(buffer.writerIndex - start - 4), at: start)
    }

    private func length(_ count: Int) throws(WireError) -> UInt32 {
        guard let length = UInt32(exactly: count) else {
            throw WireError(.syntaxError, "\(count) bytes do not fit a long string")
        }
        return length
    }
}

/// The fields of one method, those that are not reserved.
package protocol MethodPayload: Sendable, Equatable {
    /// Reads the fields behind the class and method numbers.
    init(from reader: inout WireReader) throws(WireError)
    /// Writes the fields behind the class and method numbers.
    func encode(into writer: inout WireWriter) throws(WireError)
}
