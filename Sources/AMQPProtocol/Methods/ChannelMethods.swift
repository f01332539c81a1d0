// The methods of class channel (20). A session inside a connection (specification 1.5.2).

/// Opens a channel.
package struct ChannelOpen: MethodPayload {
    package init() {}

    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.readShortString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString("")
    }
}

/// The channel is open.
package struct ChannelOpenOk: MethodPayload {
    package init() {}

    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.readLongString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeLongString("")
    }
}

/// Asks the peer to pause or resume its messages.
package struct ChannelFlow: MethodPayload {
    package var active: Bool

    package init(active: Bool = false) {
        self.active = active
    }

    package init(from reader: inout WireReader) throws(WireError) {
        let bits = try reader.readInteger(as: UInt8.self)
        active = bits & 1 != 0
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeBits(active)
    }
}

/// Confirms a pause or resumption.
package struct ChannelFlowOk: MethodPayload {
    package var active: Bool

    package init(active: Bool = false) {
        self.active = active
    }

    package init(from reader: inout WireReader) throws(WireError) {
        let bits = try reader.readInteger(as: UInt8.self)
        active = bits & 1 != 0
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeBits(active)
    }
}

/// Closes the channel, with the reason and the method that caused it.
package struct ChannelClose: MethodPayload {
    package var replyCode: UInt16
    package var replyText: String
    package var failingClassID: UInt16
    package var failingMethodID: UInt16

    package init(replyCode: UInt16, replyText: String, failingClassID: UInt16, failingMethodID: UInt16) {
        self.replyCode = replyCode
        self.replyText = replyText
        self.failingClassID = failingClassID
        self.failingMethodID = failingMethodID
    }

    package init(from reader: inout WireReader) throws(WireError) {
        replyCode = try reader.readInteger(as: UInt16.self)
        replyText = try reader.readShortString()
        failingClassID = try reader.readInteger(as: UInt16.self)
        failingMethodID = try reader.readInteger(as: UInt16.self)
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(replyCode)
        try writer.writeShortString(replyText)
        writer.writeInteger(failingClassID)
        writer.writeInteger(failingMethodID)
    }
}
