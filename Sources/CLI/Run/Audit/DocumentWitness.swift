import Drivers
import Stores

/// Knows the documents of a run: which message one is of, and what it must hold.
protocol DocumentWitness {
    /// The collection they are in.
    var collection: StoreCollection { get }
    /// Documents before this identifier are of others; nil where those of a run may stand anywhere.
    var firstID: String? { get }

    /// Whether documents from this identifier on are of others.
    func isBeyond(_ id: String) -> Bool

    /// The message that writes this document; nil where no message of the run does.
    func sequence(of document: StoreDocument) -> UInt64?

    /// The identifier of that message's document, for those who look for it.
    func id(of sequence: UInt64) -> String

    /// Whether the document holds what the message made from that template says.
    mutating func accepts(_ document: StoreDocument, template: Int) -> Bool
}
