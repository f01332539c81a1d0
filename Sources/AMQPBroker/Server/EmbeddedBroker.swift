package import Logging
package import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// An AMQP 0-9-1 broker inside this process.
///
///     let broker = try EmbeddedBroker(configuration: BrokerConfiguration(), group: group, logger: logger)
///     let (host, port) = try await broker.start()
///     …
///     await broker.stop()
package final class EmbeddedBroker: Service {
    private let configuration: BrokerConfiguration
    private let eventLoop: any EventLoop
    private let logger: Logger
    /// Filled on the event loop when the broker starts.
    private let core: NIOLoopBoundBox<BrokerCore?>
    private let listening = Mutex<(any Channel)?>(nil)

    /// A broker that listens nowhere yet; refuses to go beyond loopback without credentials of the user's own.
    package init(
        configuration: BrokerConfiguration, group: any EventLoopGroup, logger: Logger
    ) throws(BrokerConfigurationError) {
        try configuration.check()
        self.configuration = configuration
        self.logger = logger
        eventLoop = group.next()
        core = NIOLoopBoundBox.makeEmptyBox(valueType: BrokerCore.self, eventLoop: eventLoop)
    }

    /// Listens and returns where; throws what the system says about the address.
    package func start() async throws -> (host: String, port: Int) {
        let (core, configuration, eventLoop, logger) = (core, configuration, eventLoop, logger)
        try await eventLoop.submit {
            core.value = BrokerCore(configuration: configuration, eventLoop: eventLoop, logger: logger)
        }.get()
        let channel = try await ServerBootstrap(group: eventLoop, childGroup: eventLoop)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 16_384, maximum: 262_144)
            )
            .childChannelOption(
                .writeBufferWaterMark, value: ChannelOptions.Types.WriteBufferWaterMark(low: 131_072, high: 524_288)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let core = core.value else { throw ChannelError.ioOnClosedChannel }
                    try channel.pipeline.syncOperations.addHandler(ConnectionHandler(core: core))
                }
            }
            .bind(host: configuration.host, port: configuration.port).get()
        listening.withLock { $0 = channel }
        let address = channel.localAddress
        logger.info("broker listens", metadata: ["address": "\(address?.description ?? "?")"])
        return (address?.ipAddress ?? configuration.host, address?.port ?? configuration.port)
    }

    /// Serves until graceful shutdown, then stops; starts first where that has not been done.
    package func run() async throws {
        if listening.withLock({ $0 == nil }) { _ = try await start() }
        try? await gracefulShutdown()
        await stop()
    }

    /// Stops listening, tells the clients and waits a second at most for them to go.
    package func stop() async {
        guard let channel = listening.withLock({ channel in channel.take() }) else { return }
        try? await channel.close()
        let core = core
        try? await eventLoop.submit { core.value?.shutDown() }.get()
        for _ in 0..<50 {
            let isIdle = try? await eventLoop.submit { core.value?.isIdle ?? true }.get()
            if isIdle ?? true { break }
            try? await Task.sleep(for: .milliseconds(20))
        }
        try? await eventLoop.submit { core.value?.abort() }.get()
    }

    /// Figures of now; all zero before the start.
    package func statistics() async -> BrokerStatistics {
        let core = core
        return (try? await eventLoop.submit { core.value?.statistics() }.get()) ?? BrokerStatistics()
    }
}
