import Synchronization

/// What did not happen in time.
package struct DeadlineExceeded: Error, CustomStringConvertible {
    /// What was awaited.
    package let what: String
    /// For how long.
    package let limit: Duration

    /// One line for the test's log.
    package var description: String { "not within \(limit): \(what)" }
}

/// Runs the operation, and throws ``DeadlineExceeded`` when it takes longer than the limit.
///
/// The operation is cancelled then, but not awaited: one that ignores cancellation cannot hang the test.
package func withTimeout<Value: Sendable>(
    _ limit: Duration, _ what: String = "the operation", _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let race = Race<Value>()
    let work = Task {
        do { race.end(.success(try await operation())) } catch { race.end(.failure(error)) }
    }
    let timer = Task {
        try await Task.sleep(for: limit)
        race.end(.failure(DeadlineExceeded(what: what, limit: limit)))
    }
    defer {
        work.cancel()
        timer.cancel()
    }
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { race.await($0) }
    } onCancel: {
        race.end(.failure(CancellationError()))
    }
}

/// Asks again and again, a few times each second, until the answer is not nil; throws ``DeadlineExceeded``.
///
/// For what another process does. Inside our own code, await the event instead.
@discardableResult
package func eventually<Value: Sendable>(
    within limit: Duration = .seconds(10), _ what: String, _ answer: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + limit
    while true {
        if let value = try await answer() { return value }
        guard ContinuousClock.now < end else { throw DeadlineExceeded(what: what, limit: limit) }
        try await Task.sleep(for: .milliseconds(50))
    }
}

/// The first of several outcomes; later ones are dropped.
private final class Race<Value: Sendable>: Sendable {
    private enum State {
        case running
        case awaited(CheckedContinuation<Value, any Error>)
        case ended(Result<Value, any Error>)
        case taken
    }

    private let state = Mutex(State.running)

    func await(_ continuation: CheckedContinuation<Value, any Error>) {
        let early: Result<Value, any Error>? = state.withLock { state in
            guard case .ended(let result) = state else {
                state = .awaited(continuation)
                return nil
            }
            state = .taken
            return result
        }
        if let early { continuation.resume(with: early) }
    }

    func end(_ result: Result<Value, any Error>) {
        let waiting: CheckedContinuation<Value, any Error>? = state.withLock { state in
            switch state {
            case .running: state = .ended(result)
            case .awaited(let continuation):
                state = .taken
                return continuation
            case .ended, .taken: break
            }
            return nil
        }
        waiting?.resume(with: result)
    }
}
