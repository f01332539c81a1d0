import AMQPClient
import AMQPProtocol
import LoadGenerator
import NIOCore
import Testing

/// What arrives in the queue of opaque messages, for each way to write their payload.
@Suite("Opaque payloads")
struct PayloadTests {
    private func bodies(
        _ payload: String, count: Int, files: [String: [UInt8]] = [:], on server: OptionServer
    ) async throws -> [(id: String, body: [UInt8])] {
        let experiment = try await Experiment(server)
        let ending = try await experiment.run(
            """
            phases: [{rate: 5k/s, count: \(count)}]
            topology: {incoming: "${Q}-in", processed: "${Q}-out", failed: "${Q}-bad"}
            mix: {opaque: 1}
            payload: {\(payload)}
            """, files: files)
        #expect(ending.outcome.phases[0].books.confirmed == UInt64(count))
        return try await experiment.drain("\(experiment.prefix)-in").map { message in
            (message.properties.messageID ?? "", Array(message.body.readableBytesView))
        }
    }

    @Test("random bytes of one size, or of several by weight", arguments: OptionServer.available)
    func sizes(server: OptionServer) async throws {
        let same = try await bodies("size: 12B", count: 300, on: server).map(\.body)
        #expect(same.count == 300 && same.allSatisfy { $0.count == 12 })
        #expect(Set(same).count > 100)
        let mixed = try await bodies(
            "size: [16B, {size: 2KiB, weight: 3}, {size: {min: 3000B, max: 3100B}, weight: 4}]", count: 800, on: server
        ).map(\.body.count)
        #expect((50...150).contains(mixed.count { $0 == 16 }))
        #expect((220...380).contains(mixed.count { $0 == 2048 }))
        let rest = mixed.filter { (3000...3100).contains($0) }
        #expect((310...490).contains(rest.count) && Set(rest).count > 20)
        let zeros = try await bodies("size: 9B, random: false", count: 20, on: server).map(\.body)
        #expect(zeros == Array(repeating: [UInt8](repeating: 0, count: 9), count: 20))
    }

    @Test("files as they are", arguments: OptionServer.available)
    func files(server: OptionServer) async throws {
        let files: [String: [UInt8]] = ["a.json": Array("{}".utf8), "b.bin": [0, 255, 0x7B, 0x7B, 1], "empty": []]
        let bodies = try await bodies("files: [a.json, b.bin, empty]", count: 100, files: files, on: server).map(\.body)
        #expect(Set(bodies) == Set(files.values))
    }

    @Test("texts with the message's own stamps", arguments: OptionServer.available)
    func templates(server: OptionServer) async throws {
        let bodies = try await bodies(
            #"template: '{"k":"{{id}}","at":"{{timestamp}}","pad":"{{filler}}"}', size: 200B"#, count: 300, on: server)
        for (id, body) in bodies {
            let text = String(decoding: body, as: UTF8.self)
            #expect(body.count == 200)
            #expect(text.hasPrefix(#"{"k":"\#(id)","at":"20"#) && text.hasSuffix(#""}"#), "\(text)")
        }
        #expect(Set(bodies.map { String(decoding: $0.body.suffix(100), as: UTF8.self) }).count > 100)
    }
}
