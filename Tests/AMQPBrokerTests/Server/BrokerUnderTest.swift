import Logging
import NIOPosix

@testable import AMQPBroker

/// Runs the body with a broker on a free port of loopback.
func withBroker<R>(
    _ change: (inout BrokerConfiguration) -> Void = { _ in }, _ body: (EmbeddedBroker, Int) async throws -> R
) async throws -> R {
    var configuration = BrokerConfiguration()
    change(&configuration)
    let broker = try EmbeddedBroker(
        configuration: configuration, group: MultiThreadedEventLoopGroup.singleton,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    let (_, port) = try await broker.start()
    do {
        let result = try await body(broker, port)
        await broker.stop()
        return result
    } catch {
        await broker.stop()
        throw error
    }
}
