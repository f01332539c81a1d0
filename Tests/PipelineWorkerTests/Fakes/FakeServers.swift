import Drivers
import NIOCore
import Stores
import Synchronization

@testable import PipelineWorker

/// A broker's incoming queue in memory.
final class FakeSource: MessageSource {
    private struct State {
        var batches: [[InboundMessage]] = []
        var nextNumber: UInt64 = 1
        var isStopped = false
        var failure: (any Error)?
        var waiter: CheckedContinuation<[InboundMessage]?, any Error>?
    }

    private let state = Mutex(State())
    private let journal: Journal

    init(_ journal: Journal) { self.journal = journal }

    /// Delivers one batch of bodies; the delivery numbers count from 1.
    func deliver(_ bodies: [String], redelivered: Bool = false) {
        let (waiter, batch) = state.withLock { state in
            let batch = bodies.map { body in
                defer { state.nextNumber += 1 }
                return InboundMessage(
                    body: ByteBuffer(string: body), messageID: "m\(state.nextNumber)", intendedNanoseconds: 100,
                    receivedNanoseconds: 350, redelivered: redelivered,
                    token: DeliveryToken(session: 0, number: state.nextNumber))
            }
            if let waiter = state.waiter {
                state.waiter = nil
                return (Optional(waiter), batch)
            }
            state.batches.append(batch)
            return (nil, batch)
        }
        waiter?.resume(returning: batch)
    }

    /// Makes `nextBatch` throw.
    func fail(_ error: any Error) {
        let waiter = state.withLock { state in
            state.failure = error
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(throwing: error)
    }

    func nextBatch() async throws -> [InboundMessage]? {
        try await withCheckedThrowingContinuation { continuation in
            let answer: Result<[InboundMessage]?, any Error>? = state.withLock { state in
                if let failure = state.failure { return .failure(failure) }
                if !state.batches.isEmpty { return .success(state.batches.removeFirst()) }
                if state.isStopped { return .success(nil) }
                state.waiter = continuation
                return nil
            }
            if let answer { continuation.resume(with: answer) }
        }
    }

    func settle(_ tokens: [DeliveryToken], _ settlement: Settlement) {
        journal.record(.settled(tokens.map(\.number), settlement))
    }

    func stopConsuming() async {
        journal.record(.stoppedConsuming)
        end()
    }

    func close() async {
        journal.record(.sourceClosed)
        end()
    }

    private func end() {
        let waiter = state.withLock { state in
            state.isStopped = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }
}

/// A broker's processed and failed queues in memory.
final class FakeSink: MessageSink {
    struct Failure: Error {}

    private struct State {
        var messages: [OutboundMessage] = []
        var failed: [FailedMessage] = []
        var hasFailedQueue = true
        var failuresLeft = 0
        var isHolding = false
        var held: [CheckedContinuation<Void, Never>] = []
        var calls = 0
    }

    private let state = Mutex(State())
    private let journal: Journal

    init(_ journal: Journal) { self.journal = journal }

    var messages: [OutboundMessage] { state.withLock { $0.messages } }
    var failed: [FailedMessage] { state.withLock { $0.failed } }
    var heldCount: Int { state.withLock { $0.held.count } }

    /// Fails that many calls from now on.
    func failNext(_ count: Int) { state.withLock { $0.failuresLeft = count } }

    /// Has no queue for what cannot be processed.
    func removeFailedQueue() { state.withLock { $0.hasFailedQueue = false } }

    /// Confirms nothing until released.
    func hold() { state.withLock { $0.isHolding = true } }

    func release() {
        let held = state.withLock { state in
            state.isHolding = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    func publish(_ messages: [OutboundMessage], to destination: String) async throws {
        try await publish(messages.map(\.messageID)) { $0.messages += messages }
    }

    func putAside(_ messages: [FailedMessage], in queue: String) async throws -> Bool {
        guard state.withLock({ $0.hasFailedQueue }) else {
            journal.record(.publishFailed)
            return false
        }
        try await publish(messages.map(\.message.messageID)) { $0.failed += messages }
        return true
    }

    private func publish(_ ids: [String?], _ keep: @Sendable (inout State) -> Void) async throws {
        let fails = state.withLock { state in
            guard state.failuresLeft > 0 else {
                keep(&state)
                return false
            }
            state.failuresLeft -= 1
            return true
        }
        if fails {
            journal.record(.publishFailed)
            throw Failure()
        }
        journal.record(.published(ids.map { $0 ?? "none" }))
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                if state.isHolding { state.held.append(continuation) }
                return state.isHolding
            }
            if !isHeld { continuation.resume() }
        }
    }

    func close() async {
        journal.record(.sinkClosed)
        release()
    }
}

/// A store in memory that fails as it is told.
final class FakeStore: DocumentStore {
    private struct State {
        var documents: [String: StoreDocument] = [:]
        var errors: [StoreError] = []
        var refusedIDs: Set<String> = []
        var isHolding = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    let name = "fake"
    private let state = Mutex(State())
    private let journal: Journal

    init(_ journal: Journal) { self.journal = journal }

    var documents: [String: StoreDocument] { state.withLock { $0.documents } }

    /// Throws these, one a call, before it works.
    func failNext(_ errors: [StoreError]) { state.withLock { $0.errors = errors } }

    func refuse(_ id: String) { state.withLock { _ = $0.refusedIDs.insert(id) } }

    /// Finishes no write until released.
    func hold() { state.withLock { $0.isHolding = true } }

    func release() {
        let held = state.withLock { state in
            state.isHolding = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    func apply(_ operations: [StoreOperation]) async throws(StoreError) -> [StoreOutcome] {
        let error = state.withLock { state in state.errors.isEmpty ? nil : state.errors.removeFirst() }
        if let error {
            journal.record(.storeFailed)
            throw error
        }
        journal.record(.stored(operations.map(\.shortName)))
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                if state.isHolding { state.held.append(continuation) }
                return state.isHolding
            }
            if !isHeld { continuation.resume() }
        }
        return state.withLock { state in
            operations.map { operation in
                switch operation {
                case .upsert(let document, _):
                    if state.refusedIDs.contains(document.id) { return .refused("too odd") }
                    state.documents[document.id] = document
                    return .upserted
                case .delete(let id, _):
                    return state.documents.removeValue(forKey: id) == nil ? .absent : .deleted
                }
            }
        }
    }

    func count() async throws(StoreError) -> Int { documents.count }

    func fetch(_ id: String) async throws(StoreError) -> StoreDocument? { documents[id] }

    func page(after id: String?, limit: Int) async throws(StoreError) -> [StoreDocument] {
        Array(documents.values.sorted { $0.id < $1.id }.filter { $0.id > (id ?? "") }.prefix(limit))
    }

    func close() async {
        journal.record(.storeClosed)
        release()
    }
}

/// A clock that moves only when it is told to.
final class ManualClock: Sendable {
    private struct Sleeper {
        let id: Int
        let wakesNanoseconds: Int64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var nowNanoseconds: Int64 = 1_000
        var nextID = 0
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())
    private let journal: Journal

    init(_ journal: Journal) { self.journal = journal }

    var clock: WorkerClock {
        WorkerClock(
            nowNanoseconds: { self.state.withLock { $0.nowNanoseconds } },
            unixNanoseconds: { 1_795_229_329_123_000_000 },
            sleep: { try await self.sleep($0) })
    }

    /// Moves the clock and wakes who waits for that.
    func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.nowNanoseconds += duration.nanoseconds
            let now = state.nowNanoseconds
            let woken = state.sleepers.filter { $0.wakesNanoseconds <= now }
            state.sleepers.removeAll { $0.wakesNanoseconds <= now }
            return woken
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    private func sleep(_ duration: Duration) async throws {
        let id = state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = state.withLock { state in
                    if state.cancelled.contains(id) { return true }
                    state.sleepers.append(
                        Sleeper(
                            id: id, wakesNanoseconds: state.nowNanoseconds + duration.nanoseconds,
                            continuation: continuation))
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
                journal.record(.slept(duration))
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                state.cancelled.insert(id)
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else { return nil }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}
