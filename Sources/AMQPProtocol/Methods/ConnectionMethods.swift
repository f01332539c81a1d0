// The methods of class connection (10): opening a session, negotiating its limits, closing it (specification 1.4.2).
//
// blocked, unblocked and update-secret are RabbitMQ's: https://www.rabbitmq.com/connection-blocked.html

/// The server's opening: its version, what it can do and how to log in (specification 1.4.2.1).
package struct ConnectionStart: MethodPayload {
    /// 0 for AMQP 0-9-1.
    package var versionMajor: UInt8
    /// 9 for AMQP 0-9-1.
    package var versionMinor: UInt8
    /// Product, version, capabilities and the like.
    package var serverProperties: FieldTable
    /// The SASL mechanisms it takes, parted by spaces.
    package var mechanisms: String
    /// The locales it speaks, parted by spaces.
    package var locales: String

    package init(
        versionMajor: UInt8, versionMinor: UInt8, serverProperties: FieldTable = FieldTable(), mechanisms: String,
        locales: String
    ) {
        self.versionMajor = versionMajor
        self.versionMinor = versionMinor
        self.serverProperties = serverProperties
        self.mechanisms = mechanisms
        self.locales = locales
    }

    package init(from reader: inout WireReader) throws(WireError) {
        versionMajor = try reader.readInteger()
        versionMinor = try reader.readInteger()
        serverProperties = try reader.readTable()
        mechanisms = try reader.readLongString()
        locales = try reader.readLongString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(versionMajor)
        writer.writeInteger(versionMinor)
        try writer.writeTable(serverProperties)
        try writer.writeLongString(mechanisms)
        try writer.writeLongString(locales)
    }
}

/// The client's answer: what it is, and its credentials (specification 1.4.2.2).
package struct ConnectionStartOk: MethodPayload {
    /// Product, version, capabilities and the like.
    package var clientProperties: FieldTable
    /// The SASL mechanism it chose.
    package var mechanism: String
    /// What the mechanism says first; holds the password with PLAIN.
    package var response: [UInt8]
    /// The locale it chose.
    package var locale: String

    package init(clientProperties: FieldTable = FieldTable(), mechanism: String, response: [UInt8], locale: String) {
        self.clientProperties = clientProperties
        self.mechanism = mechanism
        self.response = response
        self.locale = locale
    }

    package init(from reader: inout WireReader) throws(WireError) {
        clientProperties = try reader.readTable()
        mechanism = try reader.readShortString()
        response = try reader.readLongBytes()
        locale = try reader.readShortString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeTable(clientProperties)
        try writer.writeShortString(mechanism)
        try writer.writeLongBytes(response)
        try writer.writeShortString(locale)
    }
}

/// The server's next question of a SASL mechanism (specification 1.4.2.3).
package struct ConnectionSecure: MethodPayload {
    package var challenge: [UInt8]

    package init(challenge: [UInt8]) {
        self.challenge = challenge
    }

    package init(from reader: inout WireReader) throws(WireError) {
        challenge = try reader.readLongBytes()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeLongBytes(challenge)
    }
}

/// The client's answer to it (specification 1.4.2.4).
package struct ConnectionSecureOk: MethodPayload {
    package var response: [UInt8]

    package init(response: [UInt8]) {
        self.response = response
    }

    package init(from reader: inout WireReader) throws(WireError) {
        response = try reader.readLongBytes()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeLongBytes(response)
    }
}

/// The limits that the server proposes; 0 is none (specification 1.4.2.5).
package struct ConnectionTune: MethodPayload {
    /// The highest number a channel may have.
    package var channelMax: UInt16
    /// The largest whole frame.
    package var frameMaxBytes: UInt32
    /// How often each side is heard from at least.
    package var heartbeatSeconds: UInt16

    package init(channelMax: UInt16, frameMaxBytes: UInt32, heartbeatSeconds: UInt16) {
        self.channelMax = channelMax
        self.frameMaxBytes = frameMaxBytes
        self.heartbeatSeconds = heartbeatSeconds
    }

    package init(from reader: inout WireReader) throws(WireError) {
        channelMax = try reader.readInteger()
        frameMaxBytes = try reader.readInteger()
        heartbeatSeconds = try reader.readInteger()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(channelMax)
        writer.writeInteger(frameMaxBytes)
        writer.writeInteger(heartbeatSeconds)
    }
}

/// The limits that hold from now on; 0 is none (specification 1.4.2.6).
package struct ConnectionTuneOk: MethodPayload {
    /// The highest number a channel may have.
    package var channelMax: UInt16
    /// The largest whole frame.
    package var frameMaxBytes: UInt32
    /// How often each side is heard from at least.
    package var heartbeatSeconds: UInt16

    package init(channelMax: UInt16, frameMaxBytes: UInt32, heartbeatSeconds: UInt16) {
        self.channelMax = channelMax
        self.frameMaxBytes = frameMaxBytes
        self.heartbeatSeconds = heartbeatSeconds
    }

    package init(from reader: inout WireReader) throws(WireError) {
        channelMax = try reader.readInteger()
        frameMaxBytes = try reader.readInteger()
        heartbeatSeconds = try reader.readInteger()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(channelMax)
        writer.writeInteger(frameMaxBytes)
        writer.writeInteger(heartbeatSeconds)
    }
}

/// Asks for a virtual host (specification 1.4.2.7).
package struct ConnectionOpen: MethodPayload {
    package var virtualHost: String

    package init(virtualHost: String) {
        self.virtualHost = virtualHost
    }

    package init(from reader: inout WireReader) throws(WireError) {
        virtualHost = try reader.readShortString()
        _ = try reader.readShortString()
        try reader.skipReserved(UInt8.self)
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString(virtualHost)
        try writer.writeShortString("")
        writer.writeInteger(UInt8(0))
    }
}

/// Grants the virtual host (specification 1.4.2.8).
package struct ConnectionOpenOk: MethodPayload {
    package init() {}

    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.readShortString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString("")
    }
}

/// Ends the connection and says why (specification 1.4.2.9).
package struct ConnectionClose: MethodPayload {
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

/// Tells a client that its publishes are not read for now (RabbitMQ).
package struct ConnectionBlocked: MethodPayload {
    package var reason: String

    package init(reason: String) {
        self.reason = reason
    }

    package init(from reader: inout WireReader) throws(WireError) {
        reason = try reader.readShortString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString(reason)
    }
}

/// Renews a token before it expires (RabbitMQ).
package struct ConnectionUpdateSecret: MethodPayload {
    package var newSecret: [UInt8]
    package var reason: String

    package init(newSecret: [UInt8], reason: String) {
        self.newSecret = newSecret
        self.reason = reason
    }

    package init(from reader: inout WireReader) throws(WireError) {
        newSecret = try reader.readLongBytes()
        reason = try reader.readShortString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeLongBytes(newSecret)
        try writer.writeShortString(reason)
    }
}
