import Dispatch
import Foundation
import Synchronization

/// What a server's client library calls an error.
protocol ServerError: Error {
    /// What it means to the caller of the store.
    func storeError(_ store: String) -> StoreError
}

/// Threads of a store's own for calls that block: neither Swift's tasks nor an event loop wait for a server.
///
/// Each thread has a session, made on it and never seen by another; jobs go to whichever thread is free.
final class ConnectionThreads<Session>: Sendable {
    private typealias Job = @Sendable (Session) -> Void

    private struct State: Sendable {
        var jobs: [Job] = []
        var running: Int
        var isClosed = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    private let work = DispatchSemaphore(value: 0)
    private let count: Int

    /// Starts the threads; they end with ``close()``.
    init(count: Int, name: String, makeSession: @escaping @Sendable () -> Session) {
        self.count = count
        state = Mutex(State(running: count))
        for number in 1...count {
            let thread = Thread {
                self.serve(makeSession)
                self.end()
            }
            thread.name = "\(name)-\(number)"
            thread.start()
        }
    }

    /// Runs a job on one of the threads; nil when they are closed.
    func run<Value: Sendable>(_ body: @escaping @Sendable (Session) -> Value) async -> Value? {
        await withCheckedContinuation { (continuation: CheckedContinuation<Value?, Never>) in
            let isTaken = state.withLock { state in
                guard !state.isClosed else { return false }
                state.jobs.append { continuation.resume(returning: body($0)) }
                return true
            }
            if isTaken {
                work.signal()
            } else {
                continuation.resume(returning: nil)
            }
        }
    }

    /// Runs a job that may fail on one of the threads, for the store of that name.
    func perform<Value: Sendable, Failure: ServerError>(
        for store: String, _ body: @escaping @Sendable (Session) throws(Failure) -> Value
    ) async throws(StoreError) -> Value {
        try checkOpen(store)
        guard !Task.isCancelled else { throw .cancelled(store: store) }
        let result = await run { session -> Result<Value, Failure> in
            do throws(Failure) {
                return .success(try body(session))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let value): return value
        case .failure(let error): throw error.storeError(store)
        case nil: throw .closed(store: store)
        }
    }

    /// Throws where the threads were closed.
    func checkOpen(_ store: String) throws(StoreError) {
        guard !state.withLock({ $0.isClosed }) else { throw .closed(store: store) }
    }

    /// Lets the jobs that were given finish, and waits until every session is closed and its thread done.
    func close() async {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        if isFirst {
            for _ in 0..<count { work.signal() }
        }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isOver = state.withLock { state in
                if state.running == 0 { return true }
                state.waitingForEnd.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    /// Does jobs until the end; the session is gone when this returns.
    @inline(never)
    private func serve(_ makeSession: () -> Session) {
        let session = makeSession()
        while true {
            work.wait()
            let job = state.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
            // A signal without a job is the end.
            guard let job else { return }
            job(session)
        }
    }

    private func end() {
        let waiting = state.withLock { state in
            state.running -= 1
            return state.running == 0 ? state.waitingForEnd : []
        }
        for continuation in waiting { continuation.resume() }
    }
}
