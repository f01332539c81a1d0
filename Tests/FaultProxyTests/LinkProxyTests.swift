import FaultProxy
import NIOCore
import NIOPosix
import TestSupport
import Testing

@Suite("A proxy on loopback", .timeLimit(.minutes(1)))
struct LinkProxyTests {
    /// A server that sends back what it gets, a proxy in front of it, and how to connect through it.
    private struct Bench {
        let server: any Channel
        let proxy: LinkProxy
        let port: Int

        static let group = MultiThreadedEventLoopGroup.singleton

        static func run(_ body: (Bench) async throws -> Void) async throws {
            let server = try await ServerBootstrap(group: group)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(EchoHandler())
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            let proxy = LinkProxy(to: "127.0.0.1", port: server.localAddress?.port ?? 0, seed: 1, group: group)
            let port = try await proxy.start(host: "127.0.0.1", port: 0)
            let bench = Bench(server: server, proxy: proxy, port: port)
            do {
                try await body(bench)
            } catch {
                await proxy.stop()
                try? await server.close()
                throw error
            }
            await proxy.stop()
            // A test may have closed it.
            try? await server.close()
        }

        func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
            try await ClientBootstrap(group: Self.group)
                .connect(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel(
                            wrappingChannelSynchronously: channel,
                            configuration: .init(isOutboundHalfClosureEnabled: true))
                    }
                }
        }

        func tell(_ line: String) async throws { try await proxy.carryOut(try ProxyCommand(line)) }
    }

    /// Sends bytes and reads as many back; how long that took.
    private static func exchange(
        _ bytes: ByteBuffer, _ inbound: inout NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws -> Duration {
        let start = ContinuousClock.now
        try await outbound.write(bytes)
        var back = ByteBuffer()
        while back.readableBytes < bytes.readableBytes, let more = try await inbound.next(isolation: #isolation) {
            back.writeImmutableBuffer(more)
        }
        #expect(back == bytes)
        return ContinuousClock.now - start
    }

    @Test("Bytes pass unchanged both ways, and the end of one way leaves the other open")
    func passesThrough() async throws {
        try await Bench.run { bench in
            let payload = ByteBuffer(bytes: (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            try await bench.connect().executeThenClose { inbound, outbound in
                try await outbound.write(payload)
                outbound.finish()
                var back = ByteBuffer()
                // The echo of what was sent before the half-close still comes, and then the end.
                for try await more in inbound { back.writeImmutableBuffer(more) }
                #expect(back == payload)
            }
            let seen = try await eventually("the connection is gone") {
                let seen = await bench.proxy.statistics()
                return seen.open == 0 ? seen : nil
            }
            #expect(seen.accepted == 1 && seen.bytesUp == 2_000_000 && seen.bytesDown == 2_000_000)
        }
    }

    @Test("A delay makes every answer late, and does not slow the stream down")
    func delay() async throws {
        try await Bench.run { bench in
            try await bench.connect().executeThenClose { inbound, outbound in
                var answers = inbound.makeAsyncIterator()
                _ = try await Self.exchange(ByteBuffer(string: "warm"), &answers, outbound)
                try await bench.tell("delay 50ms")
                let late = try await Self.exchange(ByteBuffer(string: "x"), &answers, outbound)
                #expect(late >= .milliseconds(100))
                // 20 MB at a delay of 100 ms there and back: a window of 64 KiB would need half a minute.
                let stream = try await Self.exchange(
                    ByteBuffer(repeating: 7, count: 20_000_000), &answers, outbound)
                #expect(stream >= .milliseconds(100) && stream < .seconds(25))
                try await bench.tell("clear delay")
                _ = try await Self.exchange(ByteBuffer(string: "y"), &answers, outbound)
            }
        }
    }

    @Test("A limit lets no more bytes a second through")
    func limit() async throws {
        try await Bench.run { bench in
            try await bench.connect().executeThenClose { inbound, outbound in
                var answers = inbound.makeAsyncIterator()
                try await bench.tell("limit down 1MB/s")
                let time = try await Self.exchange(ByteBuffer(repeating: 1, count: 400_000), &answers, outbound)
                #expect(time >= .milliseconds(380))
                try await bench.tell("clear limit")
                _ = try await Self.exchange(ByteBuffer(repeating: 1, count: 400_000), &answers, outbound)
            }
        }
    }

    @Test("A stalled link holds a bounded amount, and passes it on afterwards")
    func stall() async throws {
        try await Bench.run { bench in
            try await bench.connect().executeThenClose { inbound, outbound in
                var answers = inbound.makeAsyncIterator()
                try await bench.tell("stall up")
                try await outbound.write(ByteBuffer(string: "held"))
                #expect(await bench.proxy.statistics().bytesUp == 0)
                #expect(await bench.proxy.statistics().inEffect == ["stall up"])
                try await bench.tell("clear stall")
                #expect(try await answers.next() == ByteBuffer(string: "held"))
            }
        }
    }

    @Test("While it refuses, its port is nobody's, and then it is its own again")
    func refuse() async throws {
        try await Bench.run { bench in
            try await bench.tell("refuse")
            let error = await #expect(throws: NIOConnectionError.self) { _ = try await bench.connect() }
            let reasons = error?.connectionErrors.compactMap { ($0.error as? IOError)?.errnoCode }
            #expect(reasons == [ECONNREFUSED])
            try await bench.tell("clear refuse")
            try await bench.connect().executeThenClose { inbound, outbound in
                var answers = inbound.makeAsyncIterator()
                _ = try await Self.exchange(ByteBuffer(string: "again"), &answers, outbound)
            }
        }
    }

    @Test("Commands that come at once are carried out one after the other")
    func atOnce() async throws {
        try await Bench.run { bench in
            try await bench.tell("refuse")
            // Two that listen would leave one behind.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try await bench.tell("clear refuse") } }
                try await group.waitForAll()
            }
            try await bench.tell("refuse")
            await #expect(throws: NIOConnectionError.self) { _ = try await bench.connect() }
        }
    }

    @Test("A cut ends every connection, in good order or with a reset; new ones work", arguments: [false, true])
    func cut(reset: Bool) async throws {
        try await Bench.run { bench in
            try await bench.connect().executeThenClose { inbound, outbound in
                var answers = inbound.makeAsyncIterator()
                _ = try await Self.exchange(ByteBuffer(string: "before"), &answers, outbound)
                try await bench.tell(reset ? "cut reset" : "cut")
                var ending: Int32 = 0
                do {
                    #expect(try await answers.next() == nil)
                } catch let error as IOError {
                    ending = error.errnoCode
                }
                #expect(ending == (reset ? ECONNRESET : 0))
            }
            #expect(await bench.proxy.statistics().cut == 1)
            try await bench.connect().executeThenClose { inbound, outbound in
                var answers = inbound.makeAsyncIterator()
                _ = try await Self.exchange(ByteBuffer(string: "after"), &answers, outbound)
            }
        }
    }

    @Test("Where the server is away, clients are reset and it is counted")
    func unreachable() async throws {
        try await Bench.run { bench in
            try await bench.server.close()
            // The reset may come before the client has seen that it is connected.
            await #expect(throws: (any Error).self) {
                try await bench.connect().executeThenClose { inbound, _ in for try await _ in inbound {} }
            }
            #expect(await bench.proxy.statistics().unreachable == 1)
        }
    }
}

/// Sends back what it gets, and ends its side when the other has ended.
private final class EchoHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(data, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent else { return }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(NIOAny(ByteBuffer())).whenComplete { _ in bound.value.close(mode: .output, promise: nil) }
    }
}
