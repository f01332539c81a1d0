package import AMQPClient
import AMQPProtocol
package import Logging
package import NIOCore

/// A worker's publisher on a server of AMQP 0-9-1: batches, each confirmed as a whole.
///
/// Lives on its event loop. A batch whose connection is lost before its last confirm is sent again on the next one.
package final class AMQPMessageSink: MessageSink, @unchecked Sendable {
    // Reason: all state is touched on `eventLoop` only; the asynchronous entry points hop to it.

    private let connection: RecoveringConnection
    private let eventLoop: any EventLoop
    private var channel: AMQPChannel?
    private var batches = PublishedBatches<EventLoopPromise<Void>>()
    private var isClosed = false

    private init(_ connection: RecoveringConnection, on eventLoop: any EventLoop) {
        self.connection = connection
        self.eventLoop = eventLoop
    }

    /// Connects, ready to publish.
    package static func connect(
        uri: String, on eventLoop: any EventLoop, logger: Logger
    ) async throws(DriverError) -> AMQPMessageSink {
        let connection = try RecoveringConnection(
            uri: uri, role: "rafale worker results", on: eventLoop, logger: logger)
        let sink = AMQPMessageSink(connection, on: eventLoop)
        do {
            try await connection.start()
            _ = try await connection.addChannel(delegate: sink) { channel in
                try await channel.confirmSelect()
                try await eventLoop.submit { sink.ready(channel) }.get()
            }
        } catch {
            await connection.close()
            throw DriverError(error)
        }
        return sink
    }

    /// Publishes and returns once the broker has confirmed them all.
    package func publish(_ messages: [OutboundMessage], to destination: String) async throws {
        guard !messages.isEmpty else { return }
        let done = eventLoop.makePromise(of: Void.self)
        eventLoop.execute {
            guard !self.isClosed else {
                return done.fail(DriverError(.unreachable, "the connection for results is closed"))
            }
            self.batches.append(.init(messages, to: destination, waiter: done))
            self.sendWaiting()
        }
        try await done.futureResult.get()
    }

    /// Closes the connection; publishes that still wait fail.
    package func close() async {
        try? await eventLoop.submit {
            self.isClosed = true
            self.failAll(DriverError(.unreachable, "the connection for results was closed"))
        }.get()
        await connection.close()
    }

    private func ready(_ channel: AMQPChannel) {
        self.channel = channel
        batches.unsendAll()
        sendWaiting()
    }

    private func sendWaiting() {
        guard let channel else { return }
        while let index = batches.firstUnsent {
            let batch = batches[index]
            do {
                let frames = try encode(batch.messages, to: batch.destination, for: channel)
                let first = channel.writePublishes(frames, count: batch.messages.count)
                guard first > 0 else { return }
                batches.send(index, from: first)
            } catch {
                let waiter = batches.remove(at: index)
                waiter.fail(DriverError(.configuration, "a result cannot be published: \(error)"))
            }
        }
    }

    private func encode(
        _ messages: [OutboundMessage], to destination: String, for channel: AMQPChannel
    ) throws(WireError) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(messages.reduce(0) { $0 + $1.body.readableBytes + 256 })
        let publish = Frame.method(
            .basicPublish(BasicPublish(exchange: "", routingKey: destination, mandatory: true)), on: channel.number)
        var method = ByteBuffer()
        try method.writeFrame(publish)
        for message in messages {
            buffer.writeImmutableBuffer(method)
            let header = ContentHeader(
                bodyBytes: UInt64(message.body.readableBytes), properties: BasicProperties(message))
            try buffer.writeFrame(Frame(channel: channel.number, .header(header)))
            var body = message.body
            let piece = AMQP.payloadMaxBytes(frameMaxBytes: channel.frameMaxBytes)
            while let slice = body.readSlice(length: min(body.readableBytes, Int(piece))), slice.readableBytes > 0 {
                try buffer.writeFrame(Frame(channel: channel.number, .body(slice)))
            }
        }
        return buffer
    }

    private func failAll(_ error: any Error) {
        for waiter in batches.removeAll() { waiter.fail(error) }
    }
}

extension AMQPMessageSink: AMQPChannelDelegate {
    /// Settles the publishes up to the tag, or that one.
    package func channel(_ channel: AMQPChannel, confirmed tag: UInt64, multiple: Bool, nack: Bool) {
        guard channel === self.channel else { return }
        let tags = (multiple ? min(1, tag) : tag)...tag
        guard nack else { return batches.confirm(tags) }
        for waiter in batches.refuse(tags) {
            waiter.fail(DriverError(.precondition, "the broker refused a result: is the processed queue full?"))
        }
    }

    /// Wakes those whose publishes were all answered for in this read.
    package func channelReadComplete(_ channel: AMQPChannel) {
        for (batch, ending) in batches.takeFinished() {
            switch ending {
            case .confirmed: batch.waiter.succeed()
            case .returned:
                batch.waiter.fail(
                    DriverError(
                        .precondition, "there is no queue \(batch.destination) on the broker for the results"))
            }
        }
    }

    /// Notes which publish no queue took; it fails when all of its batch is answered for.
    package func channel(_ channel: AMQPChannel, returned message: ReturnedMessage) {
        guard channel === self.channel else { return }
        batches.noteReturn(of: message.properties.messageID, from: message.routingKey)
    }

    /// Publishes nothing more until there is another one, on which all that was not confirmed is sent again.
    package func channel(_ channel: AMQPChannel, closed reason: AMQPCloseReason) {
        guard channel === self.channel else { return }
        self.channel = nil
    }
}

extension BasicProperties {
    fileprivate init(_ message: OutboundMessage) {
        self.init()
        contentType = message.contentType
        messageID = message.messageID
        correlationID = message.correlationID
        deliveryMode = message.persistent ? 2 : 1
        guard !message.integerHeaders.isEmpty else { return }
        var headers = FieldTable()
        for (name, value) in message.integerHeaders { headers[name] = .int64(value) }
        self.headers = headers
    }
}
