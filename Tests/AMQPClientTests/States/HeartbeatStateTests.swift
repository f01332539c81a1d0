import AMQPProtocol
import Testing

@Suite struct HeartbeatStateTests {
    @Test func staysSilentWhileThereIsTraffic() {
        var state = HeartbeatState()
        for _ in 0..<10 {
            state.noteRead()
            state.noteWrite()
            #expect(state.tick() == .nothing)
        }
    }

    @Test func sendsWhenNothingWasWrittenForHalfAnInterval() {
        var state = HeartbeatState()
        #expect(state.tick() == .nothing)
        state.noteRead()
        #expect(state.tick() == .sendHeartbeat)
        state.noteRead()
        state.noteWrite()
        #expect(state.tick() == .nothing)
    }

    @Test func givesThePeerTwoIntervals() {
        var state = HeartbeatState()
        state.noteWrite()
        #expect(state.tick() == .nothing)  // what was read before this tick counts
        for _ in 0..<3 {
            state.noteWrite()
            #expect(state.tick() == .nothing)
        }
        #expect(state.tick() == .peerLost)
    }

    @Test func anyByteSavesThePeer() {
        var state = HeartbeatState()
        _ = state.tick()
        for _ in 0..<20 {
            for _ in 0..<3 { #expect(state.tick() != .peerLost) }
            state.noteRead()
            #expect(state.tick() != .peerLost)
        }
    }
}
