import Testing

@testable import Scenarios

@Suite struct CPUsTests {
    @Test func coresAreNumbersRangesAndListsOfThem() throws {
        let cpus = try scenario(minimal + "cpus: {generator: 0, broker: '1,3', workers: [2, 4-7, 5]}").cpus
        #expect(cpus.generator == [0] && cpus.broker == [1, 3] && cpus.workers == [2, 4, 5, 6, 7])
        #expect(try scenario(minimal + "cpus: {workers: 2-3}").cpus.workers == [2, 3])
        #expect(try scenario(minimal).cpus.isEmpty)
    }

    @Test func whatIsWrittenBackIsTheSame() throws {
        let written = try scenario(minimal + "cpus: {generator: 0, workers: [2, 4-7]}")
        #expect(try scenario(written.yaml) == written)
        #expect(!(try scenario(minimal)).yaml.contains("cpus"), "nothing is pinned, nothing is said")
    }

    @Test(arguments: [
        ("{generator: x}", "4:18: cpus.generator: 'x' names no cores; write 0, 2-7 or [0, 2-7]"),
        ("{generator: 3-1}", "4:18: cpus.generator: '3-1' names no cores"),
        ("{generator: -1}", "4:18: cpus.generator: '-1' names no cores"),
        ("{generator: 5000}", "4:18: cpus.generator: '5000' names no cores"),
        ("{broker: []}", "cpus.broker: needs at least 1 item"),
        ("{broker: {a: 1}}", "cpus.broker: expected a list, found a mapping"),
        ("{worker: 1}", "cpus: unknown key 'worker'; did you mean 'workers'?"),
        ("3", "cpus: expected a mapping with keys such as generator, broker, workers"),
    ])
    func whatNamesNoCoresIsRefused(value: String, message: String) {
        let found = problems("# a\n\n" + minimal + "cpus: \(value)\n")
        #expect(
            found.count == 1 && found[0].contains(message.drop { $0.isNumber || $0 == ":" || $0 == " " }), "\(found)")
    }
}
