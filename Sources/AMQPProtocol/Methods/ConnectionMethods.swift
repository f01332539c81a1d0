// The methods of class connection (10). Opening a session, negotiating its limits and closing it (specification 1.4.2; RabbitMQ's blocked, unblocked, update-secret).

/// The server's greeting: its version, properties, mechanisms and locales.
package struct ConnectionStart: MethodPayload {
    package var versionMajor: UInt8
    package var versionMinor: UInt8
    package var serverProperties: FieldTable
    package var mechanisms: String
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
        versionMajor = try reader.readInteger(as: UInt8.self)
        versionMinor = try reader.readInteger(as: UInt8.self)
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

/// The client's choice of mechanism, with its response.
package struct ConnectionStartOk: MethodPayload {
    package var clientProperties: FieldTable
    package var mechanism: String
    package var response: [UInt8]
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

/// A further challenge of the security mechanism.
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

/// The answer to a challenge.
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

/// The limits that the server proposes.
package struct ConnectionTune: MethodPayload {
    package var channelMax: UInt16
    package var frameMaxBytes: UInt32
    package var heartbeatSeconds: UInt16

    package init(channelMax: UInt16, frameMaxBytes: UInt32, heartbeatSeconds: UInt16) {
        self.channelMax = channelMax
        self.frameMaxBytes = frameMaxBytes
        self.heartbeatSeconds = heartbeatSeconds
    }

    package init(from reader: inout WireReader) throws(WireError) {
        channelMax = try reader.readInteger(as: UInt16.self)
        frameMaxBytes = try reader.readInteger(as: UInt32.self)
        heartbeatSeconds = try reader.readInteger(as: UInt16.self)
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(channelMax)
        writer.writeInteger(frameMaxBytes)
        writer.writeInteger(heartbeatSeconds)
    }
}

/// The limits that the client accepts.
package struct ConnectionTuneOk: MethodPayload {
    package var channelMax: UInt16
    package var frameMaxBytes: UInt32
    package var heartbeatSeconds: UInt16

    package init(channelMax: UInt16, frameMaxBytes: UInt32, heartbeatSeconds: UInt16) {
        self.channelMax = channelMax
        self.frameMaxBytes = frameMaxBytes
        self.heartbeatSeconds = heartbeatSeconds
    }

    package init(from reader: inout WireReader) throws(WireError) {
        channelMax = try reader.readInteger(as: UInt16.self)
        frameMaxBytes = try reader.readInteger(as: UInt32.self)
        heartbeatSeconds = try reader.readInteger(as: UInt16.self)
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(channelMax)
        writer.writeInteger(frameMaxBytes)
        writer.writeInteger(heartbeatSeconds)
    }
}

/// Opens a virtual host.
package struct ConnectionOpen: MethodPayload {
    package var virtualHost: String

    package init(virtualHost: String) {
        self.virtualHost = virtualHost
    }

    package init(from reader: inout WireReader) throws(WireError) {
        virtualHost = try reader.readShortString()
        _ = try reader.readShortString()
        _ = try reader.readInteger(as: UInt8.self)
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString(virtualHost)
        try writer.writeShortString("")
        writer.writeInteger(UInt8(0))
    }
}

/// The virtual host is open.
package struct ConnectionOpenOk: MethodPayload {
    package init() {}

    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.readShortString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString("")
    }
}

/// Closes the connection, with the reason and the method that caused it.
package struct ConnectionClose: MethodPayload {
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

/// The broker is short of a resource: publishers must wait (RabbitMQ).
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

/// Renews the credentials of an open connection (RabbitMQ).
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
