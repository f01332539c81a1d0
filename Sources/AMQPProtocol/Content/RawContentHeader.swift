/// The payload of a content header frame with its properties not decoded (specification 2.3.5.2).
package struct RawContentHeader {
    /// The class of the method before it; 60, basic, is the only one with content.
    package let classID: UInt16
    /// The bytes of all the body frames that follow.
    package let bodyBytes: UInt64
    /// Property flags and values as they stand on the wire, not validated.
    package let properties: UnsafeRawBufferPointer

    /// Reads the payload of a header frame.
    package init(_ payload: UnsafeRawBufferPointer) throws(WireError) {
        var reader = WireReader(payload)
        classID = try reader.readInteger()
        let weight = try reader.readInteger(as: UInt16.self)
        guard weight == 0 else { throw .nonzeroWeight(weight) }
        bodyBytes = try reader.readInteger()
        properties = try reader.readBytes(reader.left)
    }
}
