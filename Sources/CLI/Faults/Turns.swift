import Synchronization

/// Lets those who want the same thing have it one after the other, in the order in which they came.
final class Turns: Sendable {
    /// Who waits for each thing that somebody has.
    private let waiting = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

    /// Returns when all of them are had by nobody else.
    func take(_ names: [String]) async {
        // In one order, so that no two wait for each other.
        for name in names.sorted() {
            await withCheckedContinuation { continuation in
                let isFree = waiting.withLock { waiting in
                    guard waiting[name] == nil else {
                        waiting[name]?.append(continuation)
                        return false
                    }
                    waiting[name] = []
                    return true
                }
                if isFree { continuation.resume() }
            }
        }
    }

    /// Gives them to whoever is next.
    func pass(_ names: [String]) {
        for name in names {
            let next: CheckedContinuation<Void, Never>? = waiting.withLock { waiting in
                guard let first = waiting[name]?.first else {
                    waiting[name] = nil
                    return nil
                }
                waiting[name]?.removeFirst()
                return first
            }
            next?.resume()
        }
    }
}
