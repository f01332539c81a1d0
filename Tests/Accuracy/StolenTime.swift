import LoadMetrics
import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// When an event loop had something to read and the machine did something else, by the kernel's own account.
///
/// A datagram that the loop sends to itself is under way while the loop's thread does not compute: the thread waits for
/// a core, or the kernel has not come to deliver. What comes in such a time is read late through no fault of the program. A check that compares times to
/// 100 µs on a machine with other work must know, or it would fail for the machine.
final class StolenTime: @unchecked Sendable {
    // Reason: all state is touched on `eventLoop` only.

    /// A look at the kernel's account, from the loop's own thread.
    struct Look: Sendable {
        var time: Int64
        /// How long the machine held the loop up since the look before.
        var waited: Int64
    }

    /// What was seen, in order.
    struct Account: Sendable {
        var looks: [Look] = []

        /// By how much something that came at that moment may have been read late.
        ///
        /// Each look is at a datagram read that was sent after the look before. The second one from now was sent after
        /// this moment, so whatever came at it is read in the same round of the loop, or an earlier one, and before the
        /// third. What waited with it had to be caught up with: at most as long again as the thread was kept waiting.
        func delay(at nanoseconds: Int64) -> Int64 {
            let next = firstLook(after: nanoseconds)
            let seen = looks[next..<min(next + 3, looks.count)]
            let waited = seen.reduce(0) { $0 + $1.waited }
            guard waited > 0, let end = seen.last?.time else { return 0 }
            return min(end - nanoseconds, 2 * waited)
        }

        /// How long the loop was held up between two moments, and had to catch up, at most.
        func total(from start: Int64, to end: Int64) -> Int64 {
            var sum: Int64 = 0
            for look in looks[firstLook(after: start)...] {
                sum += look.waited
                if look.time >= end { break }
            }
            return min(2 * sum, max(0, end - start))
        }

        private func firstLook(after nanoseconds: Int64) -> Int {
            var low = 0
            var high = looks.count
            while low < high {
                let middle = (low + high) / 2
                if looks[middle].time <= nanoseconds { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    private let eventLoop: any EventLoop
    private var account = Account()
    private var descriptor: Int32 = -1
    /// At the last look, and when the datagram was sent.
    private var last = ThreadTime()
    private var sent: (time: Int64, thread: ThreadTime)?

    /// A thread's time on a core, and ready without one.
    private struct ThreadTime {
        var ran: Int64 = 0
        var waited: Int64 = 0
    }
    private var datagrams: (any Channel)?

    private static let period = TimeAmount.microseconds(500)
    /// Shorter waits are below what the checks tell apart.
    private static let least: Int64 = 40_000

    private init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// Watches a loop while the body runs.
    static func watch<T: Sendable>(
        _ eventLoop: any EventLoop, _ body: () async throws -> T
    ) async throws -> (T, Account) {
        let watch = StolenTime(eventLoop)
        // A datagram to itself: like what the generator reads, it waits for the loop to come round to its sockets.
        let datagrams = try await DatagramBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Echo(watch))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        try await eventLoop.submit { watch.start(datagrams) }.get()
        do {
            let value = try await body()
            return (value, try await eventLoop.submit { watch.stop() }.get())
        } catch {
            _ = try? await eventLoop.submit { watch.stop() }.get()
            throw error
        }
    }

    private final class Echo: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        private let watch: StolenTime

        init(_ watch: StolenTime) { self.watch = watch }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { watch.read() }
    }

    private func start(_ datagrams: any Channel) {
        // Opened by the thread itself: the file stays its own. Without the kernel's account nothing is forgiven.
        descriptor = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)
        last = threadTime() ?? ThreadTime()
        self.datagrams = datagrams
        send()
    }

    private func stop() -> Account {
        look()
        datagrams?.close(promise: nil)
        datagrams = nil
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        return account
    }

    private func send() {
        guard let datagrams, let address = datagrams.localAddress else { return }
        sent = threadTime().map { (Monotonic.nowNanoseconds(), $0) }
        datagrams.writeAndFlush(
            AddressedEnvelope(remoteAddress: address, data: ByteBuffer(string: "look")), promise: nil)
    }

    private func read() {
        look()
        eventLoop.assumeIsolated().scheduleTask(in: Self.period) { self.send() }
    }

    private func look() {
        guard let thread = threadTime() else { return }
        let now = Monotonic.nowNanoseconds()
        var held = thread.waited - last.waited
        if let sent { held = max(held, now - sent.time - (thread.ran - sent.thread.ran)) }
        account.looks.append(Look(time: now, waited: held >= Self.least ? held : 0))
        last = thread
        sent = nil
    }

    private func threadTime() -> ThreadTime? {
        guard descriptor >= 0 else { return nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 96) { bytes in
            let count = pread(descriptor, bytes.baseAddress, bytes.count, 0)
            guard count > 0 else { return nil }
            let fields = bytes[..<count].split(separator: UInt8(ascii: " "))
            guard fields.count >= 2, let waited = Int64(String(decoding: fields[1], as: UTF8.self)) else { return nil }
            // The first number is behind by up to a tick for a thread that runs; this clock is not.
            return ThreadTime(ran: CPUClock.system.threadNanoseconds(), waited: waited)
        }
    }
}

/// Sleeps to a moment of the monotonic clock, or until a signal comes.
func sleepUntil(_ nanoseconds: Int64) {
    let left = max(0, nanoseconds - Monotonic.nowNanoseconds())
    var time = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
    nanosleep(&time, nil)
}
