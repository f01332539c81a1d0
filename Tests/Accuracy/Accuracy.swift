// Accuracy: shows with known truths that what Rafale reports is right.
//
//   scenario ─► LoadRun + AMQPLoadDriver ══ loopback ══► KnownPeer, which misbehaves by a plan
//                     │ what it reports                     │ what it really did: PeerRecord
//                     └───────────────► rows ◄──────────────┘
//
// Nothing of the engine is replaced. Both sides read the same monotonic clock. Times are compared with what the peer
// did, never with what it was told to do, so that a busy machine shows as truth; how long the machine held the
// generator up (StolenTime) widens a bound by just that.

package import Foundation

/// All checks of the suite.
package struct AccuracySuite: Sendable {
    /// How much time the checks take.
    package enum Form: Sendable {
        /// A few seconds, for every test run.
        case short
        /// Minutes, for the table in the documentation.
        case full
    }

    package let form: Form
    /// This suite's program, which also is the process that burns a known CPU time.
    package let program: URL

    package init(form: Form, program: URL) {
        self.form = form
        self.program = program
    }

    var isFull: Bool { form == .full }
}

extension AccuracySuite {
    /// Runs every check; `onRows` is told of each one's rows as they come.
    package func run(_ onRows: (String) -> Void = { _ in }) async throws -> AccuracyTable {
        var table = AccuracyTable()
        func add(_ rows: [AccuracyRow]) {
            table.append(rows)
            var part = AccuracyTable()
            part.append(rows)
            onRows(part.text)
        }
        add(try await knownDelays())
        add(try await stall())
        add(try await arrivals())
        add(try await counts())
        add(try await processTimes())
        add(try await histograms())
        return table
    }
}
