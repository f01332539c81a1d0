import Drivers
import Stores
import Synchronization

/// What happened, in order, and a way to wait for it without sleeping.
final class Journal: Sendable {
    enum Event: Sendable, Equatable {
        case stored([String])
        case storeFailed
        case published([String])
        case publishFailed
        case settled([UInt64], Settlement)
        case stoppedConsuming
        case sourceClosed
        case sinkClosed
        case storeClosed
        case slept(Duration)
    }

    private struct Waiter {
        let id: Int
        let condition: @Sendable ([Event]) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    private let state = Mutex((events: [Event](), waiters: [Waiter](), nextID: 0))

    var events: [Event] { state.withLock { $0.events } }

    func record(_ event: Event) {
        let resumed = state.withLock { state in
            state.events.append(event)
            let events = state.events
            let (met, unmet) = (
                state.waiters.filter { $0.condition(events) }, state.waiters.filter { !$0.condition(events) }
            )
            state.waiters = unmet
            return met
        }
        for waiter in resumed { waiter.continuation.resume() }
    }

    /// Returns once the condition holds, or the test has run out of time.
    func wait(for condition: @escaping @Sendable ([Event]) -> Bool) async {
        let id = state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isMet = state.withLock { state in
                    if Task.isCancelled || condition(state.events) { return true }
                    state.waiters.append(Waiter(id: id, condition: condition, continuation: continuation))
                    return false
                }
                if isMet { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
                return state.waiters.remove(at: index)
            }
            waiter?.continuation.resume()
        }
    }

    /// The delivery numbers settled in that way, in the order of settling.
    func settled(_ settlement: Settlement) -> [UInt64] {
        events.flatMap { event -> [UInt64] in
            if case .settled(let numbers, settlement) = event { numbers } else { [] }
        }
    }

    /// Returns once so many deliveries are settled in that way.
    func waitForSettled(_ count: Int, _ settlement: Settlement = .accept) async {
        await wait { events in
            events.reduce(0) { total, event in
                if case .settled(let numbers, settlement) = event { total + numbers.count } else { total }
            } >= count
        }
    }
}

extension StoreOperation {
    /// `+id` for an upsert, `-id` for a delete.
    var shortName: String {
        switch self {
        case .upsert(let document, _): "+\(document.id)"
        case .delete(let id, _): "-\(id)"
        }
    }
}
