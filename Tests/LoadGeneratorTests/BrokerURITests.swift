import Drivers
import Scenarios
import Testing

@testable import LoadGenerator

@Suite struct BrokerURITests {
    @Test func whatTheSectionAsksForStandsInEveryAddress() {
        var scenario = Scenario()
        #expect(scenario.brokerURIs(embedded: "amqp://e/") == ["amqp://e/"])
        scenario.broker.location = .servers([ServerURL("amqps://u:p@a/v"), ServerURL("amqps://b?heartbeat=3")])
        #expect(scenario.brokerURIs(embedded: nil) == ["amqps://u:p@a/v", "amqps://b?heartbeat=3"])
        scenario.connection.heartbeat = .seconds(7)
        scenario.connection.frameMaxBytes = 8192
        scenario.connection.channelMax = 12
        scenario.connection.connectTimeout = .milliseconds(1500)
        scenario.connection.tcpNoDelay = false
        scenario.connection.sendBufferBytes = 65_536
        scenario.connection.receiveBufferBytes = 4096
        scenario.connection.name = "my é"
        scenario.connection.tls.ca = Scenario.FilePath(name: "ca.pem", path: "/x y/ca.pem")
        scenario.connection.tls.verify = false
        scenario.connection.tls.serverName = "h"
        let options =
            "heartbeat=7&frame_max=8192&channel_max=12&connection_timeout=1500&tcp_nodelay=false&send_buffer=65536"
            + "&receive_buffer=4096&connection_name=my%20%c3%a9&cacertfile=/x%20y/ca.pem&verify=verify_none"
            + "&server_name_indication=h"
        #expect(
            scenario.brokerURIs(embedded: nil)
                == ["amqps://u:p@a/v?\(options)", "amqps://b?heartbeat=3&\(options)"])
    }

    @Test func connectionsShareTheNodes() {
        let nodes = ["a", "b", "c"]
        func firsts(_ allocation: ConnectionPolicy.Allocation, count: Int = 6, seed: UInt64 = 1) -> [String] {
            let policy = ConnectionPolicy(allocation: allocation, seed: seed)
            return (0..<count).map { policy.ordered(nodes, connection: $0)[0] }
        }
        #expect(firsts(.first) == ["a", "a", "a", "a", "a", "a"])
        #expect(firsts(.roundRobin) == ["a", "b", "c", "a", "b", "c"])
        let random = firsts(.random, count: 300)
        for node in nodes { #expect((60...140).contains(random.count { $0 == node })) }
        #expect(random == firsts(.random, count: 300) && random != firsts(.random, count: 300, seed: 2))
        #expect(ConnectionPolicy(allocation: .roundRobin).ordered(nodes, connection: 1) == ["b", "c", "a"])
    }
}
