import AMQPProtocol
import NIOCore

/// What must hold for any bytes whatever: the tests and the fuzz target (`Fuzzing/`) ask the same questions.
///
/// The first byte of an input chooses a check, the second seeds its splits, the rest are the bytes from the wire.
enum WireChecks {
    /// Two paths through the core that should agree and do not, or a promise that is broken.
    struct Finding: Error, CustomStringConvertible {
        let description: String
    }

    /// The check that the first byte of an input chooses.
    enum Check: UInt8, CaseIterable {
        case stream, framed, payload, properties, table, template, deliveries, text
    }

    static func run(_ input: UnsafeRawBufferPointer) throws {
        guard input.count >= 2 else { return }
        let check = Check(rawValue: input[0] % UInt8(Check.allCases.count)) ?? .stream
        let seed = input[1]
        let bytes = Array(input[2...])
        switch check {
        case .stream: try stream(bytes, seed: seed)
        case .framed: try stream(framed(bytes), seed: seed)
        case .payload: try stream(frame(type: [1, 1, 2, 3][Int(seed % 4)], channel: 1, bytes[...]), seed: seed)
        case .properties: try properties(bytes)
        case .table:
            try properties([0x20, 0, 0, 0] + [UInt8(bytes.count >> 8 & 0xFF), UInt8(bytes.count & 0xFF)] + bytes)
        case .template: try template(bytes, seed: seed)
        case .text: try text(bytes)
        case .deliveries: try deliveries(bytes, seed: seed)
        }
    }
}

// MARK: - Streams of frames

extension WireChecks {
    /// What a stream is found to hold: its frames, each encoded again, then the error that ends it.
    struct Reading: Equatable {
        var frames: [[UInt8]] = []
        var error: WireError?
        var decoded: [Frame] = []

        mutating func append(_ frame: Frame) throws {
            frames.append(try encoded(frame))
            decoded.append(frame)
        }

        // NaN differs from itself: bytes are compared, not values.
        static func == (left: Reading, right: Reading) -> Bool {
            left.frames == right.frames && left.error == right.error
        }
    }

    private static let frameMaxBytes: UInt32 = 4096

    /// Decoder and scanner, fed whole or in pieces, see the same; what they saw can be written and read again, and put to the state machines.
    static func stream(_ bytes: [UInt8], seed: UInt8) throws {
        let whole = try decode([bytes[...]])
        for pieces in [split(bytes, seed: seed), split(bytes, seed: 0)] {
            try agree(whole, try decode(pieces), "decoder fed whole and in \(pieces.count) pieces")
        }
        try agree(whole, try scan([bytes[...]]), "decoder and scanner")
        try agree(whole, try scan(split(bytes, seed: seed)), "decoder and scanner fed in pieces")
        let again = try decode([whole.frames.joined().map { $0 }[...]])
        try agree(Reading(frames: whole.frames), again, "frames and the same written and read again")
        try assemble(whole.decoded)
        try converse(whole.decoded)
    }

    private static func decode(_ pieces: [ArraySlice<UInt8>]) throws -> Reading {
        var decoder = FrameDecoder(frameMaxBytes: frameMaxBytes)
        var reading = Reading()
        for piece in pieces where reading.error == nil {
            decoder.append(ByteBuffer(bytes: piece))
            do throws(WireError) {
                while let frame = try decoder.next() { try read(frame, into: &reading) }
            } catch {
                reading.error = error
                try expect(throwing { () throws(WireError) in try decoder.next() } == error, "errors are sticky")
                try expect(decoder.bufferedBytes == 0, "nothing is kept after an error")
            }
            try expect(decoder.bufferedBytes <= Int(frameMaxBytes), "less than a frame is kept")
        }
        return reading
    }

    private static func read(_ frame: Frame, into reading: inout Reading) throws(WireError) {
        do {
            try reading.append(frame)
        } catch {
            throw error as? WireError ?? WireError(.internalError, "\(error)")
        }
    }

    /// Scans as a connection does: what is left of a read goes in front of the next.
    private static func scan(_ pieces: [ArraySlice<UInt8>]) throws -> Reading {
        var reading = Reading()
        var left: [UInt8] = []
        for piece in pieces where reading.error == nil {
            left += piece
            let consumed = try left.withUnsafeBytes { bytes throws in
                var scanner = FrameScanner(bytes, frameMaxBytes: frameMaxBytes)
                do throws(WireError) {
                    while let raw = try scanner.next() { try read(try decode(raw), into: &reading) }
                } catch {
                    reading.error = error
                }
                return scanner.consumedBytes
            }
            left.removeFirst(consumed)
        }
        return reading
    }

    /// A frame by way of its raw views, where there are any.
    private static func decode(_ raw: RawFrame) throws(WireError) -> Frame {
        let payload: Frame.Payload
        switch raw.type {
        case .heartbeat: payload = .heartbeat
        case .body: payload = .body(ByteBuffer(bytes: raw.payload))
        case .header:
            let header = try RawContentHeader(raw.payload)
            try RawProperties(header.properties).validate()
            let properties = try RawProperties(header.properties).decode()
            payload = .header(
                ContentHeader(classID: header.classID, bodyBytes: header.bodyBytes, properties: properties))
        case .method: payload = .method(try decodeMethod(raw))
        }
        return Frame(channel: raw.channel, payload)
    }

    private static func decodeMethod(_ raw: RawFrame) throws(WireError) -> Method {
        func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }
        switch raw.methodID {
        case .basicPublish:
            let publish = try RawPublish(raw.payload)
            return .basicPublish(
                BasicPublish(
                    exchange: text(publish.exchange), routingKey: text(publish.routingKey),
                    mandatory: publish.mandatory, immediate: publish.immediate))
        case .basicDeliver:
            let deliver = try RawDeliver(raw.payload)
            return .basicDeliver(
                BasicDeliver(
                    consumerTag: text(deliver.consumerTag), deliveryTag: deliver.deliveryTag,
                    redelivered: deliver.redelivered, exchange: text(deliver.exchange),
                    routingKey: text(deliver.routingKey)))
        case .basicAck, .basicReject, .basicNack:
            let settlement = try RawSettlement(raw.payload)
            let (tag, multiple, requeue) = (settlement.deliveryTag, settlement.multiple, settlement.requeue)
            return switch settlement.kind {
            case .ack: .basicAck(BasicAck(deliveryTag: tag, multiple: multiple))
            case .reject: .basicReject(BasicReject(deliveryTag: tag, requeue: requeue))
            case .nack: .basicNack(BasicNack(deliveryTag: tag, multiple: multiple, requeue: requeue))
            }
        default: return try raw.decodeMethod()
        }
    }

    /// A message that comes out has the size that was announced for it, and no more than the maximum.
    private static func assemble(_ frames: [Frame]) throws {
        let maximum: UInt64 = 64
        var channels: [UInt16: ContentAssembler] = [:]
        for frame in frames {
            var assembler = channels[frame.channel] ?? ContentAssembler(maximumBodyBytes: maximum)
            defer { channels[frame.channel] = assembler }
            let event: ContentAssembler.Event?
            do throws(WireError) {
                event = try assembler.receive(frame.payload)
            } catch {
                let codes: [ReplyCode] = [.unexpectedFrame, .frameError, .contentTooLarge]
                try expect(codes.contains(error.replyCode) && assembler.isIdle, "idle after \(error)")
                continue
            }
            switch event {
            case .content(let content):
                try expect(UInt64(content.body.readableBytes) == content.header.bodyBytes, "size as announced")
                try expect(content.header.bodyBytes <= maximum, "size within the maximum")
                try expect(content.method.id.carriesContent && assembler.isIdle, "content of a content method")
            case .method(let method): try expect(!method.id.carriesContent && assembler.isIdle, "method alone")
            case nil: try expect(!assembler.isIdle, "message under way")
            }
        }
    }
}

// MARK: - Properties and tables

extension WireChecks {
    /// Raw views and the decoder find the same in property bytes, and refuse the same.
    static func properties(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { bytes throws in
            let raw = RawProperties(bytes)
            let decoded: BasicProperties
            do throws(WireError) {
                decoded = try raw.decode()
            } catch {
                try expect(
                    throwing { () throws(WireError) in try raw.validate() } == error, "validate() throws \(error)")
                // Single look-ups may succeed on what lies in front of the mistake; they must only not trap.
                for property in RawProperties.Property.allCases { _ = try? raw.bytes(of: property) }
                _ = try? raw.int64Header("x-rafale-intended")
                return
            }
            try raw.validate()
            try expect(
                try raw.messageID().map { String(decoding: $0, as: UTF8.self) } == decoded.messageID, "messageID")
            try expect(
                try raw.bytes(of: .clusterID).map { String(decoding: $0, as: UTF8.self) } == decoded.clusterID,
                "clusterID")
            try expect(try raw.deliveryMode() == decoded.deliveryMode, "deliveryMode")
            try expect(try raw.priority() == decoded.priority, "priority")
            try expect(try raw.timestamp() == decoded.timestamp, "timestamp")
            try expect(try raw.int64Header("n") == decoded.headers?["n"]?.integer, "header n")
            try fields(try raw.headers(), decoded.headers)
        }
    }

    private static func fields(_ raw: RawTable?, _ decoded: FieldTable?) throws {
        guard var raw, let decoded else { return try expect(raw == nil && decoded == nil, "headers in both") }
        for field in decoded.fields {
            guard let found = try raw.next() else { throw Finding(description: "fewer raw fields") }
            try expect(String(decoding: found.name, as: UTF8.self) == field.name, "name \(field.name)")
            var one = FieldTable()
            one[field.name] = try found.value.decode()
            var other = FieldTable()
            other[field.name] = field.value
            try expect(try encoded(one) == encoded(other), "value of \(field.name)")
        }
        try expect(try raw.next() == nil, "as many raw fields")
    }

    private static func encoded(_ table: FieldTable) throws -> [UInt8] {
        var writer = WireWriter(ByteBuffer())
        try writer.writeTable(table)
        return Array(writer.buffer.readableBytesView)
    }
}

// MARK: - Templates, text

extension WireChecks {
    /// A template holds the frames it was made of, for any frame-max, and its offsets point into them.
    static func template(_ bytes: [UInt8], seed: UInt8) throws {
        let frameMaxBytes = 80 + UInt32(seed)
        let key = String(decoding: bytes.prefix(20), as: UTF8.self)
        var properties = BasicProperties()
        properties.messageID = String(decoding: bytes.prefix(8), as: UTF8.self)
        properties.headers = ["h": .int64(Int64(seed))]
        var template: PublishTemplate
        do throws(WireError) {
            template = try PublishTemplate(
                exchange: "", routingKey: key, properties: properties, body: bytes, frameMaxBytes: frameMaxBytes)
        } catch {
            return try expect(
                error.replyCode == .frameError && frameMaxBytes < 120, "a template within \(frameMaxBytes)")
        }
        template.setChannel(UInt16(seed) << 8 | 7)
        var decoder = FrameDecoder(frameMaxBytes: frameMaxBytes)
        decoder.append(ByteBuffer(bytes: template.bytes))
        var assembler = ContentAssembler()
        var content: Content?
        while let frame = try decoder.next() {
            try expect(frame.channel == UInt16(seed) << 8 | 7 && content == nil, "one message on its channel")
            if case .content(let whole) = try assembler.receive(frame.payload) { content = whole }
        }
        try expect(content.map { Array($0.body.readableBytesView) } == bytes, "the body")
        try expect(content?.header.properties == properties, "the properties")
        for index in bytes.indices {
            try expect(template.bytes[template.bodyOffset(index)] == bytes[index], "body byte \(index)")
        }
        let header = template.headerOffset("h").map { template.bytes[$0 + 7] }
        try expect(header == seed, "the header's place")
    }

    /// Raw bytes are judged as text like `String` judges them.
    static func text(_ bytes: [UInt8]) throws {
        let isText = String(validating: bytes, as: UTF8.self) != nil
        try bytes.withUnsafeBytes { bytes throws in
            try expect(bytes.isUTF8 == isText, "text \(isText): \(Array(bytes))")
            let half = UnsafeRawBufferPointer(rebasing: bytes[(bytes.count / 2)...])
            let rest = UnsafeRawBufferPointer(rebasing: bytes[..<half.count])
            try expect(half.equals(rest) == half.elementsEqual(rest), "equality")
        }
    }
}

// MARK: - Pieces

extension WireChecks {
    /// The bytes in pieces of pseudo-random length; for seed 0, byte by byte.
    private static func split(_ bytes: [UInt8], seed: UInt8) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var state = UInt32(seed)
        var start = 0
        while start < bytes.count {
            state = state &* 1_664_525 &+ (seed == 0 ? 0 : 1_013_904_223)
            let end = min(bytes.count, start + 1 + Int(state >> 24) % 40)
            pieces.append(bytes[start..<end])
            start = end
        }
        return pieces
    }

    /// Frames with a right envelope around pieces that each begin with type, channel and length.
    private static func framed(_ bytes: [UInt8]) -> [UInt8] {
        var frames: [UInt8] = []
        var rest = bytes[...]
        while rest.count >= 3, let type = rest.popFirst(), let channel = rest.popFirst(), let count = rest.popFirst() {
            let payload = rest.prefix(Int(count))
            rest = rest.dropFirst(payload.count)
            frames += frame(type: [1, 2, 3, 1, 8][Int(type % 5)], channel: UInt16(channel % 3), payload)
        }
        return frames
    }

    private static func frame(type: UInt8, channel: UInt16, _ payload: ArraySlice<UInt8>) -> [UInt8] {
        var buffer = ByteBuffer()
        buffer.writeInteger(type)
        buffer.writeInteger(channel)
        buffer.writeInteger(UInt32(payload.count))
        buffer.writeBytes(payload)
        buffer.writeInteger(AMQP.frameEnd)
        return Array(buffer.readableBytesView)
    }

    private static func encoded(_ frame: Frame) throws(WireError) -> [UInt8] {
        var buffer = ByteBuffer()
        try buffer.writeFrame(frame)
        return Array(buffer.readableBytesView)
    }

    private static func throwing<T>(_ body: () throws(WireError) -> T) -> WireError? {
        do throws(WireError) {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }

    private static func agree(_ left: Reading, _ right: Reading, _ what: String) throws {
        try expect(left == right, "\(what): \(left) and \(right)")
    }

    static func expect(_ condition: @autoclosure () throws -> Bool, _ what: @autoclosure () -> String) throws {
        guard try condition() else { throw Finding(description: what()) }
    }
}
