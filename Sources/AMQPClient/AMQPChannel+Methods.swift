package import AMQPProtocol
package import NIOCore

// The methods that await the server's answer. All throw what closed the channel or the connection, should that come first;
// that heartbeats find a dead server bounds the wait. Cancelling the task does not: what was asked for will happen.

extension AMQPChannel {
    // MARK: Exchanges

    /// Declares an exchange; with `passive` only asks whether it exists.
    package func exchangeDeclare(
        _ name: String, kind: String = "direct", passive: Bool = false, durable: Bool = false,
        autoDelete: Bool = false, isInternal: Bool = false, arguments: FieldTable = FieldTable()
    ) async throws(AMQPClientError) {
        _ = try await call(
            .exchangeDeclare(
                ExchangeDeclare(
                    exchange: name, kind: kind, passive: passive, durable: durable, autoDelete: autoDelete,
                    isInternal: isInternal, arguments: arguments)))
    }

    /// Deletes an exchange; with `ifUnused` only one without bindings.
    package func exchangeDelete(_ name: String, ifUnused: Bool = false) async throws(AMQPClientError) {
        _ = try await call(.exchangeDelete(ExchangeDelete(exchange: name, ifUnused: ifUnused)))
    }

    /// Routes from exchange `source` to exchange `destination`.
    package func exchangeBind(
        destination: String, source: String, routingKey: String = "", arguments: FieldTable = FieldTable()
    ) async throws(AMQPClientError) {
        _ = try await call(
            .exchangeBind(
                ExchangeBind(destination: destination, source: source, routingKey: routingKey, arguments: arguments)))
    }

    /// Undoes `exchangeBind` with the same arguments.
    package func exchangeUnbind(
        destination: String, source: String, routingKey: String = "", arguments: FieldTable = FieldTable()
    ) async throws(AMQPClientError) {
        _ = try await call(
            .exchangeUnbind(
                ExchangeUnbind(destination: destination, source: source, routingKey: routingKey, arguments: arguments)))
    }

    // MARK: Queues

    /// Declares a queue, an empty name lets the server choose one; with `passive` only asks for its counts.
    @discardableResult
    package func queueDeclare(
        _ name: String = "", passive: Bool = false, durable: Bool = false, exclusive: Bool = false,
        autoDelete: Bool = false, arguments: FieldTable = FieldTable()
    ) async throws(AMQPClientError) -> QueueDeclareOk {
        let answer = try await call(
            .queueDeclare(
                QueueDeclare(
                    queue: name, passive: passive, durable: durable, exclusive: exclusive, autoDelete: autoDelete,
                    arguments: arguments)))
        guard case .method(.queueDeclareOk(let declared)) = answer else { throw Self.unexpected(answer) }
        return declared
    }

    /// Routes from an exchange to a queue.
    package func queueBind(
        _ queue: String, exchange: String, routingKey: String = "", arguments: FieldTable = FieldTable()
    ) async throws(AMQPClientError) {
        _ = try await call(
            .queueBind(QueueBind(queue: queue, exchange: exchange, routingKey: routingKey, arguments: arguments)))
    }

    /// Undoes `queueBind` with the same arguments.
    package func queueUnbind(
        _ queue: String, exchange: String, routingKey: String = "", arguments: FieldTable = FieldTable()
    ) async throws(AMQPClientError) {
        _ = try await call(
            .queueUnbind(QueueUnbind(queue: queue, exchange: exchange, routingKey: routingKey, arguments: arguments)))
    }

    /// Drops the ready messages of a queue; how many there were.
    @discardableResult
    package func queuePurge(_ queue: String) async throws(AMQPClientError) -> UInt32 {
        let answer = try await call(.queuePurge(QueuePurge(queue: queue)))
        guard case .method(.queuePurgeOk(let purged)) = answer else { throw Self.unexpected(answer) }
        return purged.messageCount
    }

    /// Deletes a queue; how many ready messages went with it.
    @discardableResult
    package func queueDelete(
        _ queue: String, ifUnused: Bool = false, ifEmpty: Bool = false
    ) async throws(AMQPClientError) -> UInt32 {
        let answer = try await call(.queueDelete(QueueDelete(queue: queue, ifUnused: ifUnused, ifEmpty: ifEmpty)))
        guard case .method(.queueDeleteOk(let deleted)) = answer else { throw Self.unexpected(answer) }
        return deleted.messageCount
    }

    // MARK: Consuming

    /// Bounds the deliveries not yet settled, for each consumer to come or with `global` for the whole channel; 0 is no bound.
    package func qos(prefetchCount: UInt16, global: Bool = false) async throws(AMQPClientError) {
        _ = try await call(.basicQos(BasicQos(prefetchBytes: 0, prefetchCount: prefetchCount, global: global)))
    }

    /// Begins to consume, deliveries go to the delegate.
    ///
    /// Gives the consumer's tag, which the server chooses for an empty one.
    @discardableResult
    package func consume(
        queue: String, tag: String = "", noAck: Bool = false, exclusive: Bool = false,
        arguments: FieldTable = FieldTable()
    ) async throws(AMQPClientError) -> String {
        let answer = try await call(
            .basicConsume(
                BasicConsume(
                    queue: queue, consumerTag: tag, noAck: noAck, exclusive: exclusive, arguments: arguments)))
        guard case .method(.basicConsumeOk(let consumer)) = answer else { throw Self.unexpected(answer) }
        return consumer.consumerTag
    }

    /// Ends a consumer; what came before the answer was delivered.
    package func cancel(_ tag: String) async throws(AMQPClientError) {
        _ = try await call(.basicCancel(BasicCancel(consumerTag: tag)))
    }

    /// Fetches one message, nil from an empty queue.
    package func get(_ queue: String, noAck: Bool = false) async throws(AMQPClientError) -> FetchedMessage? {
        switch try await call(.basicGet(BasicGet(queue: queue, noAck: noAck))) {
        case .message(let message): message
        case .method: nil
        }
    }

    /// Asks for all unsettled messages of the channel again; RabbitMQ only knows `requeue`.
    package func recover(requeue: Bool = true) async throws(AMQPClientError) {
        _ = try await call(.basicRecover(BasicRecover(requeue: requeue)))
    }

    // MARK: Publishing

    /// Has every message confirmed from now on.
    package func confirmSelect() async throws(AMQPClientError) {
        _ = try await call(.confirmSelect(ConfirmSelect()))
    }

    /// Publishes one message; where the channel confirms, returns with the confirm.
    ///
    /// Waits while the socket is full. An unroutable `mandatory` message goes to the delegate, and is confirmed all the same.
    @discardableResult
    package func publish(
        _ body: ByteBuffer, properties: BasicProperties = BasicProperties(), exchange: String = "",
        routingKey: String, mandatory: Bool = false
    ) async throws(AMQPClientError) -> PublishOutcome {
        let frames: ByteBuffer
        do {
            frames = try encode(
                BasicPublish(exchange: exchange, routingKey: routingKey, mandatory: mandatory), properties, body)
        } catch {
            throw .wire(error)
        }
        await onLoop { core, continuation in core.waitUntilWritable(continuation) }
        return try await onLoop { core, continuation in core.publish(frames, continuation) }.get()
    }

    private func encode(
        _ method: BasicPublish, _ properties: BasicProperties, _ body: ByteBuffer
    ) throws(WireError) -> ByteBuffer {
        var frames = ByteBuffer()
        try frames.writeFrame(.method(.basicPublish(method), on: number))
        let header = ContentHeader(bodyBytes: UInt64(body.readableBytes), properties: properties)
        try frames.writeFrame(Frame(channel: number, .header(header)))
        let pieceBytes = frameMaxBytes == 0 ? Int(UInt32.max) - 8 : Int(frameMaxBytes) - AMQP.frameOverheadBytes
        var rest = body
        while let piece = rest.readSlice(length: min(pieceBytes, rest.readableBytes)), piece.readableBytes > 0 {
            try frames.writeFrame(Frame(channel: number, .body(piece)))
        }
        return frames
    }

    // MARK: Transactions

    /// Makes the channel transactional.
    package func txSelect() async throws(AMQPClientError) { _ = try await call(.txSelect) }

    /// Makes what was published and settled since the last commit count.
    package func txCommit() async throws(AMQPClientError) { _ = try await call(.txCommit) }

    /// Drops what was published and settled since the last commit.
    package func txRollback() async throws(AMQPClientError) { _ = try await call(.txRollback) }

    // MARK: The end

    /// Closes the channel and waits for the server's answer; unsettled messages go back to their queues.
    package func close() async {
        await onLoop { core, continuation in core.close(continuation) }
    }

    /// Returns when the channel has ended, however that came.
    package func waitUntilClosed() async -> AMQPCloseReason {
        await onLoop { core, continuation in core.waitUntilClosed(continuation) }
    }

    private static func unexpected(_ answer: CallAnswer) -> AMQPClientError {
        .wire(WireError(.commandInvalid, "an answer of another kind: \(answer)"))
    }
}
