import NIOCore
import Testing

@testable import AMQPProtocol

@Suite struct FrameScannerTests {
    let ack = wire("01 0001 0000000D 003C0050 0000000000000007 01 CE")
    let body = wire("03 0002 00000003 \"abc\" CE")
    let heartbeat = wire("08 0000 00000000 CE")

    @Test func givesEachWholeFrame() throws {
        let bytes = ack + body + heartbeat
        try bytes.withUnsafeBytes { bytes throws in
            var scanner = FrameScanner(bytes, frameMaxBytes: 4096)
            let first = try #require(try scanner.next())
            #expect(first.type == .method)
            #expect(first.channel == 1)
            #expect(first.methodID == .basicAck)
            #expect(first.whole == 0..<21)
            #expect(try first.decodeMethod() == .basicAck(BasicAck(deliveryTag: 7, multiple: true)))
            let second = try #require(try scanner.next())
            #expect(second.type == .body)
            #expect(second.channel == 2)
            #expect(second.payload.text == "abc")
            #expect(second.methodID == nil)
            #expect(second.whole == 21..<32)
            let third = try #require(try scanner.next())
            #expect(third.type == .heartbeat)
            #expect(third.payload.isEmpty)
            #expect(scanner.consumedBytes == 40)
            #expect(try scanner.next() == nil)
        }
    }

    @Test func stopsInFrontOfAnIncompleteFrame() throws {
        let bytes = ack + body
        for count in 0..<bytes.count {
            try Array(bytes[..<count]).withUnsafeBytes { bytes throws in
                var scanner = FrameScanner(bytes, frameMaxBytes: 4096)
                var frames = 0
                while try scanner.next() != nil { frames += 1 }
                #expect(frames == (count < ack.count ? 0 : 1))
                #expect(scanner.consumedBytes == (count < ack.count ? 0 : ack.count))
            }
        }
    }

    @Test(arguments: [
        ("04", "unknown frame type 4"),  // seen from the first byte on
        ("41 4D 51 50 00 00 09 01", "unknown frame type 65"),
        ("01 0001 00000FF9", "frame of 4089 + 8 bytes, negotiated maximum 4096"),
        ("01 0001 FFFFFFFF", "frame of 4294967295 + 8 bytes, negotiated maximum 4096"),
        ("03 0001 00000001 61 00", "frame of 1 bytes ends with 0 instead of 206"),
        ("08 0001 00000000 CE", "heartbeat of 0 bytes on channel 1, must be empty on channel 0"),
        ("08 0000 00000001 00 CE", "heartbeat of 1 bytes on channel 0, must be empty on channel 0"),
    ])
    func refusesWithFrameError(hex: String, text: String) {
        let error = wireError {
            try wire(hex).withUnsafeBytes { bytes throws in
                var scanner = FrameScanner(bytes, frameMaxBytes: 4096)
                _ = try scanner.next()
            }
        }
        #expect(error == WireError(.frameError, text))
    }

    @Test func takesTheLargestFrameNegotiated() throws {
        let bytes = frame(3, Array(repeating: 0x61, count: 4088))
        #expect(bytes.count == 4096)
        try bytes.withUnsafeBytes { bytes throws in
            var scanner = FrameScanner(bytes, frameMaxBytes: 4096)
            #expect(try scanner.next()?.payload.count == 4088)
        }
    }

    @Test func knowsNoLimitWhereNoneWasNegotiated() throws {
        try frame(3, Array(repeating: 0x61, count: 200_000)).withUnsafeBytes { bytes throws in
            var scanner = FrameScanner(bytes, frameMaxBytes: 0)
            #expect(try scanner.next()?.payload.count == 200_000)
        }
    }
}

@Suite struct RawMethodsTests {
    @Test func readsPublish() throws {
        let payload = wire("003C 0028 0000 02 \"ex\" 03 \"key\" 03")
        try payload.withUnsafeBytes { bytes throws in
            let publish = try RawPublish(bytes)
            #expect(publish.exchange.text == "ex")
            #expect(publish.routingKey.text == "key")
            #expect(publish.mandatory)
            #expect(publish.immediate)
        }
    }

    @Test func readsDeliver() throws {
        let payload = wire("003C 003C 04 \"ctag\" 0000000000000102 01 00 0E \"incoming_texts\"")
        try payload.withUnsafeBytes { bytes throws in
            let deliver = try RawDeliver(bytes)
            #expect(deliver.consumerTag.text == "ctag")
            #expect(deliver.deliveryTag == 258)
            #expect(deliver.redelivered)
            #expect(deliver.exchange.isEmpty)
            #expect(deliver.routingKey.text == "incoming_texts")
        }
    }

    @Test(arguments: [
        ("003C 0050 0000000000000009 01", RawSettlement(.ack, deliveryTag: 9, multiple: true)),
        ("003C 005A 0000000000000009 01", RawSettlement(.reject, deliveryTag: 9, requeue: true)),
        ("003C 0078 0000000000000009 02", RawSettlement(.nack, deliveryTag: 9, requeue: true)),
        ("003C 0078 0000000000000009 01", RawSettlement(.nack, deliveryTag: 9, multiple: true)),
    ])
    func readsAndWritesSettlements(hex: String, settlement: RawSettlement) throws {
        try wire(hex).withUnsafeBytes { bytes throws in #expect(try RawSettlement(bytes) == settlement) }
        var buffer = ByteBuffer()
        buffer.writeSettlement(settlement, channel: 5)
        #expect(Array(buffer.readableBytesView) == frame(1, channel: 5, wire(hex)))
    }

    @Test func refusesEveryTruncationAndTrailingBytes() {
        let publish = wire("003C 0028 0000 02 \"ex\" 03 \"key\" 03")
        let deliver = wire("003C 003C 04 \"ctag\" 0000000000000102 01 00 02 \"in\"")
        let ack = wire("003C 0050 0000000000000009 01")
        for count in 0..<publish.count {
            #expect(refusal(publish[..<count]) { try RawPublish($0) }?.replyCode == .frameError)
        }
        for count in 0..<deliver.count {
            #expect(refusal(deliver[..<count]) { try RawDeliver($0) }?.replyCode == .frameError)
        }
        for count in 0..<ack.count {
            #expect(refusal(ack[..<count]) { try RawSettlement($0) }?.replyCode == .frameError)
        }
        #expect(refusal(publish + [0]) { try RawPublish($0) } == WireError.leftOver(1))
        #expect(refusal(deliver + [0]) { try RawDeliver($0) } == WireError.leftOver(1))
        #expect(refusal(ack + [0]) { try RawSettlement($0) } == WireError.leftOver(1))
        #expect(refusal(ack[...]) { try RawPublish($0) }?.replyCode == .unexpectedFrame)
        #expect(refusal(publish[...]) { try RawSettlement($0) }?.replyCode == .unexpectedFrame)
    }

    @Test func refusesNamesThatAreNotUTF8() {
        let bytes = wire("003C 0028 0000 02 C328 00 00")
        #expect(refusal(bytes[...]) { try RawPublish($0) } == WireError.notUTF8("short string", bytes: 2))
    }

    private func refusal<T>(
        _ bytes: ArraySlice<UInt8>, _ body: (UnsafeRawBufferPointer) throws -> T
    ) -> WireError? {
        wireError { try Array(bytes).withUnsafeBytes { _ = try body($0) } }
    }
}

@Suite struct RawBytesTests {
    @Test(arguments: [
        "", "41", "7F", "C3A9", "E282AC", "F09F9880", "ED9FBF", "EE8080", "F48FBFBF", "4141414141414141C3A9",
        "80", "C0AF", "C1BF", "E09F80", "EDA080", "F08F8080", "F4908080", "F5808080", "C3", "E282", "F09F98", "C328",
        "41414141414141C3", "E28228", "FF", "414141414141414141414141F0",
    ])
    func judgesUTF8LikeString(hex: String) {
        let bytes = wire(hex)
        #expect(bytes.withUnsafeBytes { $0.isUTF8 } == (String(validating: bytes, as: UTF8.self) != nil))
    }

    @Test func judgesEveryPairAndTripleOfEdgeBytes() {
        let edges: [UInt8] = [
            0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
            0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        var disagreements = 0
        for first in edges {
            for second in edges {
                for third in edges {
                    for bytes in [[first, second, third], [first, second, third, 0x80]] {
                        let isString = String(validating: bytes, as: UTF8.self) != nil
                        if bytes.withUnsafeBytes({ $0.isUTF8 }) != isString { disagreements += 1 }
                    }
                }
            }
        }
        #expect(disagreements == 0)
    }

    @Test func comparesBytes() {
        "x-rafale-intended".utf8.withContiguousStorageIfAvailable { bytes in
            let raw = UnsafeRawBufferPointer(bytes)
            #expect(raw.equals("x-rafale-intended"))
            #expect(!raw.equals("x-rafale-intendee"))
            #expect(!raw.equals("X-rafale-intended"))
            #expect(!raw.equals("x-rafale-intende"))
            #expect(!raw.equals(""))
        }
        #expect(UnsafeRawBufferPointer(start: nil, count: 0).equals(""))
    }
}
