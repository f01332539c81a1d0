package import AMQPProtocol
package import NIOCore
import Synchronization

/// One channel of a connection.
///
/// The async functions (`AMQPChannel+Methods.swift`) await the server's answer from anywhere. `writePublishes` is for the
/// event loop alone; the settlements (`ack`, `nack`, `reject`) come from any thread and are sent in batches.
package final class AMQPChannel: Sendable {
    /// The channel's number on its connection, in every frame of it.
    package let number: UInt16
    /// The connection's event loop: where the delegate is called.
    package let eventLoop: any EventLoop
    /// The negotiated size of a whole frame in bytes, 0 for no limit: what templates are split for.
    package let frameMaxBytes: UInt32
    private let core: NIOLoopBound<ChannelCore>
    /// Settlements of other threads, until the event loop takes them.
    private let settlements = Mutex<[RawSettlement]>([])

    init(_ core: ChannelCore, _ handler: ConnectionHandler) {
        // Made on the event loop, as `NIOLoopBound` makes sure.
        let eventLoop = handler.eventLoop
        self.number = core.number
        self.eventLoop = eventLoop
        self.frameMaxBytes = handler.limits.frameMaxBytes
        self.core = NIOLoopBound(core, eventLoop: eventLoop)
    }

    func open(_ delegate: (any AMQPChannelDelegate)?) async throws(AMQPClientError) {
        _ = try await onLoop { (core, continuation: ChannelCore.CallContinuation) in
            core.open(self, delegate: delegate, continuation)
        }.get()
    }

    // MARK: Event loop only

    /// Writes whole frames that carry `count` messages for this channel, and flushes once.
    ///
    /// Call on the event loop, with this channel's number in every frame (`PublishTemplate.setChannel`), as many messages at
    /// once as there are to send; heed `isWritable`. The delivery tags are the returned one and the `count - 1` behind it;
    /// it is 0 without confirms, and where the channel is closed, which the delegate was told.
    @discardableResult
    package func writePublishes(_ frames: ByteBuffer, count: Int) -> UInt64 {
        core.value.writePublishes(frames, count: count)
    }

    /// Whether more should be written now: the socket takes it and the server did not ask for a pause.
    ///
    /// Event loop only.
    package var isWritable: Bool { core.value.isWritable }

    /// Whether the channel is open; event loop only.
    package var isOpen: Bool { core.value.state.phase == .open }

    // MARK: Settling deliveries, from any thread

    /// Tells the server that a message is done, or with `multiple` all up to it; 0 is then all there are.
    package func ack(_ tag: UInt64, multiple: Bool = false) {
        settle(RawSettlement(.ack, deliveryTag: tag, multiple: multiple))
    }

    /// Tells the server that a message was not processed: back to its queue, or to the dead-letter exchange.
    package func nack(_ tag: UInt64, multiple: Bool = false, requeue: Bool = true) {
        settle(RawSettlement(.nack, deliveryTag: tag, multiple: multiple, requeue: requeue))
    }

    /// Refuses one message: to its dead-letter exchange, or back to its queue.
    package func reject(_ tag: UInt64, requeue: Bool = false) {
        settle(RawSettlement(.reject, deliveryTag: tag, requeue: requeue))
    }

    /// Sends one settlement; returns at once.
    ///
    /// Gathered and written once a turn of the loop, or at the end of the socket read that is under way.
    package func settle(_ settlement: RawSettlement) {
        if eventLoop.inEventLoop { return core.value.settle(settlement) }
        let isFirst = settlements.withLock { settlements in
            settlements.append(settlement)
            return settlements.count == 1
        }
        if isFirst { drainSoon() }
    }

    /// Sends many settlements with one lock and one wake-up of the event loop.
    package func settle(_ batch: [RawSettlement]) {
        let isFirst = settlements.withLock { settlements in
            let wasEmpty = settlements.isEmpty
            settlements.append(contentsOf: batch)
            return wasEmpty && !settlements.isEmpty
        }
        if isFirst { drainSoon() }
    }

    private func drainSoon() {
        eventLoop.execute {
            let batch = self.settlements.withLock { settlements in
                let batch = settlements
                settlements = []
                return batch
            }
            let core = self.core.value
            for settlement in batch { core.settle(settlement) }
        }
    }

    // MARK: For the async functions

    func onLoop<T: Sendable>(
        _ body: @escaping @Sendable (ChannelCore, CheckedContinuation<T, Never>) -> Void
    ) async -> T {
        await withCheckedContinuation { continuation in
            eventLoop.execute { [core] in body(core.value, continuation) }
        }
    }

    func call(_ method: Method) async throws(AMQPClientError) -> CallAnswer {
        try await onLoop { (core, continuation: ChannelCore.CallContinuation) in core.call(method, continuation) }.get()
    }
}
