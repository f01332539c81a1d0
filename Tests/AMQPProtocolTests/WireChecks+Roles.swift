import AMQPProtocol
import NIOCore

extension WireChecks {
    /// The state machines of both roles take any frames in any order: they answer or throw, and never trap.
    static func converse(_ frames: [Frame]) throws {
        talkToServer(frames)
        talkToClient(frames)
    }

    private static func talkToServer(_ frames: [Frame]) {
        var connection = ServerConnectionState(
            offer: .init(serverProperties: [:], channelMax: 2047, frameMaxBytes: 131_072, heartbeatSeconds: 60))
        _ = connection.received(header: AMQP.protocolHeader)
        var channels: [UInt16: ServerChannelState] = [:]
        for frame in frames {
            do throws(WireError) {
                if frame.channel == 0, case .method(let method) = frame.payload {
                    switch try connection.received(method) {
                    case .authenticate: _ = connection.authenticated()
                    case .openVirtualHost: _ = connection.opened()
                    default: break
                    }
                } else {
                    // As if the connection were open: the channels are to be reached by short inputs, too.
                    _ = try connection.acceptsChannelFrame()
                    try channels[frame.channel, default: ServerChannelState()].take(frame.payload)
                }
            } catch {
                if frame.channel == 0 || connection.phase == .open { _ = connection.fail(error) }
                try? channels[frame.channel, default: ServerChannelState()].take(frame.payload)
            }
        }
    }

    private static func talkToClient(_ frames: [Frame]) {
        var connection = ClientConnectionState(
            offer: .init(
                mechanism: "PLAIN", response: [], virtualHost: "/",
                limits: ConnectionLimits(channelMax: 10, frameMaxBytes: 131_072, heartbeatSeconds: 60)))
        var channels: [UInt16: ClientChannelState] = [:]
        for case (let channel, .method(let method)) in frames.map({ ($0.channel, $0.payload) }) {
            if channel == 0 {
                _ = try? connection.received(method)
            } else {
                // What the client itself asks for, asked in the same random order.
                _ = channels[channel, default: ClientChannelState()].call(method)
                _ = channels[channel]?.published(1)
                _ = try? channels[channel]?.received(method)
            }
        }
        _ = connection.close()
        _ = connection.socketClosed()
        for channel in channels.keys { _ = channels[channel]?.connectionEnded() }
    }
}

extension ServerChannelState {
    fileprivate mutating func take(_ payload: Frame.Payload) throws(WireError) {
        switch payload {
        case .method(.basicPublish): _ = try receivedPublish()
        case .method(let method):
            // A broker closes the channel for some of what it is asked.
            if try received(method.id) == .handle, method.id.methodID % 3 == 0 { failed() }
        case .header(let header):
            let bytes = WireChecks.payload(of: header)
            let result: Result<Bool?, WireError> = bytes.withUnsafeBytes { bytes in
                do throws(WireError) {
                    return .success(try receivedHeader(RawContentHeader(bytes)))
                } catch {
                    return .failure(error)
                }
            }
            _ = try result.get()
        case .body(let body): _ = try receivedBody(bytes: body.readableBytes)
        case .heartbeat: break
        }
    }
}

extension WireChecks {
    fileprivate static func payload(of header: ContentHeader) -> [UInt8] {
        var writer = WireWriter(ByteBuffer())
        try? header.encode(into: &writer)
        return Array(writer.buffer.readableBytesView)
    }
}
