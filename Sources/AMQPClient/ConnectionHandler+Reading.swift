import AMQPProtocol
import NIOCore

extension ConnectionHandler {
    /// What to do with the frames of a delivery that follow its method.
    private enum Content {
        /// All of it lies there: the bytes of header and body, and where properties and body begin among the scanned.
        case whole(RawContentHeader, propertiesOffset: Int, body: UnsafeRawBufferPointer, bodyOffset: Int)
        /// The rest will lie behind it when more has come.
        case wait
        /// Split over body frames, or mixed with another channel's: to be assembled.
        case pieces
    }

    /// The largest body that is taken from one frame as it lies there.
    private var bodyMaxBytes: Int {
        let payloadMaxBytes = limits.frameMaxBytes == 0 ? UInt32.max : limits.frameMaxBytes - 8
        return Int(min(payloadMaxBytes, AMQP.defaultFrameMaxBytes))
    }

    private static var noBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }

    func received(_ bytes: ByteBuffer) throws(WireError) {
        let buffer: ByteBuffer
        let isJoined = leftover.readableBytes > 0
        if isJoined {
            leftover.writeImmutableBuffer(bytes)
            buffer = leftover
            swap(&leftover, &spareLeftover)
            spareLeftover = ByteBuffer()
        } else {
            buffer = bytes
        }
        defer { if isJoined { spareLeftover = buffer } }
        if state.phase == .awaitingStart, let words = Self.foreignGreeting(buffer) { return protocolMismatch(words) }
        let result: Result<Int, WireError> = buffer.withUnsafeReadableBytes { readable in
            do throws(WireError) {
                return .success(try scan(readable, in: buffer))
            } catch {
                return .failure(error)
            }
        }
        let consumed = try result.get()
        guard endedBecause == nil, consumed < buffer.readableBytes else { return leftover.clear() }
        var rest = buffer
        rest.moveReaderIndex(forwardBy: consumed)
        // Room for the read that brings the rest; the memory of the one before, unless somebody keeps a body in it.
        leftover.clear(minimumCapacity: rest.readableBytes + Int(AMQP.defaultFrameMaxBytes))
        leftover.writeBuffer(&rest)
    }

    /// Carries out the whole frames; how many bytes they are.
    private func scan(_ bytes: UnsafeRawBufferPointer, in storage: ByteBuffer) throws(WireError) -> Int {
        let firstIndex = storage.readerIndex
        var scanner = FrameScanner(bytes, frameMaxBytes: limits.frameMaxBytes)
        while endedBecause == nil {
            if deliverKnown(bytes, in: storage, firstIndex: firstIndex, &scanner) { continue }
            guard let frame = try scanner.next() else { break }
            if frame.channel == 0 {
                try receivedOnConnection(frame)
                continue
            }
            guard let core = channel(frame.channel) else {
                throw WireError(.channelError, "frame on channel \(frame.channel), which is not open")
            }
            switch frame.type {
            case .method:
                switch HotMethod(frame) {
                case .deliver where core.acceptsDelivery:
                    switch try content(of: frame, &scanner) {
                    case .whole(let header, let propertiesOffset, let body, let bodyOffset):
                        let method = try RawDeliver(frame.payload)
                        if !body.isEmpty {
                            let whole = frame.whole.lowerBound..<scanner.consumedBytes
                            patterns.learn {
                                DeliveryPattern(
                                    UnsafeRawBufferPointer(rebasing: bytes[whole]), channel: frame.channel,
                                    deliver: method, properties: header.properties, bodyBytes: body.count)
                            }
                        }
                        var delivery = Delivery(storage: storage)
                        delivery.set(method, properties: header.properties)
                        delivery.body = body
                        delivery.propertiesIndex = firstIndex + propertiesOffset
                        delivery.bodyIndex = firstIndex + bodyOffset
                        deliver(delivery, to: core)
                    case .wait: return frame.whole.lowerBound
                    case .pieces: try core.beginDelivery(frame.payload)
                    }
                case .confirm where !core.hasPartial:
                    let settlement = try RawSettlement(frame.payload)
                    try core.received(
                        ChannelConfirm(
                            tag: settlement.deliveryTag, multiple: settlement.multiple,
                            isNack: settlement.kind == .nack))
                default: try core.received(try frame.decodeMethod())
                }
            case .header: try core.receivedHeader(frame.payload)
            case .body: try core.receivedBody(frame.payload)
            case .heartbeat: break  // only on channel 0, the scanner sees to it
            }
        }
        return scanner.consumedBytes
    }

    /// Delivers what lies there and looks like deliveries before; false where it has to be parsed.
    private func deliverKnown(
        _ bytes: UnsafeRawBufferPointer, in storage: ByteBuffer, firstIndex: Int, _ scanner: inout FrameScanner
    ) -> Bool {
        let maximum = bodyMaxBytes
        let start = scanner.consumedBytes
        guard let number = patterns.channel(of: bytes, at: start, bodyMaxBytes: maximum),
            let core = channel(number), core.acceptsDelivery
        else { return false }
        // One owner of the space, which the run has while it is looked at.
        var known: [KnownDelivery] = []
        swap(&known, &knownDeliveries)
        let end = patterns.gather(bytes, from: start, channel: number, bodyMaxBytes: maximum, into: &known)
        scanner.skip(end - start)
        let run = DeliveryRun(
            known: known, patterns: patterns.patterns, bytes: bytes, storage: storage, firstIndex: firstIndex)
        touch(core)
        if let channel = core.channel { core.delegate?.channel(channel, received: run) }
        known = run.finish()
        known.removeAll(keepingCapacity: true)
        swap(&known, &knownDeliveries)
        return true
    }

    private func deliver(_ delivery: borrowing Delivery, to core: ChannelCore) {
        touch(core)
        if let channel = core.channel { core.delegate?.channel(channel, received: delivery) }
    }

    /// Looks at the frames behind a deliver method and, where they are all there, passes over them.
    private func content(of method: RawFrame, _ scanner: inout FrameScanner) throws(WireError) -> Content {
        var ahead = scanner
        guard let headerFrame = try ahead.next() else { return .wait }
        guard case .header = headerFrame.type, headerFrame.channel == method.channel else { return .pieces }
        let header = try RawContentHeader(headerFrame.payload)
        guard header.classID == 60 else { return .pieces }
        // They end the frame but for its last byte.
        let propertiesOffset = headerFrame.whole.upperBound - 1 - header.properties.count
        if header.bodyBytes == 0 {
            scanner = ahead
            return .whole(
                header, propertiesOffset: propertiesOffset, body: Self.noBytes,
                bodyOffset: headerFrame.whole.upperBound)
        }
        guard header.bodyBytes <= UInt64(bodyMaxBytes) else { return .pieces }
        guard let bodyFrame = try ahead.next() else { return .wait }
        guard case .body = bodyFrame.type, bodyFrame.channel == method.channel,
            UInt64(bodyFrame.payload.count) == header.bodyBytes
        else { return .pieces }
        scanner = ahead
        return .whole(
            header, propertiesOffset: propertiesOffset, body: bodyFrame.payload,
            bodyOffset: bodyFrame.whole.lowerBound + FrameHeader.bytes)
    }

    private func receivedOnConnection(_ frame: RawFrame) throws(WireError) {
        switch frame.type {
        case .method: try received(try frame.decodeMethod())
        case .heartbeat: break
        case .header, .body: throw WireError(.commandInvalid, "content on channel 0")
        }
    }

    /// Words for a first answer that is no AMQP 0-9-1 frame, nil for one that is, or may be.
    private static func foreignGreeting(_ buffer: ByteBuffer) -> String? {
        guard let first = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self), first != 1 else { return nil }
        if first == UInt8(ascii: "A") {
            guard let bytes = buffer.getBytes(at: buffer.readerIndex, length: 8) else { return "part of a header" }
            return "a protocol header for version \(bytes[5])-\(bytes[6])-\(bytes[7]), so it wants another version"
        }
        if first == 21 || first == 22 { return "TLS: write amqps:// in the URI" }
        let text = buffer.getString(at: buffer.readerIndex, length: min(buffer.readableBytes, 40)) ?? ""
        return "\"\(text.prefix { !$0.isNewline }.filter(\.isASCII))\""
    }
}

/// The methods that come with every message, told apart by one comparison.
private enum HotMethod {
    case deliver
    case confirm
    case other

    init(_ frame: RawFrame) {
        guard frame.payload.count >= 4 else {
            self = .other
            return
        }
        // Class 60, basic: deliver is method 60, ack 80, nack 120.
        switch UInt32(bigEndian: frame.payload.loadUnaligned(as: UInt32.self)) {
        case 60 << 16 | 60: self = .deliver
        case 60 << 16 | 80, 60 << 16 | 120: self = .confirm
        default: self = .other
        }
    }
}
