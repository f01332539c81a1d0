/// What happens on a channel, as it happens: all called on the connection's event loop.
///
/// The channel holds its delegate until it is closed. Implement what you need; the rest does nothing.
package protocol AMQPChannelDelegate: AnyObject, Sendable {
    /// A message for a consumer; the delivery is valid only during the call.
    func channel(_ channel: AMQPChannel, received delivery: borrowing Delivery)

    /// Messages for consumers that came one behind the other, valid only during the call; by default handed on singly.
    func channel(_ channel: AMQPChannel, received run: borrowing DeliveryRun)

    /// The last delivery, confirm or return of one socket read is behind us: the moment for batched work.
    func channelReadComplete(_ channel: AMQPChannel)

    /// The broker took charge of message `tag`, or with `multiple` of all up to it; with `nack` it could not.
    func channel(_ channel: AMQPChannel, confirmed tag: UInt64, multiple: Bool, nack: Bool)

    /// A mandatory message found no queue; its confirm comes behind it.
    func channel(_ channel: AMQPChannel, returned message: ReturnedMessage)

    /// The server ended a consumer, as it does when the queue is deleted.
    func channel(_ channel: AMQPChannel, consumerCancelled tag: String)

    /// The server asks to pause (false) or resume publishing.
    func channel(_ channel: AMQPChannel, flow active: Bool)

    /// The broker is short of memory or disk and reads no publishes; nil when that is over.
    func channel(_ channel: AMQPChannel, connectionBlocked reason: String?)

    /// Whether more may be written before pending bytes go out.
    func channelWritabilityChanged(_ channel: AMQPChannel, isWritable: Bool)

    /// The last call: nothing comes any more.
    func channel(_ channel: AMQPChannel, closed reason: AMQPCloseReason)
}

extension AMQPChannelDelegate {
    package func channel(_ channel: AMQPChannel, received delivery: borrowing Delivery) {}

    /// Hands them on one by one.
    package func channel(_ channel: AMQPChannel, received run: borrowing DeliveryRun) {
        for index in 0..<run.count where channel.isOpen { self.channel(channel, received: run.delivery(index)) }
    }

    package func channelReadComplete(_ channel: AMQPChannel) {}
    package func channel(_ channel: AMQPChannel, confirmed tag: UInt64, multiple: Bool, nack: Bool) {}
    package func channel(_ channel: AMQPChannel, returned message: ReturnedMessage) {}
    package func channel(_ channel: AMQPChannel, consumerCancelled tag: String) {}
    package func channel(_ channel: AMQPChannel, flow active: Bool) {}
    package func channel(_ channel: AMQPChannel, connectionBlocked reason: String?) {}
    package func channelWritabilityChanged(_ channel: AMQPChannel, isWritable: Bool) {}
    package func channel(_ channel: AMQPChannel, closed reason: AMQPCloseReason) {}
}
