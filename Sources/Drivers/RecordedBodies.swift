/// Bodies that were recorded: message k of a run has the k-th, as it is.
package protocol RecordedBodies: Sendable {
    /// The usual size of a body, for the size of batches.
    var meanBytes: Int { get }

    /// The part in which the body of a message is; what is read from a file is read here, and kept for the next call.
    func part(holding sequence: UInt64) -> RecordedPart
}

/// Some bodies in a row.
package final class RecordedPart: Sendable {
    /// The numbers of the messages whose bodies these are.
    package let sequences: Range<UInt64>
    private let bytes: [UInt8]
    /// Where each body lies in the bytes.
    private let places: [Range<Int>]

    /// A body for each place, the first for message `first`.
    package init(first: UInt64, bytes: [UInt8], places: [Range<Int>]) {
        sequences = first..<first + UInt64(places.count)
        self.bytes = bytes
        self.places = places
    }

    /// A copy of a message's body, which must be of this part.
    package func body(of sequence: UInt64) -> [UInt8] { Array(bytes[places[Int(sequence - sequences.lowerBound)]]) }

    /// Calls `use` with a message's body, which must be of this part.
    package func withBody(of sequence: UInt64, _ use: (UnsafeRawBufferPointer) -> Void) {
        let place = places[Int(sequence - sequences.lowerBound)]
        bytes.withUnsafeBytes { use(UnsafeRawBufferPointer(rebasing: $0[place])) }
    }
}
