#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What becomes of each operation of a batch, and which rows that leaves to write; pure.
///
/// ```
/// operations ─► BatchPlan ─► identifiers ─► (the table says what it has) ─► decide ─► outcomes, rows to write
/// ```
struct BatchPlan {
    /// What a table has under an identifier.
    enum RowState: Equatable {
        case missing
        /// A document; its version is 0 in a collection that keeps the first.
        case live(version: Int64)
        /// What is left of a deleted document.
        case buried(version: Int64)
    }

    /// One row to write: the document of the operation of that index, or what is left of a deleted one.
    struct Row: Equatable {
        let operation: Int
        let isBuried: Bool
    }

    /// What is to be done with the rows that a batch touches.
    struct Changes: Equatable {
        /// Of identifiers that the table has not.
        var inserts: [Row] = []
        /// In place of the rows that it has.
        var updates: [Row] = []
        /// The operations whose identifiers go, of collections that keep the first.
        var removals: [Int] = []
    }

    /// An identifier, equal only to one of the same bytes: two spellings of é are equal as `String`s.
    struct Identifier: Hashable, Comparable {
        let bytes: [UInt8]

        init(_ text: String) { bytes = Array(text.utf8) }
        init(_ bytes: [UInt8]) { self.bytes = bytes }

        static func == (one: Identifier, other: Identifier) -> Bool {
            one.bytes.count == other.bytes.count && compare(one, other) == 0
        }

        static func < (one: Identifier, other: Identifier) -> Bool {
            let comparison = compare(one, other)
            return comparison == 0 ? one.bytes.count < other.bytes.count : comparison < 0
        }

        // At once: the hash of an array takes byte after byte.
        func hash(into hasher: inout Hasher) {
            bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }

        /// Compares as many bytes as both have.
        private static func compare(_ one: Identifier, _ other: Identifier) -> Int32 {
            one.bytes.withUnsafeBytes { left -> Int32 in
                other.bytes.withUnsafeBytes { right -> Int32 in
                    guard let first = left.baseAddress, let second = right.baseAddress else { return 0 }
                    return memcmp(first, second, min(left.count, right.count))
                }
            }
        }
    }

    /// One operation and the identifier that it is about.
    private struct Touch {
        let identifier: Identifier
        let operation: Int
    }

    let operations: [StoreOperation]
    let keeps: StoreCollection.Keeping
    /// Why some operations cannot be done, by their index; what they would do is left out.
    private(set) var refused: [Int: StoreOutcome]
    /// In the order of the identifiers' bytes: all workers lock rows in the same order.
    ///
    /// Those on one identifier are in the batch's order.
    private let touches: [Touch]
    /// Where those of each identifier are.
    private let slots: [Range<Int>]

    init(_ operations: [StoreOperation], keeps: StoreCollection.Keeping, refused: [Int: StoreOutcome] = [:]) {
        self.operations = operations
        self.keeps = keeps
        self.refused = refused
        // A stable sort.
        let touches = operations.enumerated()
            .map { Touch(identifier: Identifier($0.element.id), operation: $0.offset) }
            .sorted { $0.identifier < $1.identifier }
        var slots: [Range<Int>] = []
        slots.reserveCapacity(touches.count)
        var start = 0
        for (index, touch) in touches.enumerated() where touch.identifier != touches[start].identifier {
            slots.append(start..<index)
            start = index
        }
        if start < touches.count { slots.append(start..<touches.count) }
        self.touches = touches
        self.slots = slots
    }

    /// The identifiers of the batch, each once, in the order of their bytes.
    var identifiers: [Identifier] { slots.map { touches[$0.lowerBound].identifier } }

    /// Whether there are deletes in it.
    var deletes: Bool {
        operations.contains { if case .delete = $0 { true } else { false } }
    }

    /// Leaves an operation out, for the reason that its outcome says.
    mutating func refuse(_ operation: Int, _ outcome: StoreOutcome) {
        refused[operation] = outcome
    }

    /// What every operation comes to and what to write, when the table has those rows.
    func decide(_ table: [Identifier: RowState]) -> (outcomes: [StoreOutcome], changes: Changes) {
        var outcomes = [StoreOutcome](repeating: .upserted, count: operations.count)
        var changes = Changes()
        for slot in slots {
            let before = table[touches[slot.lowerBound].identifier] ?? .missing
            var state = before
            var written: Int?
            for touch in touches[slot] {
                let index = touch.operation
                if let outcome = refused[index] {
                    outcomes[index] = outcome
                    continue
                }
                let (outcome, next) = Self.step(operations[index], state, keeps)
                outcomes[index] = outcome
                if let next {
                    state = next
                    written = index
                }
            }
            guard let written else { continue }
            switch (before, state) {
            case (.missing, .missing): break
            case (_, .missing): changes.removals.append(written)
            case (.missing, .live): changes.inserts.append(Row(operation: written, isBuried: false))
            case (.missing, .buried): changes.inserts.append(Row(operation: written, isBuried: true))
            case (_, .live): changes.updates.append(Row(operation: written, isBuried: false))
            case (_, .buried): changes.updates.append(Row(operation: written, isBuried: true))
            }
        }
        return (outcomes, changes)
    }

    /// One operation on one row; without a next state it changes nothing.
    static func step(
        _ operation: StoreOperation, _ state: RowState, _ keeps: StoreCollection.Keeping
    ) -> (StoreOutcome, RowState?) {
        switch (keeps, operation, state) {
        case (.first, .upsert, .missing): (.upserted, .live(version: 0))
        case (.first, .upsert, _): (.upserted, nil)
        case (.first, .delete, .live): (.deleted, .missing)
        case (.first, .delete, _): (.absent, nil)
        case (.latest, .upsert(_, let version), .missing): (.upserted, .live(version: version))
        case (.latest, .upsert(_, let version), .live(let stored)):
            version >= stored ? (.upserted, .live(version: version)) : (.superseded, nil)
        case (.latest, .upsert(_, let version), .buried(let stored)):
            version > stored ? (.upserted, .live(version: version)) : (.superseded, nil)
        case (.latest, .delete(_, let version), .missing): (.absent, .buried(version: version))
        case (.latest, .delete(_, let version), .live(let stored)):
            version >= stored ? (.deleted, .buried(version: version)) : (.superseded, nil)
        case (.latest, .delete(_, let version), .buried(let stored)):
            (.absent, version > stored ? .buried(version: version) : nil)
        }
    }
}

extension StoreOperation {
    /// The identifier that it is about.
    var id: String {
        switch self {
        case .upsert(let document, version: _): document.id
        case .delete(let id, version: _): id
        }
    }

    /// When the change was made, in milliseconds since 1970.
    var version: Int64 {
        switch self {
        case .upsert(_, let version), .delete(_, let version): version
        }
    }
}
