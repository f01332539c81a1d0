import AMQPProtocol
import NIOCore

/// A message whose frames come in several socket reads, or whose body is split: put together here.
///
/// Unlike `ContentAssembler` it keeps method and properties as they stood on the wire, for the same views as on the hot path.
struct PartialContent {
    /// The method that announced the content.
    enum Kind {
        /// The payload of a deliver method.
        case delivery(ByteBuffer)
        case returned(BasicReturn)
        case fetched(BasicGetOk)

        fileprivate var methodID: MethodID {
            switch self {
            case .delivery: .basicDeliver
            case .returned: .basicReturn
            case .fetched: .basicGetOk
            }
        }
    }

    let kind: Kind
    /// Flags and values, as they stood on the wire.
    private(set) var properties = ByteBuffer()
    private(set) var body = ByteBuffer()
    private var sequence = ContentSequence()

    init(_ kind: Kind) throws(WireError) {
        self.kind = kind
        _ = try sequence.method(kind.methodID)
    }

    /// Takes the payload of a header frame; true where the message is complete.
    mutating func take(header payload: UnsafeRawBufferPointer) throws(WireError) -> Bool {
        let header = try RawContentHeader(payload)
        let isComplete = try sequence.header(classID: header.classID, bodyBytes: header.bodyBytes)
        properties.writeBytes(header.properties)
        // What is announced is not yet there: reserve no more than a frame's worth for it.
        body.reserveCapacity(Int(min(header.bodyBytes, UInt64(AMQP.defaultFrameMaxBytes))))
        return isComplete
    }

    /// Takes the payload of a body frame; true where the message is complete.
    mutating func take(body payload: UnsafeRawBufferPointer) throws(WireError) -> Bool {
        let isComplete = try sequence.body(payload.count)
        body.writeBytes(payload)
        return isComplete
    }

    func decodeProperties() throws(WireError) -> BasicProperties {
        let result: Result<BasicProperties, WireError> = properties.withUnsafeReadableBytes { bytes in
            do throws(WireError) {
                return .success(try RawProperties(bytes).decode())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
