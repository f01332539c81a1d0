import AMQPProtocol
import NIOCore

// The hot path out: a message's frames, written with one reservation each from the bytes as they came.

extension ConnectionHandler {
    /// Appends basic.deliver with its content.
    func write(_ delivery: VirtualHost.Delivery, consumerTag: [UInt8]) {
        let message = delivery.message
        let route = message.route.encoded
        let methodBytes = 4 + consumerTag.count + 9 + route.count
        writeFrames(of: message, methodPayloadBytes: methodBytes, on: delivery.channel) { cursor in
            cursor.write(MethodID.basicDeliver)
            cursor.write(consumerTag)
            cursor.write(delivery.deliveryTag)
            cursor.write(UInt8(delivery.redelivered ? 1 : 0))
            cursor.write(route)
        }
    }

    /// Appends basic.get-ok with its content.
    func write(_ fetched: VirtualHost.Fetched, on channel: UInt16) {
        let route = fetched.entry.message.route.encoded
        writeFrames(of: fetched.entry.message, methodPayloadBytes: 17 + route.count, on: channel) { cursor in
            cursor.write(MethodID.basicGetOk)
            cursor.write(fetched.deliveryTag)
            cursor.write(UInt8(fetched.entry.redelivered ? 1 : 0))
            cursor.write(route)
            cursor.write(fetched.leftCount)
        }
    }

    /// Appends basic.return with its content: no queue wanted the message.
    func writeReturn(of message: Message, on channel: UInt16) {
        let text = Array("NO_ROUTE".utf8)
        let route = message.route.encoded
        writeFrames(of: message, methodPayloadBytes: 7 + text.count + route.count, on: channel) { cursor in
            cursor.write(MethodID.basicReturn)
            cursor.write(ReplyCode.noRoute.rawValue)
            cursor.write(UInt8(text.count))
            cursor.write(text)
            cursor.write(route)
        }
    }

    /// Appends a method frame that `method` fills, the content header and the body in as many frames as it takes.
    private func writeFrames(
        of message: Message, methodPayloadBytes: Int, on channel: UInt16, method: (inout FrameCursor) -> Void
    ) {
        let head = message.header
        let overhead = AMQP.frameOverheadBytes
        let bodyFrames = (head.bodyBytes + payloadMaxBytes - 1) / payloadMaxBytes
        let total =
            methodPayloadBytes + overhead + 12 + head.propertyBytes + overhead + head.bodyBytes + bodyFrames * overhead
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: total) { target in
            var cursor = FrameCursor(target)
            cursor.openFrame(.method, channel: channel, payloadBytes: methodPayloadBytes)
            method(&cursor)
            cursor.write(AMQP.frameEnd)
            message.withUnsafeMutablePointerToElements { bytes in
                cursor.openFrame(.header, channel: channel, payloadBytes: 12 + head.propertyBytes)
                cursor.write(UInt32(60) << 16)  // class and weight
                cursor.write(UInt64(head.bodyBytes))
                cursor.write(UnsafeRawBufferPointer(start: bytes, count: head.propertyBytes))
                cursor.write(AMQP.frameEnd)
                var offset = 0
                while offset < head.bodyBytes {
                    let count = min(payloadMaxBytes, head.bodyBytes - offset)
                    cursor.openFrame(.body, channel: channel, payloadBytes: count)
                    cursor.write(UnsafeRawBufferPointer(start: bytes + head.propertyBytes + offset, count: count))
                    cursor.write(AMQP.frameEnd)
                    offset += count
                }
            }
            return cursor.offset
        }
        markDirty()
    }
}

/// Writes fields one behind the other into reserved bytes.
private struct FrameCursor {
    private let bytes: UnsafeMutableRawBufferPointer
    private(set) var offset = 0

    init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    mutating func write<T: FixedWidthInteger>(_ value: T) {
        bytes.storeBytes(of: value.bigEndian, toByteOffset: offset, as: T.self)
        offset += MemoryLayout<T>.size
    }

    mutating func write(_ id: MethodID) { write(UInt32(id.classID) << 16 | UInt32(id.methodID)) }

    mutating func write(_ source: [UInt8]) { source.withUnsafeBytes { write($0) } }

    mutating func write(_ source: UnsafeRawBufferPointer) {
        guard !source.isEmpty else { return }
        precondition(offset + source.count <= bytes.count, "more bytes than reserved")
        UnsafeMutableRawBufferPointer(rebasing: bytes[offset...]).copyMemory(from: source)
        offset += source.count
    }

    mutating func openFrame(_ type: FrameType, channel: UInt16, payloadBytes: Int) {
        write(type.rawValue)
        write(channel)
        write(UInt32(payloadBytes))
    }
}
