import AMQPProtocol
import NIOCore
import Testing

@testable import Drivers

@Suite struct StampReaderTests {
    private func properties(_ fill: (inout BasicProperties) -> Void) throws -> [UInt8] {
        var properties = BasicProperties()
        fill(&properties)
        var buffer = ByteBuffer()
        try buffer.writeFrame(Frame(channel: 1, .header(ContentHeader(bodyBytes: 3, properties: properties))))
        // Behind the frame's header, class, weight and body size; without the frame's end.
        return Array(buffer.readableBytesView.dropFirst(7 + 2 + 2 + 8).dropLast())
    }

    private func read(_ reader: inout StampReader, _ bytes: [UInt8]) -> OutcomeStamps? {
        bytes.withUnsafeBytes { reader.read(RawProperties($0)) }
    }

    private func id(_ sequence: UInt64, run: UInt32 = 0xCAFE_F00D) -> MessageID {
        MessageID(run: RunID(rawValue: run), sequence: sequence)
    }

    /// Shapes of outcomes that follow each other in turn, more of them than are remembered.
    private func shape(_ number: UInt64) throws -> (bytes: [UInt8], stamps: OutcomeStamps?) {
        let sequence = number &* 0x1_0000_0001
        let (intended, received) = (Int64(number) << 33, Int64(number) << 34 | 1)
        switch number % 8 {
        case 0:
            return (
                try properties {
                    $0.messageID = id(sequence).description
                    $0.headers = ["x-rafale-intended": .int64(intended)]
                }, OutcomeStamps(id: id(sequence), intendedNanoseconds: intended)
            )
        case 1:
            return (
                try properties {
                    $0.contentType = "application/json"
                    $0.correlationID = id(sequence).description
                    $0.messageID = "b38d1f6c-9f1e-4cf1-8e9f-0242ac1200\(number % 10)\(number % 9)"
                    $0.timestamp = number
                    $0.headers = [
                        "x-rafale-intended": .int64(intended), "x-rafale-received": .int64(received),
                        "x-rafale-service": .int64(7),
                    ]
                },
                OutcomeStamps(
                    id: id(sequence), intendedNanoseconds: intended, receivedNanoseconds: received,
                    serviceNanoseconds: 7)
            )
        case 2: return (try properties { $0.messageID = id(sequence).description }, OutcomeStamps(id: id(sequence)))
        case 3: return (try properties { $0.messageID = "cafef00d-00000000000000g\(number % 10)" }, nil)
        case 4: return (try properties { $0.appID = "somebody else" }, nil)
        case 5:
            return (
                try properties {
                    $0.messageID = id(sequence, run: 0xDEAD_BEEF).description
                    $0.headers = ["x-rafale-intended": .int32(9)]
                }, OutcomeStamps(id: id(sequence, run: 0xDEAD_BEEF), intendedNanoseconds: 9)
            )
        case 6:
            // Put aside by a worker: the column is another one each time.
            return (
                try properties {
                    $0.messageID = id(sequence).description
                    $0.headers = [
                        "x-rafale-intended": .int64(intended), "x-rafale-reason": .string("column \(number)"),
                        "x-rafale-column": .int64(Int64(number)),
                    ]
                }, OutcomeStamps(id: id(sequence), intendedNanoseconds: intended)
            )
        default:
            // Of both the message's own comes first, as soon as it is one.
            let own = number % 3 == 0 ? id(sequence).description : "cafef00d-not-one-of-ours-"
            return (
                try properties {
                    $0.correlationID = id(sequence &+ 1).description
                    $0.messageID = own
                }, OutcomeStamps(id: number % 3 == 0 ? id(sequence) : id(sequence &+ 1))
            )
        }
    }

    @Test(arguments: [1, 3, 7] as [UInt64])
    func readsWhatAFreshReaderReads(stride: UInt64) throws {
        var reader = StampReader()
        for number in Swift.stride(from: 0, to: 700, by: Int(stride)) {
            let (bytes, stamps) = try shape(UInt64(number))
            #expect(read(&reader, bytes) == stamps, "message \(number)")
            var fresh = StampReader()
            #expect(read(&fresh, bytes) == stamps, "message \(number), read alone")
        }
    }
}
