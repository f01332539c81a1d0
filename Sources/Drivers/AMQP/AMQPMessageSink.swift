package import AMQPClient
import AMQPProtocol
package import Logging
package import NIOCore

/// A worker's publisher on a server of AMQP 0-9-1: batches, each confirmed as a whole.
///
/// Lives on its event loop. A batch whose connection is lost before its last confirm is sent again on the next one.
package final class AMQPMessageSink: MessageSink, @unchecked Sendable {
    // Reason: all state is touched on `eventLoop` only; the asynchronous entry points hop to it.

    private struct Batch {
        var frames: [OutboundMessage]
        var destination: String
        var done: EventLoopPromise<Void>
        /// Confirm numbers of its messages on the current connection; empty while it waits to be sent.
        var numbers: Range<UInt64> = 0..<0
        /// Which of them the broker has answered for, and how many it has not.
        var answered: [Bool] = []
        var unanswered = 0

        mutating func sent(from first: UInt64) {
            numbers = first..<first + UInt64(frames.count)
            answered = Array(repeating: false, count: frames.count)
            unanswered = frames.count
        }

        mutating func confirm(_ tags: ClosedRange<UInt64>) {
            for tag in tags.clamped(to: numbers.lowerBound...numbers.upperBound - 1) where numbers.contains(tag) {
                let index = Int(tag - numbers.lowerBound)
                if !answered[index] { unanswered -= 1 }
                answered[index] = true
            }
        }
    }

    private let connection: RecoveringConnection
    private let eventLoop: any EventLoop
    private var channel: AMQPChannel?
    /// Batches in the order they were sent; those behind the first without numbers wait for a connection.
    private var batches: [Batch] = []
    private var returned: DriverError?
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
            self.batches.append(Batch(frames: messages, destination: destination, done: done))
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
        for index in batches.indices { batches[index].numbers = 0..<0 }
        sendWaiting()
    }

    private func sendWaiting() {
        guard let channel else { return }
        for index in batches.indices where batches[index].numbers.isEmpty {
            let count = batches[index].frames.count
            do {
                let frames = try encode(batches[index], for: channel)
                let first = channel.writePublishes(frames, count: count)
                guard first > 0 else { return }
                batches[index].sent(from: first)
            } catch {
                let batch = batches.remove(at: index)
                batch.done.fail(DriverError(.configuration, "a result cannot be published: \(error)"))
                return sendWaiting()
            }
        }
    }

    private func encode(_ batch: Batch, for channel: AMQPChannel) throws(WireError) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(batch.frames.reduce(0) { $0 + $1.body.readableBytes + 256 })
        let publish = Frame.method(
            .basicPublish(BasicPublish(exchange: "", routingKey: batch.destination, mandatory: true)),
            on: channel.number)
        var method = ByteBuffer()
        try method.writeFrame(publish)
        for message in batch.frames {
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
        let failed = batches
        batches = []
        for batch in failed { batch.done.fail(error) }
    }
}

extension AMQPMessageSink: AMQPChannelDelegate {
    /// Settles the publishes up to the tag, or that one.
    package func channel(_ channel: AMQPChannel, confirmed tag: UInt64, multiple: Bool, nack: Bool) {
        guard channel === self.channel else { return }
        let tags = (multiple ? min(1, tag) : tag)...tag
        if nack {
            return fail(
                tags, DriverError(.precondition, "the broker refused a result: is the processed queue full?"))
        }
        for index in batches.indices where !batches[index].numbers.isEmpty {
            if batches[index].numbers.overlaps(tags) { batches[index].confirm(tags) }
        }
    }

    /// Wakes those whose publishes were all confirmed in this read.
    package func channelReadComplete(_ channel: AMQPChannel) {
        while let first = batches.first, !first.numbers.isEmpty, first.unanswered == 0 {
            batches.removeFirst()
            if let returned {
                self.returned = nil
                first.done.fail(returned)
            } else {
                first.done.succeed()
            }
        }
    }

    /// Fails the publish that no queue took.
    package func channel(_ channel: AMQPChannel, returned message: ReturnedMessage) {
        returned = DriverError(
            .precondition, "there is no queue \(message.routingKey) on the broker for the results")
    }

    /// Fails what waits for a confirm that will not come.
    package func channel(_ channel: AMQPChannel, closed reason: AMQPCloseReason) {
        guard channel === self.channel else { return }
        self.channel = nil
    }

    /// Fails the batches that hold one of the messages.
    private func fail(_ tags: ClosedRange<UInt64>, _ error: DriverError) {
        for batch in batches where batch.numbers.overlaps(tags) { batch.done.fail(error) }
        batches.removeAll { $0.numbers.overlaps(tags) }
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
