import FaultProxy
import Foundation
import NIOCore
import NIOPosix

/// Takes a proxy's commands, a line each, and answers each with a line.
struct ProxyControl: Sendable {
    /// The counter in which a proxy's first snapshot names the port of its commands.
    static let portCounter = "control.port"

    let port: Int
    private let listener: any Channel

    /// Listens for whoever wants to steer the proxy.
    static func listen(
        on host: String, port: Int, _ proxy: LinkProxy, _ group: any EventLoopGroup
    ) async throws -> ProxyControl {
        do {
            let listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers(
                            ByteToMessageHandler(LineDecoder()), ControlHandler(proxy))
                    }
                }
                .bind(host: host, port: port).get()
            return ProxyControl(port: listener.localAddress?.port ?? port, listener: listener)
        } catch let error as IOError {
            throw LinkProxy.Failure.cannotListen(
                host: host, port: port, reason: String(cString: strerror(error.errnoCode)))
        }
    }

    func close() async { try? await listener.close() }

    /// What a proxy answers to a line.
    static func answer(to line: String, _ proxy: LinkProxy) async -> String {
        if line == "help" { return ProxyCommand.usage + "\nok" }
        if line == "status" {
            let status = await proxy.statistics()
            let effects = status.inEffect.isEmpty ? "nothing in effect" : status.inEffect.joined(separator: ", ")
            return "ok \(status.open) connections, \(status.bytesUp) B up, \(status.bytesDown) B down; \(effects)"
        }
        do {
            try await proxy.carryOut(try ProxyCommand(line))
            return "ok"
        } catch {
            return "error \(error)"
        }
    }

    /// Obeys standard input until it ends; the proxy goes on without it.
    static func readStandardInput(_ proxy: LinkProxy) {
        let (lines, queue) = AsyncStream.makeStream(of: String.self)
        // Reading blocks: a thread of its own, which the end of the process ends.
        Thread.detachNewThread {
            while let line = readLine() { queue.yield(line) }
            queue.finish()
        }
        Task {
            for await line in lines where !line.allSatisfy(\.isWhitespace) {
                FileHandle.standardOutput.write(Data((await answer(to: line, proxy) + "\n").utf8))
            }
        }
    }
}

/// Parts what comes into lines of a bounded length.
struct LineDecoder: ByteToMessageDecoder {
    typealias InboundOut = String

    private static let longestBytes = 4096

    /// A line that is longer than any command or answer.
    struct TooLong: Error {}

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            if buffer.readableBytes > Self.longestBytes { throw TooLong() }
            return .needMoreData
        }
        let line = buffer.readString(length: end - buffer.readerIndex) ?? ""
        buffer.moveReaderIndex(forwardBy: 1)
        context.fireChannelRead(wrapInboundOut(line.hasSuffix("\r") ? String(line.dropLast()) : line))
        return .continue
    }

    mutating func decodeLast(
        context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
    ) throws -> DecodingState { .needMoreData }
}

/// Answers the lines of one connection in their order.
private final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = String
    typealias OutboundOut = ByteBuffer

    private let proxy: LinkProxy
    private var last: EventLoopFuture<Void>?

    init(_ proxy: LinkProxy) { self.proxy = proxy }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let line = unwrapInboundIn(data)
        let (proxy, channel) = (proxy, context.channel)
        let before = last
        let done = context.eventLoop.makePromise(of: Void.self)
        last = done.futureResult
        done.completeWithTask {
            try? await before?.get()
            let answer = await ProxyControl.answer(to: line, proxy)
            try await channel.writeAndFlush(ByteBuffer(string: answer + "\n"))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
