import Testing

@testable import FaultProxy

@Suite("Commands of a proxy")
struct ProxyCommandTests {
    @Test(
        "A line says what to do",
        arguments: [
            ("delay 20ms", ProxyCommand.delay(.both, nanoseconds: 20_000_000, jitterNanoseconds: 0)),
            ("delay up 1.5s jitter 100us", .delay(.up, nanoseconds: 1_500_000_000, jitterNanoseconds: 100_000)),
            ("limit 1MiB/s", .limit(.both, bytesPerSecond: 1_048_576)),
            ("limit down 500kB", .limit(.down, bytesPerSecond: 500_000)),
            ("stall", .stall(.both)), ("stall down", .stall(.down)), ("refuse", .refuse), ("cut", .cut(reset: false)),
            ("cut reset", .cut(reset: true)), ("clear", .clear(nil)), ("clear delay", .clear(.delay)),
        ])
    func lines(line: String, command: ProxyCommand) throws {
        #expect(try ProxyCommand(line) == command)
        #expect(try ProxyCommand(command.line) == command)
    }

    @Test("Times are told in the unit that people would write")
    func times() {
        let command = ProxyCommand.delay(.up, nanoseconds: 20_000_000, jitterNanoseconds: 1_500_000)
        #expect(command.line == "delay up 20ms jitter 1500us")
        #expect(
            ProxyCommand.delay(.both, nanoseconds: 2_000_000_001, jitterNanoseconds: 0).line.hasSuffix(" 2000000001ns"))
    }

    @Test(
        "What is no command is refused with what to write",
        arguments: [
            ("", "empty"), ("slow 3", "'slow' is no command"), ("delay", "delay 20ms"), ("delay 20", "delay 20ms"),
            ("delay 2h", "delay 20ms"), ("limit 0B/s", "limit 1MiB/s"), ("limit fast", "limit 1MiB/s"),
            ("clear all", "nothing to clear"), ("cut hard", "'hard' is too much"), ("refuse 3s", "too much"),
        ])
    func mistakes(line: String, words: String) {
        let mistake = #expect(throws: ProxyCommand.Mistake.self) { try ProxyCommand(line) }
        #expect(mistake?.description.contains(words) == true)
    }
}
