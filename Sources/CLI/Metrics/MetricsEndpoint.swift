import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves the figures of a run over HTTP at `/metrics`, on a thread of its own beside the generator's.
struct MetricsEndpoint: Sendable {
    /// Where to listen: `127.0.0.1:9464`, `[::1]:9464`, or a port of 127.0.0.1 as `9464` or `:9464`.
    struct Address: Equatable, Sendable {
        var host: String
        var port: Int

        /// Nil for what is no address.
        init?(_ text: String) {
            let colon = text.lastIndex(of: ":")
            let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(digits) else {
                return nil
            }
            var host = colon.map { text[..<$0] } ?? ""
            if host.hasPrefix("["), host.hasSuffix("]") {
                host = host.dropFirst().dropLast()
                if !host.contains(":") { return nil }
            } else if host.contains(":") {
                // Without brackets, nobody knows where an IPv6 address ends.
                return nil
            }
            self.host = host.isEmpty ? "127.0.0.1" : String(host)
            self.port = Int(port)
        }
    }

    /// What it serves.
    let metrics: LiveMetrics
    /// Where it serves, with the port that was taken.
    let url: String
    private let group: MultiThreadedEventLoopGroup

    /// Listens; from then on whoever asks is answered.
    static func open(_ address: Address, _ metrics: LiveMetrics) async throws(CommandFailure) -> MetricsEndpoint {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let channel = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                        try pipeline.addHandler(MetricsHandler(metrics))
                    }
                }
                .bind(host: address.host, port: address.port).get()
            let host = channel.localAddress?.ipAddress ?? address.host
            let port = channel.localAddress?.port ?? address.port
            let url = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/metrics"
            return MetricsEndpoint(metrics: metrics, url: url, group: group)
        } catch {
            try? await group.shutdownGracefully()
            let host = address.host.contains(":") ? "[\(address.host)]" : address.host
            throw CommandFailure(
                .unreachable,
                "cannot serve metrics on \(host):\(address.port): \(BindFailure.reason(error)); choose another with --metrics"
            )
        }
    }

    /// Ends it, with every connection.
    func close() async {
        try? await group.shutdownGracefully()
    }
}

/// One connection of a scraper, confined to its event loop.
private final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let metrics: LiveMetrics
    private var request: HTTPRequestHead?

    init(_ metrics: LiveMetrics) {
        self.metrics = metrics
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): request = head
        case .body: break
        case .end:
            guard let request = request.take() else { return }
            answer(request, context)
        }
    }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        var headers: HTTPHeaders = ["content-type": "text/plain; charset=utf-8"]
        let (status, text): (HTTPResponseStatus, String)
        if request.uri.prefix(while: { $0 != "?" }) != "/metrics" {
            (status, text) = (.notFound, "The metrics are at /metrics.\n")
        } else if request.method != .GET, request.method != .HEAD {
            headers.add(name: "allow", value: "GET, HEAD")
            (status, text) = (.methodNotAllowed, "The metrics can be read, with GET.\n")
        } else {
            headers.replaceOrAdd(name: "content-type", value: "text/plain; version=0.0.4; charset=utf-8")
            (status, text) = (.ok, metrics.current.prometheusText)
        }
        headers.add(name: "content-length", value: "\(text.utf8.count)")
        // A client of HTTP/1.0 is served once a connection, whatever it asks for.
        let staysOpen = request.isKeepAlive && request.version == .http1_1
        if !staysOpen { headers.add(name: "connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(string: text)))), promise: nil)
        }
        let written = context.eventLoop.makePromise(of: Void.self)
        if !staysOpen {
            let channel = context.channel
            written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
