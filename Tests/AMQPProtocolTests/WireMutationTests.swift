import Foundation
import NIOCore
import Testing

@testable import AMQPProtocol

/// Real frames, then the same with seeded mistakes: the checks that the fuzz target makes, in a few seconds.
@Suite struct WireMutationTests {
    /// Inputs made of real frames; Fuzzing/Corpus holds them as files.
    static let seeds: [String: [UInt8]] = {
        var seeds: [String: [UInt8]] = [:]
        for (method, payload) in MethodSamples.all where wire(payload).count > 4 {
            seeds["payload-\(method.id)"] = [2, 0] + wire(payload)
        }
        for (number, values) in [FieldTableTests.values[..<12], FieldTableTests.values[12...]].enumerated() {
            seeds["table-\(number)"] = [4, 0] + values.flatMap { wire("01 \"n\" \($0.bytes)") }
        }
        seeds["stream-messages"] = [0, 9] + FrameDecoderTests.bytes
        seeds["stream-handshake"] = [0, 3] + handshake
        seeds["framed-message"] =
            [1, 5] + wire("00 01 0B 003C 0028 0000 00 02 \"qq\" 00 01 01 12 003C 0000 0000000000000003 0080 03 \"abc\"")
            + wire("02 01 03 \"xyz\" 04 00 00")
        var writer = WireWriter(ByteBuffer())
        try? RawPropertiesTests.full.encode(into: &writer)
        seeds["properties-all"] = [3, 0] + Array(writer.buffer.readableBytesView)
        seeds["template"] = [5, 40] + Array("{\"id\":\"0000000a-0000000000000001\",\"type\":\"update\"}".utf8)
        seeds["text"] = [7, 0] + Array("aé€😀 12345678".utf8)
        return seeds
    }()

    private static let handshake: [UInt8] = {
        var buffer = ByteBuffer()
        for (method, _) in MethodSamples.all.prefix(12) { try? buffer.writeFrame(.method(method)) }
        return Array(buffer.readableBytesView)
    }()

    static let corpus = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fuzzing/Corpus").standardizedFileURL

    @Test func theCorpusHoldsTheSeeds() throws {
        // RAFALE_WRITE_CORPUS=1 writes them anew when frames or checks have changed.
        for (name, bytes) in Self.seeds {
            let file = Self.corpus.appending(path: name)
            if ProcessInfo.processInfo.environment["RAFALE_WRITE_CORPUS"] != nil { try Data(bytes).write(to: file) }
            #expect(try Data(contentsOf: file) == Data(bytes), "\(name)")
        }
    }

    @Test func holdsForTheCorpus() throws {
        let files = try FileManager.default.contentsOfDirectory(at: Self.corpus, includingPropertiesForKeys: nil)
        #expect(files.count >= Self.seeds.count)
        for file in files { try check([UInt8](Data(contentsOf: file)), file.lastPathComponent) }
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func holdsForMutations(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let inputs = Self.seeds.keys.sorted().compactMap { Self.seeds[$0] }
        for round in 0..<1000 {
            var input = inputs[Int(random.next() % UInt64(inputs.count))]
            for _ in 0...random.next() % 4 { mutate(&input, &random) }
            try check(input, "seed \(seed), round \(round)")
        }
    }

    private func check(_ input: [UInt8], _ name: String) throws {
        do {
            try input.withUnsafeBytes { bytes throws in try WireChecks.run(bytes) }
        } catch {
            Issue.record("\(name): \(error); input \(input)")
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        guard bytes.count > 2 else { return bytes.append(UInt8(truncatingIfNeeded: random.next())) }
        let place = 1 + Int(random.next() % UInt64(bytes.count - 1))
        let byte = UInt8(truncatingIfNeeded: random.next())
        switch random.next() % 6 {
        case 0: bytes[place] = byte
        case 1: bytes[place] ^= 1 << (byte & 7)
        case 2: bytes[place] = [0, 0x7F, 0x80, 0xCE, 0xFF][Int(byte % 5)]
        case 3: bytes.insert(byte, at: place)
        case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + Int(byte % 8)))
        default: bytes.append(contentsOf: bytes[place...].prefix(Int(byte)))
        }
    }
}

/// A generator of the same numbers for the same seed.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
