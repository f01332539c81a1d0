import NIOCore
import Testing

@testable import AMQPProtocol

/// Bytes written as hexadecimal digits and "quoted text"; spaces only part them.
func wire(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, piece) in text.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
        if index % 2 == 1 {
            bytes.append(contentsOf: piece.utf8)
            continue
        }
        var digits = piece.filter { !$0.isWhitespace }[...]
        while digits.count >= 2 {
            bytes.append(UInt8(digits.prefix(2), radix: 16) ?? 0)
            digits = digits.dropFirst(2)
        }
        precondition(digits.isEmpty, "odd count of digits in \(text)")
    }
    return bytes
}

/// A whole frame around that payload.
func frame(_ type: UInt8, channel: UInt16 = 1, _ payload: [UInt8]) -> [UInt8] {
    var buffer = ByteBuffer()
    buffer.writeInteger(type)
    buffer.writeInteger(channel)
    buffer.writeInteger(UInt32(payload.count))
    buffer.writeBytes(payload)
    buffer.writeInteger(AMQP.frameEnd)
    return Array(buffer.readableBytesView)
}

/// The bytes of those frames, one after another.
func encoded(_ frames: Frame...) throws -> [UInt8] {
    var buffer = ByteBuffer()
    for frame in frames { try buffer.writeFrame(frame) }
    return Array(buffer.readableBytesView)
}

/// The error that `body` throws, if it does.
func wireError<T>(_ body: () throws -> T) -> WireError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? WireError
    }
}

extension UnsafeRawBufferPointer {
    var text: String { String(decoding: self, as: UTF8.self) }
}
