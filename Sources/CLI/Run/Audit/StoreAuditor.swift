import LoadGenerator
import LoadMetrics
import Stores

/// Compares a store, page by page, with what a run's books say it must hold.
struct StoreAuditor {
    private static let pageLimit = 2_000
    private static let exampleLimit = 5

    let expected: ExpectedDocuments
    var witness: any DocumentWitness
    private var audit: StoreAudit

    init(_ expected: ExpectedDocuments, _ witness: any DocumentWitness) {
        self.expected = expected
        self.witness = witness
        audit = StoreAudit(collection: witness.collection.name)
    }

    /// Reads the store to its end; a store that fails on the way says so in the audit.
    mutating func run(_ store: any DocumentStore) async -> StoreAudit {
        var isFound = [Bool](repeating: false, count: expected.presences.count)
        var last = witness.firstID
        do throws(StoreError) {
            reading: while true {
                let page = try await store.page(after: last, limit: Self.pageLimit)
                guard let end = page.last else { break }
                last = end.id
                for document in page {
                    if witness.isBeyond(document.id) { break reading }
                    enter(document, &isFound)
                }
            }
        } catch {
            audit.failure = error.description
            return audit
        }
        for (sequence, presence) in expected.presences.enumerated() {
            switch presence {
            case .required:
                audit.required += 1
                if !isFound[sequence] { count(\.missing, witness.id(of: UInt64(sequence)), "missing") }
            case .undecided: audit.undecided += 1
            case .forbidden: break
            }
        }
        return audit
    }

    private mutating func enter(_ document: StoreDocument, _ isFound: inout [Bool]) {
        guard let sequence = witness.sequence(of: document) else {
            audit.others += 1
            return
        }
        audit.found += 1
        guard let index = Int(exactly: sequence), expected.presences.indices.contains(index),
            expected.presences[index] != .forbidden
        else { return count(\.unexpected, document.id, "must not be there") }
        isFound[index] = true
        if !witness.accepts(document, template: Int(expected.templates[index])) {
            count(\.wrong, document.id, "holds something else")
        }
    }

    private mutating func count(_ kind: WritableKeyPath<StoreAudit, UInt64>, _ id: String, _ word: String) {
        audit[keyPath: kind] += 1
        if audit.examples.count < Self.exampleLimit { audit.examples.append("\(id) \(word)") }
    }
}
