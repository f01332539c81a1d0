import AMQPClient
import AMQPProtocol
import NIOCore

/// One channel of a collector: consumes or polls its queues, passes on what it reads, and settles it.
///
/// A message that no run of ours sent stays unacknowledged, so that it is back in its queue when the collector closes.
/// Consumers without a processing time and a share to refuse settle at once, with no more than a comparison for it.
final class CollectorLane: AMQPChannelDelegate, @unchecked Sendable {
    // Reason: all state is touched on `eventLoop` only; the asynchronous entry points hop to it.

    /// How long an incomplete batch of acks waits for more.
    private static let partialBatchDelay = TimeAmount.milliseconds(10)

    private let index: Int
    private let eventLoop: any EventLoop
    private let settings: CollectorSettings
    private let queues: [CollectedQueue]
    private let delegate: any LoadCollectorDelegate
    /// The place of everything read here; nil where the consumer's tag tells.
    private let onlyPlace: CollectedQueue.Place?
    /// The bytes of each queue's consumer tag.
    private let tags: [[UInt8]]
    /// Deliveries to acknowledge together at most, and whether the end of a read acknowledges them.
    private let batch: Int
    private let acksReads: Bool
    /// Whether this process sent all that comes, and it is settled at once and together.
    private let isPlain: Bool

    private var channel: AMQPChannel?
    private var hasOpened = false
    private var isClosing = false
    /// Consuming waits for its start.
    private var isHeldBack = false
    private var polling: Task<Void, Never>?

    /// The newest delivery to acknowledge and not yet acknowledged, 0 for none, and how many it stands for.
    private var unacknowledged: UInt64 = 0
    private var unacknowledgedCount = 0
    private var batchTimer: Scheduled<Void>?
    /// Deliveries to acknowledge one by one, since one of the foreign messages stands in front of them.
    private var singles: [RawSettlement] = []
    private var foreignCount = 0
    private var work: ConsumerWork?
    private var workTimer: Scheduled<Void>?
    private var random: any RandomNumberGenerator & Sendable
    private var outcomes: OutcomeReader
    /// How many of the workers' clocks the delegate knows of.
    private var clocksTold = 0
    /// What the read brought so far.
    private var collected: [CollectedMessage] = []
    /// Outcomes handed on at once, at most.
    private static let handOnLimit = 256

    init(
        _ index: Int, settings: CollectorSettings, delegate: any LoadCollectorDelegate,
        on eventLoop: any EventLoop, queues: [CollectedQueue]
    ) {
        self.index = index
        self.eventLoop = eventLoop
        self.settings = settings
        self.queues = queues
        self.delegate = delegate
        let first = queues.first?.place
        onlyPlace = queues.allSatisfy { $0.place == first } ? first : nil
        tags = queues.indices.map { Array(Self.tag($0, of: queues, settings).utf8) }
        switch settings.acknowledgement {
        case .automatic: (batch, acksReads) = (.max, false)
        case .each: (batch, acksReads) = (1, true)
        case .read: (batch, acksReads) = (.max, true)
        case .every(let count): (batch, acksReads) = (count, false)
        }
        outcomes = OutcomeReader(settings.correlation)
        isPlain =
            settings.senders == .thisProcess && settings.processing == nil && settings.nackShare == 0 && batch == .max
        work = settings.processing.map { ConsumerWork($0) }
        random = settings.random(settings.firstChannel + index)
    }

    // MARK: - Beginning and end

    /// Has consuming wait for `startHeldBack`.
    func holdBack() async throws(AMQPClientError) {
        await onLoop { self.isHeldBack = true }
    }

    /// Begins what `holdBack` kept; on the event loop.
    func startHeldBack() {
        guard isHeldBack else { return }
        isHeldBack = false
        guard let channel, !isClosing else { return }
        Task {
            do throws(AMQPClientError) {
                try await self.consume(channel)
            } catch {
                self.eventLoop.execute { self.failedToStart(error) }
            }
        }
    }

    /// Sets a fresh channel up.
    func begin(_ channel: AMQPChannel) async throws {
        let isHeldBack = await onLoop {
            self.startSession(channel)
            return self.isHeldBack
        }
        if !isHeldBack { try await consume(channel) }
    }

    private func consume(_ channel: AMQPChannel) async throws(AMQPClientError) {
        if let interval = settings.pollNanoseconds {
            let polling = Task { await self.poll(channel, every: interval) }
            return await onLoop { self.polling = polling }
        }
        let isAutomatic = settings.acknowledgement == .automatic
        if !isAutomatic {
            try await channel.qos(prefetchCount: UInt16(clamping: settings.prefetch))
            if settings.channelPrefetch > 0 {
                try await channel.qos(prefetchCount: UInt16(clamping: settings.channelPrefetch), global: true)
            }
        }
        for (number, queue) in queues.enumerated() {
            _ = try await channel.consume(
                queue: queue.name, tag: tag(number), noAck: isAutomatic, exclusive: settings.isExclusive,
                arguments: FieldTable(settings.arguments))
        }
    }

    private func tag(_ number: Int) -> String { Self.tag(number, of: queues, settings) }

    private static func tag(_ number: Int, of queues: [CollectedQueue], _ settings: CollectorSettings) -> String {
        if let tag = settings.tag { return queues.count == 1 ? tag : "\(tag)-\(number + 1)" }
        let (role, branch) = (queues[number].role, queues[number].branch)
        return branch == 0 ? "\(role)" : "\(role)-\(branch + 1)"
    }

    /// Messages received and not yet settled.
    var unsettled: Int { unacknowledgedCount + (work?.count ?? 0) }

    /// Stops consuming and settles what is done; what is not goes back to its queue.
    func finish() async {
        let (channel, polling) = await onLoop {
            self.isClosing = true
            self.isHeldBack = false
            return (self.channel, self.polling)
        }
        polling?.cancel()
        await polling?.value
        if let channel, settings.pollNanoseconds == nil {
            // The answer to the cancel comes behind the last delivery: with it everything has arrived.
            for number in queues.indices { try? await channel.cancel(tag(number)) }
        }
        await onLoop {
            self.handOn()
            self.acknowledgeAll()
            self.workTimer?.cancel()
            self.delegate.collectorReadComplete()
        }
    }

    private func startSession(_ channel: AMQPChannel) {
        self.channel = channel
        if hasOpened, index == 0 { delegate.collectorRecovered() }
        hasOpened = true
    }

    /// Forgets what the channel that is gone delivered: what it did not see settled, the broker delivers again.
    private func endSession() {
        channel = nil
        unacknowledged = 0
        unacknowledgedCount = 0
        batchTimer?.cancel()
        batchTimer = nil
        singles = []
        foreignCount = 0
        work?.reset()
        workTimer?.cancel()
        workTimer = nil
    }

    private func failedToStart(_ error: AMQPClientError) {
        if !isClosing { delegate.collectorFailed(DriverError(error)) }
    }

    private func onLoop<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in
            eventLoop.execute { continuation.resume(returning: body()) }
        }
    }

    // MARK: - Receiving

    func channel(_ channel: AMQPChannel, received delivery: borrowing Delivery) {
        if settings.senders != .thisProcess { return receivedOfOthers(delivery, channel) }
        let place = place(of: delivery.consumerTag)
        guard let stamps = outcomes.read(delivery.properties, delivery.body, role: place.role) else {
            return sawUnidentified(delivery.deliveryTag, channel)
        }
        guard stamps.id.run == settings.run else { return ignoreLeftover(delivery.deliveryTag, channel) }
        let message = CollectedMessage(
            role: place.role, branch: place.branch, sequence: stamps.id.sequence,
            intendedNanoseconds: stamps.intendedNanoseconds, receivedNanoseconds: stamps.receivedNanoseconds,
            serviceNanoseconds: stamps.serviceNanoseconds, redelivered: delivery.redelivered)
        take(message, tag: delivery.deliveryTag, channel)
    }

    func channel(_ channel: AMQPChannel, received run: borrowing DeliveryRun) {
        var read = 0
        if isPlain, foreignCount == 0 {
            read = outcomes.read(run, of: settings.run, into: &collected) { place(of: $0.method($1).consumerTag) }
            if read > 0, settings.acknowledgement != .automatic {
                unacknowledged = run[read - 1].deliveryTag
                unacknowledgedCount += read
            }
            if collected.count >= Self.handOnLimit { handOn() }
        }
        for index in read..<run.count where channel.isOpen { self.channel(channel, received: run.delivery(index)) }
    }

    private func place(of consumerTag: UnsafeRawBufferPointer) -> CollectedQueue.Place {
        if let onlyPlace { return onlyPlace }
        for index in tags.indices {
            let isThis = tags[index].withUnsafeBytes { $0.count == consumerTag.count && $0.elementsEqual(consumerTag) }
            if isThis { return queues[index].place }
        }
        return queues[0].place
    }

    private func take(_ message: CollectedMessage, tag: UInt64, _ channel: AMQPChannel) {
        if settings.processing == nil, settings.nackShare == 0 {
            acknowledge(tag, channel)
            collect(message)
        } else {
            workOn(message, tag: tag, channel)
        }
    }

    // MARK: - Messages that other processes may have sent

    private func receivedOfOthers(_ delivery: borrowing Delivery, _ channel: AMQPChannel) {
        let stamps = outcomes.read(delivery.properties)
        takeOfOthers(
            stamps?.id, clock: (try? delivery.properties.int64Header("x-rafale-clock")) ?? nil,
            intended: stamps?.intendedNanoseconds,
            redelivered: delivery.redelivered, place: place(of: delivery.consumerTag), tag: delivery.deliveryTag,
            channel)
    }

    private func takeOfOthers(
        _ identity: MessageID?, clock: Int64?, intended: Int64?, redelivered: Bool, place: CollectedQueue.Place,
        tag: UInt64, _ channel: AMQPChannel
    ) {
        let ownClock: Int64?
        switch settings.senders {
        case .thisProcess, .thisRun(clock: nil), .anybody(clock: nil): ownClock = nil
        case .thisRun(let clock?), .anybody(let clock?): ownClock = clock
        }
        if case .thisRun = settings.senders {
            // Another run's messages are somebody's: they go back to their queue.
            guard let identity, identity.run == settings.run else { return sawForeign() }
        }
        let isComparable = ownClock != nil && clock == ownClock
        var message = CollectedMessage(
            role: place.role, branch: place.branch, sequence: identity?.sequence ?? 0,
            intendedNanoseconds: isComparable ? intended : nil, receivedNanoseconds: nil, serviceNanoseconds: nil,
            redelivered: redelivered)
        message.origin = identity == nil ? .foreign : isComparable ? .ownClock : .otherClock
        take(message, tag: tag, channel)
    }

    /// Outcomes are handed on together, at the end of a read at the latest.
    private func collect(_ message: CollectedMessage) {
        collected.append(message)
        if collected.count >= Self.handOnLimit { handOn() }
    }

    private func handOn() {
        guard !collected.isEmpty else { return }
        if outcomes.clocks.count > clocksTold {
            clocksTold = outcomes.clocks.count
            delegate.collectorSawClocks(outcomes.clocks)
        }
        var messages: [CollectedMessage] = []
        swap(&messages, &collected)
        delegate.collector(received: messages.span)
        messages.removeAll(keepingCapacity: true)
        swap(&messages, &collected)
    }

    func channelReadComplete(_ channel: AMQPChannel) {
        handOn()
        if acksReads {
            acknowledgeAll()
        } else if unacknowledgedCount > 0, batchTimer == nil {
            batchTimer = eventLoop.assumeIsolated().scheduleTask(in: Self.partialBatchDelay) {
                self.batchTimer = nil
                self.acknowledgeAll()
            }
        }
        delegate.collectorReadComplete()
    }

    private func sawUnidentified(_ tag: UInt64, _ channel: AMQPChannel) {
        guard settings.countsUncorrelated else { return sawForeign() }
        delegate.collectorSawUncorrelated()
        acknowledgePassedBy(tag, channel)
    }

    private func ignoreLeftover(_ tag: UInt64, _ channel: AMQPChannel) {
        delegate.collectorIgnoredLeftover()
        acknowledgePassedBy(tag, channel)
    }

    private func sawForeign() {
        foreignCount += 1
        delegate.collectorSawForeign()
        // They stay unacknowledged, and so use up the prefetch; without one there is a bound all the same.
        let prefetch = settings.prefetch == 0 ? Int(UInt16.max) : max(settings.prefetch, 2)
        if foreignCount == prefetch / 2 + 1 {
            delegate.collectorFailed(
                DriverError(
                    .precondition,
                    "somebody else publishes to \(queues.map(\.name).joined(separator: " or ")): \(foreignCount) "
                        + "messages that this run did not send; name other queues in the scenario's topology"))
        }
    }

    // MARK: - Settling

    private func acknowledge(_ tag: UInt64, _ channel: AMQPChannel) {
        if settings.acknowledgement == .automatic { return }
        if foreignCount > 0 {
            singles.append(RawSettlement(.ack, deliveryTag: tag))
        } else {
            unacknowledged = tag
        }
        unacknowledgedCount += 1
        if unacknowledgedCount >= batch { acknowledgeAll() }
    }

    /// Acknowledges what was not worked on: alone, while older messages still are.
    private func acknowledgePassedBy(_ tag: UInt64, _ channel: AMQPChannel) {
        if work?.isEmpty ?? true { return acknowledge(tag, channel) }
        if settings.acknowledgement != .automatic { channel.ack(tag, multiple: false) }
    }

    private func acknowledgeAll() {
        if unacknowledged > 0 {
            channel?.ack(unacknowledged, multiple: unacknowledgedCount > 1)
            unacknowledged = 0
        }
        if !singles.isEmpty {
            channel?.settle(singles)
            singles.removeAll(keepingCapacity: true)
        }
        unacknowledgedCount = 0
    }

    // MARK: - Consumers that take their time, or refuse

    private func workOn(_ message: CollectedMessage, tag: UInt64, _ channel: AMQPChannel) {
        guard work != nil else { return conclude(message, tag: tag, channel) }
        let wasEmpty = work?.isEmpty ?? true
        work?.add(tag: tag, message, now: SystemClock.monotonicNanoseconds(), using: &random)
        if wasEmpty { setWorkTimer() }
    }

    private func setWorkTimer() {
        guard let next = work?.nextDoneNanoseconds else { return }
        let deadline = NIODeadline.uptimeNanoseconds(UInt64(max(next, 0)))
        workTimer = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.concludeDone() }
    }

    private func concludeDone() {
        guard let channel else { return }
        let now = SystemClock.monotonicNanoseconds()
        while let item = work?.takeDone(now: now) { conclude(item.message, tag: item.tag, channel) }
        channelReadComplete(channel)
        setWorkTimer()
    }

    /// Acknowledges or refuses a message whose work is done.
    private func conclude(_ message: CollectedMessage, tag: UInt64, _ channel: AMQPChannel) {
        guard settings.nackShare > 0, Double.random(in: 0..<1, using: &random) < settings.nackShare else {
            acknowledge(tag, channel)
            return collect(message)
        }
        let requeue = Double.random(in: 0..<1, using: &random) < settings.requeueShare
        channel.nack(tag, requeue: requeue)
        delegate.collectorRefused(requeued: requeue)
        guard !requeue, !settings.refusedArriveAsFailed else { return }
        var message = message
        message.role = .failed
        collect(message)
    }

    // MARK: - Polling

    /// Fetches one message after the other until the channel or the task ends.
    private func poll(_ channel: AMQPChannel, every interval: Int64) async {
        let isAutomatic = settings.acknowledgement == .automatic
        var next = ContinuousClock.now
        while !Task.isCancelled {
            for queue in queues {
                guard let fetched = try? await channel.get(queue.name, noAck: isAutomatic) else {
                    if await onLoop({ !channel.isOpen }) { return }
                    continue
                }
                let done = await onLoop { self.took(fetched, queue.place, channel) }
                try? await Task.sleep(for: .nanoseconds(max(done - SystemClock.monotonicNanoseconds(), 0)))
            }
            guard interval > 0 else { continue }
            next = max(next + .nanoseconds(interval), .now)
            try? await Task.sleep(until: next)
        }
    }

    /// Takes a fetched message; returns when the work on it will be done.
    private func took(
        _ fetched: FetchedMessage, _ place: CollectedQueue.Place, _ channel: AMQPChannel
    ) -> Int64 {
        func header(_ name: String) -> Int64? {
            if case .int64(let value) = fetched.properties.headers?[name] { value } else { nil }
        }
        let identity = fetched.properties.rafaleID
        let intended = header(StampHeader.intended)
        if settings.senders != .thisProcess {
            takeOfOthers(
                identity, clock: header(StampHeader.clock), intended: intended, redelivered: fetched.redelivered,
                place: place, tag: fetched.deliveryTag, channel)
        } else if identity == nil {
            sawForeign()
        } else if let identity, identity.run == settings.run {
            let message = CollectedMessage(
                role: place.role, branch: place.branch, sequence: identity.sequence, intendedNanoseconds: intended,
                receivedNanoseconds: nil, serviceNanoseconds: nil, redelivered: fetched.redelivered)
            take(message, tag: fetched.deliveryTag, channel)
        } else {
            ignoreLeftover(fetched.deliveryTag, channel)
        }
        channelReadComplete(channel)
        return work?.lastDoneNanoseconds ?? 0
    }

    // MARK: - Losses

    func channel(_ channel: AMQPChannel, consumerCancelled tag: String) {
        delegate.collectorFailed(
            DriverError(.precondition, "the broker ended the consumer \(tag): was the queue deleted?"))
    }

    func channel(_ channel: AMQPChannel, closed reason: AMQPCloseReason) {
        handOn()
        // No end of a read follows.
        delegate.collectorReadComplete()
        endSession()
        if !isClosing, index == 0 { delegate.collectorLost(reason.description) }
    }
}
