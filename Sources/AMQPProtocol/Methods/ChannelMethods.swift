// The methods of class channel (20): a session inside a connection (specification 1.5.2).

/// Opens the channel of its frame (specification 1.5.2.1).
package struct ChannelOpen: MethodPayload {
    package init() {}

    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.readShortString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString("")
    }
}

/// The channel is open (specification 1.5.2.2).
package struct ChannelOpenOk: MethodPayload {
    package init() {}

    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.readLongString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeLongString("")
    }
}

/// Asks the peer to stop or go on sending content (specification 1.5.2.3).
package struct ChannelFlow: MethodPayload {
    package var active: Bool

    package init(active: Bool = false) {
        self.active = active
    }

    package init(from reader: inout WireReader) throws(WireError) {
        active = try reader.readBits()[0]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeBits(active)
    }
}

/// Confirms what the flow is now (specification 1.5.2.4).
package struct ChannelFlowOk: MethodPayload {
    package var active: Bool

    package init(active: Bool = false) {
        self.active = active
    }

    package init(from reader: inout WireReader) throws(WireError) {
        active = try reader.readBits()[0]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeBits(active)
    }
}

/// Ends the channel and says why (specification 1.5.2.5).
package struct ChannelClose: MethodPayload {
    package var replyCode: UInt16
    package var replyText: String
    /// The class of the method that failed, or 0.
    package var failingClassID: UInt16
    /// The method that failed, or 0.
    package var failingMethodID: UInt16

    package init(replyCode: UInt16, replyText: String, failingClassID: UInt16, failingMethodID: UInt16) {
        self.replyCode = replyCode
        self.replyText = replyText
        self.failingClassID = failingClassID
        self.failingMethodID = failingMethodID
    }

    package init(from reader: inout WireReader) throws(WireError) {
        replyCode = try reader.readInteger()
        replyText = try reader.readShortString()
        failingClassID = try reader.readInteger()
        failingMethodID = try reader.readInteger()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(replyCode)
        try writer.writeShortString(replyText)
        writer.writeInteger(failingClassID)
        writer.writeInteger(failingMethodID)
    }
}
