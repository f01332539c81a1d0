@testable import LoadGenerator

extension Ledger {
    /// Marks one message as published, so late after its intended time.
    func sent(_ sequence: UInt64, lagNanoseconds: Int64) {
        let message = [InFlightWindow.Message(sequence: sequence, intendedNanoseconds: 0, phase: 0)]
        sent(message.span, at: lagNanoseconds)
    }
}
