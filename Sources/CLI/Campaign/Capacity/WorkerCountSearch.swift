/// Finds the least worker count that carries a rate, by answers that somebody else measures; no input or output.
///
/// Counts are tried in growing steps from the first guess, upwards while they fail and downwards while they hold; between
/// one of each by halves. More workers are taken to carry no less, up to the count that is found.
struct WorkerCountSearch: Sendable, Equatable {
    /// What was found.
    enum Outcome: Sendable, Equatable {
        /// This count holds, and the next lower candidate does not, or is none.
        case found(Int)
        /// None of the candidates that were tried holds, the highest one included.
        case none
        /// Nothing is known above this count: the generator could not put the load on.
        case generatorLimited(Int)
    }

    private let candidates: [Int]
    /// The highest index that does not hold; -1 when none is known.
    private var low = -1
    /// The lowest index that holds.
    private var high: Int?
    private var step = 1
    /// The index to try; nil when the search has ended.
    private var current: Int?
    private(set) var outcome: Outcome?

    /// A search among ascending candidates, of which the first that is not below `guess` is tried first.
    init(candidates: [Int], guess: Int) {
        self.candidates = candidates.sorted()
        current =
            self.candidates.isEmpty ? nil : self.candidates.firstIndex { $0 >= guess } ?? self.candidates.count - 1
        if current == nil { outcome = Outcome.none }
    }

    /// The count to try next; nil when the search has ended.
    var next: Int? { current.map { candidates[$0] } }

    /// Takes what became of ``next``; an unclear count is not one to rely on.
    mutating func record(_ verdict: CapacityAnswer) {
        guard let index = current else { return }
        switch verdict {
        case .holds: high = index
        case .fails: low = index
        case .generatorLimited:
            current = nil
            outcome = .generatorLimited(candidates[index])
            return
        }
        if let high {
            if high - low == 1 {
                current = nil
                outcome = .found(candidates[high])
            } else if low < 0 {
                current = max(0, high - step)
                step *= 2
            } else {
                current = (low + high) / 2
            }
        } else if low == candidates.count - 1 {
            current = nil
            outcome = Outcome.none
        } else {
            current = min(candidates.count - 1, low + step)
            step *= 2
        }
    }

    /// What a count came to.
    enum CapacityAnswer: Sendable, Equatable {
        case holds, fails, generatorLimited
    }
}
