import AMQPClient
import Testing

@Suite struct RecoveryStateTests {
    private let policy = RecoveryPolicy(
        firstDelay: .milliseconds(100), maximumDelay: .seconds(1), factor: 2, jitter: 0.5, maximumRounds: 3)

    @Test(arguments: [
        (0, 0.0, 100), (1, 0.0, 200), (3, 0.0, 800), (4, 0.0, 1000), (60, 0.0, 1000), (1_000_000, 0.0, 1000),
        (0, 0.5, 75), (4, 0.999_999_999, 500), (-1, 0.0, 100), (0, 7.0, 50),
    ]) func delaysGrowToABoundAndJitterShortens(round: Int, chance: Double, milliseconds: Int) {
        let delay = policy.delay(round: round, chance: chance) / .milliseconds(1)
        #expect(abs(delay - Double(milliseconds)) < 0.01)
    }

    @Test func withoutARoundALostConnectionIsGivenUpAtOnce() {
        var state = RecoveryState(nodeCount: 2, policy: RecoveryPolicy(maximumRounds: 0))
        #expect(state.start() == .connect(node: 0))
        #expect(state.failed(chance: 0) == .connect(node: 1))
        state.connected()
        #expect(state.lost(chance: 0) == .giveUp)
        #expect(state.phase == .ended && state.waited() == .nothing)
    }

    @Test func connects() {
        var state = RecoveryState(nodeCount: 1, policy: policy)
        #expect(state.start() == .connect(node: 0))
        #expect(state.start() == .nothing)
        state.connected()
        #expect(state.phase == .connected(node: 0))
        #expect(state.recoveries == 0)
    }

    @Test func theFirstTimeEachNodeIsTriedOnce() {
        var state = RecoveryState(nodeCount: 3, policy: policy)
        #expect(state.start() == .connect(node: 0))
        #expect(state.failed(chance: 0) == .connect(node: 1))
        #expect(state.failed(chance: 0) == .connect(node: 2))
        #expect(state.failed(chance: 0) == .giveUp)
        #expect(state.phase == .ended)
    }

    @Test func aLossWaitsThenTriesTheNextNode() {
        var state = RecoveryState(nodeCount: 2, policy: policy)
        _ = state.start()
        state.connected()
        #expect(state.lost(chance: 0) == .wait(.milliseconds(100)))
        #expect(state.isRecovering)
        #expect(state.waited() == .connect(node: 1))
        state.connected()
        #expect(state.recoveries == 1)
        #expect(state.isRecovering == false)
        #expect(state.lost(chance: 0) == .wait(.milliseconds(100)))
        #expect(state.waited() == .connect(node: 0))
    }

    @Test func roundsOfFailuresWaitLongerAndEnd() {
        var state = RecoveryState(nodeCount: 2, policy: policy)
        _ = state.start()
        state.connected()
        #expect(state.lost(chance: 0) == .wait(.milliseconds(100)))
        #expect(state.waited() == .connect(node: 1))
        #expect(state.failed(chance: 0) == .connect(node: 0))
        #expect(state.failed(chance: 0) == .wait(.milliseconds(200)))
        #expect(state.waited() == .connect(node: 1))
        #expect(state.failed(chance: 0) == .connect(node: 0))
        #expect(state.failed(chance: 0) == .wait(.milliseconds(400)))
        #expect(state.waited() == .connect(node: 1))
        #expect(state.failed(chance: 0) == .connect(node: 0))
        #expect(state.failed(chance: 0) == .giveUp)
        #expect(state.waited() == .nothing)
    }

    @Test func successForgetsFailures() {
        var state = RecoveryState(nodeCount: 1, policy: policy)
        _ = state.start()
        state.connected()
        for recovery in 1...5 {
            _ = state.lost(chance: 0)
            _ = state.waited()
            #expect(state.failed(chance: 0) == .wait(.milliseconds(200)))
            _ = state.waited()
            state.connected()
            #expect(state.recoveries == recovery)
        }
    }

    @Test func eventsOutOfPlaceDoNothing() {
        var state = RecoveryState(nodeCount: 1, policy: policy)
        #expect(state.failed(chance: 0) == .nothing)
        #expect(state.lost(chance: 0) == .nothing)
        #expect(state.waited() == .nothing)
        state.connected()
        #expect(state.phase == .idle)
    }
}
