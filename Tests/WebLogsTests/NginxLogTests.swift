import Foundation
import TestSupport
import Testing

@testable import WebLogs

@Suite("Logs of a real nginx")
struct NginxLogTests {
    @Test("the committed logs are parsed without a miss", arguments: NginxLogs.formats)
    func committed(_ format: String) throws {
        try check(NginxLogs.lines(format), format)
    }

    @Test("what was fired at nginx is found in its log again")
    func requests() throws {
        let lines = try NginxLogs.lines("combined").map { try LineParts($0).cleaned }
        let users = Set(lines.compactMap(\.user.text))
        #expect(users == ["alice", "user with space", "a [21/Nov", "éé"])
        #expect(lines.contains { $0.userAgent.text == #"say "hello" \ and \" or \\"# })
        #expect(lines.contains { $0.path.text == "/été/日本".replacing("/été", with: "/utf8/été") })
        #expect(lines.contains { $0.session.text == "abc123" && $0.httpVersion.text == "1.0" })
        #expect(lines.contains { $0.schema.text == "http" && $0.host.text == "shop.example.com" })
        #expect(lines.contains { $0.ip.text == "::1" })
        let hosts = Set(try NginxLogs.lines("vhost").map { try LineParts($0).cleaned }.compactMap(\.host.text))
        #expect(hosts.isSuperset(of: ["shop.example.com", "blog.example.co.uk", "2001:db8::7"]))
    }

    @Test(
        "a private nginx's fresh logs are parsed without a miss", .needs(tool: "nginx", package: "nginx"),
        .needs(tool: "python3", package: "python3"))
    func live() async throws {
        try await withTemporaryDirectory { folder in
            let outcome = try await run(Places.script("nginx-log"), [folder.path])
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
            for format in NginxLogs.formats { try check(NginxLogs.lines(format, in: folder), format) }
        }
    }

    private func check(_ lines: [[UInt8]], _ format: String) throws {
        #expect(lines.count > 50)
        for line in lines {
            let parts = try #require(
                try? LineParts(line), "\(format): not parsed: \(String(decoding: line, as: UTF8.self))")
            #expect(parts.joined == line)
            #expect((parts.line.vhost != nil) == (format == "vhost"))
            #expect((parts.line.agent != nil) == (format != "ncsa"))
            #expect(parts.line.status != nil && parts.line.size != nil)
        }
    }
}
