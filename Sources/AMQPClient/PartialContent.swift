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
    /// The properties' flags and values, as they stood on the wire, and behind them the body.
    private(set) var bytes = ByteBuffer()
    private(set) var propertiesBytes = 0
    private var sequence = ContentSequence()

    init(_ kind: Kind) throws(WireError) {
        self.kind = kind
        _ = try sequence.method(kind.methodID)
    }

    /// The body, as far as it has come.
    var body: ByteBuffer {
        bytes.getSlice(at: propertiesBytes, length: bytes.readableBytes - propertiesBytes) ?? ByteBuffer()
    }

    /// Takes the payload of a header frame; true where the message is complete.
    mutating func take(header payload: UnsafeRawBufferPointer) throws(WireError) -> Bool {
        let header = try RawContentHeader(payload)
        let isComplete = try sequence.header(classID: header.classID, bodyBytes: header.bodyBytes)
        propertiesBytes = header.properties.count
        // What is announced is not yet there: reserve no more than a frame's worth for it.
        bytes.reserveCapacity(propertiesBytes + Int(min(header.bodyBytes, UInt64(AMQP.defaultFrameMaxBytes))))
        bytes.writeBytes(header.properties)
        return isComplete
    }

    /// Takes the payload of a body frame; true where the message is complete.
    mutating func take(body payload: UnsafeRawBufferPointer) throws(WireError) -> Bool {
        let isComplete = try sequence.body(payload.count)
        bytes.writeBytes(payload)
        return isComplete
    }

    func decodeProperties() throws(WireError) -> BasicProperties {
        let result: Result<BasicProperties, WireError> = bytes.withUnsafeReadableBytes { bytes in
            do throws(WireError) {
                return .success(try RawProperties(UnsafeRawBufferPointer(rebasing: bytes[..<propertiesBytes])).decode())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
