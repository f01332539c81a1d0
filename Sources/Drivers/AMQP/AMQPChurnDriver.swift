import AMQPClient
package import Logging
package import NIOCore
import Synchronization

// Drivers/AMQP, churn: what is opened and closed instead of messages that are sent.
//
//   AMQPChurnDriver ──► AMQPChurnPublisher  one connection and its channels; each "message" is one operation,
//                                           its confirm the end of it

/// Something of a broker that can be opened and closed.
package enum ChurnOperation: String, Sendable, CaseIterable {
    /// A TCP connection, logged in and closed again.
    case connections
    /// A channel of a connection that stays.
    case channels
    /// An exclusive queue, declared and deleted again.
    case queues
    /// A binding of a queue that stays, made and removed again.
    case bindings
    /// A consumer of a queue that stays, begun and cancelled again.
    case consumers
}

/// Opens and closes things of a broker, one for each message of the schedule: a confirm is the end of an operation.
///
/// Everything it makes is exclusive to a connection, so that the broker removes it with the connection at the latest.
package final class AMQPChurnDriver: LoadDriver {
    private let nodes: AMQPNodes
    private let operations: [ChurnOperation]
    private let failures = ChurnFailures()
    private let publishers = Mutex<Int>(0)

    /// The operation of a message is that of its template's index; connects in `prepare`.
    package init(
        uris: [String], operations: [ChurnOperation], policy: ConnectionPolicy = ConnectionPolicy(),
        on eventLoop: any EventLoop, logger: Logger
    ) throws(DriverError) {
        nodes = try AMQPNodes(uris: uris, policy: policy, on: eventLoop, logger: logger)
        self.operations = operations
    }

    /// The nodes' addresses without passwords.
    package var addresses: [String] { nodes.addresses }

    /// What the broker says it is.
    package var system: SystemIdentity { get async { nodes.system } }

    /// Looks whether the broker is there; a churn needs no queues of a scenario.
    package func prepare(_ topology: LoadTopology, purge: Bool) async throws(DriverError) {
        do {
            try await nodes.control.start()
        } catch {
            throw DriverError(error)
        }
    }

    /// Opens the connection and the channels on which things are opened.
    package func openPublisher(
        _ settings: PublisherSettings, delegate: any LoadPublisherDelegate, on eventLoop: any EventLoop
    ) async throws(DriverError) -> any LoadPublisher {
        let number = publishers.withLock { count in
            count += 1
            return count
        }
        let publisher = AMQPChurnPublisher(
            nodes, number: number - 1, operations: operations, channels: settings.channels,
            name: "rafale-churn-\(settings.run)-\(number)", failures: failures, delegate: delegate, on: eventLoop)
        do {
            try await publisher.open()
        } catch {
            await publisher.close()
            throw DriverError(error)
        }
        return publisher
    }

    /// None: the end of an operation is all that comes back.
    package func openCollector(
        _ settings: CollectorSettings, delegate: any LoadCollectorDelegate, on eventLoop: any EventLoop
    ) async throws(DriverError) -> (any LoadCollector)? { nil }

    /// None: a churn has no queues that hold messages.
    package func queueDepths(exact: Bool) async throws(DriverError) -> QueueDepths { QueueDepths() }

    /// Closes the connection; what the operations failed of is left to say.
    package func cleanUp() async -> [String] {
        await nodes.control.close()
        return failures.notes
    }
}

/// Why operations failed, counted by reason.
final class ChurnFailures: Sendable {
    /// Reasons kept apart; the others are counted together.
    private static let reasons = 5
    private let counts = Mutex<[String: Int]>([:])

    func add(_ operation: ChurnOperation, _ error: AMQPClientError) {
        counts.withLock { counts in
            let reason = "\(operation.rawValue): \(error)"
            counts[counts[reason] != nil || counts.count < Self.reasons ? reason : "other reasons", default: 0] += 1
        }
    }

    /// A sentence for each reason, the most frequent first.
    var notes: [String] {
        counts.withLock { $0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { reason, count in
            "\(count) operation\(count == 1 ? "" : "s") failed (\(reason))."
        }
    }
}
