import Foundation
import LoadMetrics
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

@Suite("Metrics of a run", .serialized)
struct MetricsRunTests {
    @Test("are scraped while it goes on, never fall, and end as the result's books")
    func scraped() async throws {
        try await RafaleProgram.use { rafale in
            // A last phase without messages: what the scrapes show then is final.
            let file = try rafale.scenario(
                """
                phases: [{name: load, rate: 100/s, for: 3s}, {name: quiet, rate: 1/min, for: 5s}]
                workers: {count: 1}
                store: {url: none}
                """)
            let scrapes = Mutex<[[String: Double]]>([])
            let outcome = try await rafale("run", file, "--metrics", "127.0.0.1:0", "--quiet") { program in
                let port = try await port(of: program)
                #expect(try await ask(port, "GET /").hasPrefix("HTTP/1.1 404 "))
                let post = try await ask(port, "POST /metrics")
                #expect(post.hasPrefix("HTTP/1.1 405 ") && post.lowercased().contains("\r\nallow: get, head\r\n"))
                let head = try await ask(port, "HEAD /metrics")
                #expect(head.hasPrefix("HTTP/1.1 200 ") && head.hasSuffix("\r\n\r\n"))
                // The end of the run is the end of the answers.
                while let answer = try? await ask(port, "GET /metrics"), answer.hasPrefix("HTTP/1.1 200 ") {
                    #expect(answer.lowercased().contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"))
                    scrapes.withLock { $0.append(figures(in: answer)) }
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            expectBalanced(result)
            let seen = scrapes.withLock { $0 }
            for (before, after) in zip(seen, seen.dropFirst()) {
                for (name, value) in before where isCounter(name) {
                    #expect(try #require(after[name], "\(name) is gone") >= value, "\(name)")
                }
            }
            let phases = Set(seen.flatMap(\.keys).filter { $0.hasPrefix("rafale_phase_info") })
            #expect(phases.isSuperset(of: ["load", "quiet"].map { "rafale_phase_info{phase=\"\($0)\"}" }), "\(phases)")
            let last = try #require(seen.last)
            let books = result.books
            for (name, count) in [
                ("offered", books.offered), ("published", books.published), ("confirmed", books.confirmed),
                ("returned", books.returned), ("nacked", books.nacked), ("processed", books.processed),
                ("failed", books.failed),
            ] {
                #expect(last["rafale_messages_total{outcome=\"\(name)\"}"] == Double(count), "\(name)")
            }
            let latency = try #require(result.totals.latencies[.endToEnd])
            #expect(last["rafale_latency_seconds_count{metric=\"end_to_end\"}"] == Double(latency.count))
            #expect(
                last["rafale_latency_histogram_seconds_bucket{metric=\"end_to_end\",le=\"+Inf\"}"]
                    == Double(latency.count))
            #expect(last["rafale_backlog_messages"] == 0 && last["rafale_publishers_blocked"] == 0)
            for role in ["generator", "broker", "worker"] {
                #expect(last.keys.contains { $0.hasPrefix("rafale_cpu_seconds_total{role=\"\(role)\"") }, "\(role)")
            }
        }
    }

    @Test("are refused where the address is wrong or taken, before anything is made")
    func refused() async throws {
        let taken = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(taken.localAddress?.port)
        try await RafaleProgram.use { rafale in
            let file = try rafale.steady(seconds: 1)
            expectOneLine(
                try await rafale("run", file, "--metrics", "127.0.0.1"), exit: 64, saying: "--metrics", "127.0.0.1:9464"
            )
            expectOneLine(
                try await rafale("run", file, "--metrics", "127.0.0.1:\(port)"), exit: 69, saying: "127.0.0.1:\(port)",
                "address already in use", "--metrics")
            expectOneLine(
                try await rafale("run", file, "--metrics", "192.0.2.1:0"), exit: 69, saying: "192.0.2.1:0",
                "cannot assign requested address")
            #expect(!FileManager.default.fileExists(atPath: rafale.reports.path))
        }
        try await taken.close()
    }

    /// The port that the program says it took.
    private func port(of program: RunningProgram) async throws -> Int {
        try await eventually(within: .seconds(30), "the address of the metrics in \(program.errors)") {
            program.errors.firstMatch(of: #/metrics: http://127\.0\.0\.1:(\d+)/metrics\n/#).flatMap { Int($0.1) }
        }
    }

    /// All that the server answers to a request before it closes the connection.
    private func ask(_ port: Int, _ request: String) async throws -> String {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await connection.executeThenClose { inbound, outbound in
            let text = "\(request) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
            try await outbound.write(ByteBuffer(string: text))
            var answer = ByteBuffer()
            for try await part in inbound { answer.writeImmutableBuffer(part) }
            return String(buffer: answer)
        }
    }

    private func isCounter(_ name: String) -> Bool {
        name.hasPrefix("rafale_messages_total") || name.hasPrefix("rafale_cpu_seconds_total")
            || ["_count", "_sum", "_bucket"].contains { name.prefix { $0 != "{" }.hasSuffix($0) }
    }

    /// The values by name and labels; a line of another form fails the test.
    private func figures(in answer: String) -> [String: Double] {
        var result: [String: Double] = [:]
        let body = answer.split(separator: "\r\n\r\n", maxSplits: 1).last ?? ""
        for line in body.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]),
                value.isFinite, line.hasPrefix("rafale_")
            else {
                Issue.record("'\(line)' is no line of the format")
                continue
            }
            #expect(result.updateValue(value, forKey: String(line[..<space])) == nil, "\(line) comes twice")
        }
        return result
    }
}
