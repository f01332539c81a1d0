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
    /// Who waits is told whether all are in their queue.
    private var batches = PublishedBatches<EventLoopPromise<Bool>>()
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
        guard try await send(.results(messages), to: destination) else {
            throw DriverError(.precondition, "there is no queue \(destination) on the broker for the results")
        }
    }

    /// Publishes messages as they came, with the reason besides; false where the broker has no such queue.
    package func putAside(_ messages: [FailedMessage], in queue: String) async throws -> Bool {
        if messages.isEmpty { return true }
        return try await send(.failed(messages), to: queue)
    }

    private func send(_ messages: PublishedMessages, to destination: String) async throws -> Bool {
        let done = eventLoop.makePromise(of: Bool.self)
        eventLoop.execute {
            guard !self.isClosed else {
                return done.fail(DriverError(.unreachable, "the connection for results is closed"))
            }
            self.batches.append(.init(messages, to: destination, waiter: done))
            self.sendWaiting()
        }
        return try await done.futureResult.get()
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
                switch batch.messages {
                case .results: waiter.fail(DriverError(.configuration, "a result cannot be published: \(error)"))
                case .failed: waiter.succeed(false)
                }
            }
        }
    }

    private func encode(
        _ messages: PublishedMessages, to destination: String, for channel: AMQPChannel
    ) throws(WireError) -> ByteBuffer {
        var frames = try PublishFrames(to: destination, on: channel)
        switch messages {
        case .results(let results):
            frames.reserve(results.reduce(0) { $0 + $1.body.readableBytes }, for: results.count)
            for result in results { try frames.append(result.body, BasicProperties(result)) }
        case .failed(let failed):
            frames.reserve(failed.reduce(0) { $0 + $1.message.body.readableBytes }, for: failed.count)
            for message in failed { try frames.append(message.message.body, BasicProperties(message)) }
        }
        return frames.bytes
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
        for batch in batches.refuse(tags) {
            batch.waiter.fail(
                DriverError(.precondition, "the broker refused a message: is the queue \(batch.destination) full?"))
        }
    }

    /// Wakes those whose publishes were all answered for in this read.
    package func channelReadComplete(_ channel: AMQPChannel) {
        for (batch, ending) in batches.takeFinished() { batch.waiter.succeed(ending == .confirmed) }
    }

    /// Notes which publish no queue took; who waits is told when all of its batch is answered for.
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

/// Whole frames of messages that are published to one queue.
private struct PublishFrames {
    private(set) var bytes = ByteBuffer()
    /// The frame that begins each of them.
    private var method = ByteBuffer()
    private let channel: UInt16
    private let payloadMaxBytes: Int

    init(to queue: String, on channel: AMQPChannel) throws(WireError) {
        self.channel = channel.number
        payloadMaxBytes = Int(AMQP.payloadMaxBytes(frameMaxBytes: channel.frameMaxBytes))
        let publish = BasicPublish(exchange: "", routingKey: queue, mandatory: true)
        try method.writeFrame(.method(.basicPublish(publish), on: channel.number))
    }

    mutating func reserve(_ bodyBytes: Int, for count: Int) { bytes.reserveCapacity(bodyBytes + count * 256) }

    /// Adds a message; throws where its properties do not fit a frame.
    mutating func append(_ body: ByteBuffer, _ properties: BasicProperties) throws(WireError) {
        bytes.writeImmutableBuffer(method)
        let header = ContentHeader(bodyBytes: UInt64(body.readableBytes), properties: properties)
        let start = bytes.writerIndex
        try bytes.writeFrame(Frame(channel: channel, .header(header)))
        guard bytes.writerIndex - start - AMQP.frameOverheadBytes <= payloadMaxBytes else {
            throw WireError(.frameError, "properties of \(bytes.writerIndex - start) bytes do not fit a frame")
        }
        var body = body
        while let piece = body.readSlice(length: min(body.readableBytes, payloadMaxBytes)), piece.readableBytes > 0 {
            try bytes.writeFrame(Frame(channel: channel, .body(piece)))
        }
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
