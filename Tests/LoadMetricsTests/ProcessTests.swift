import Foundation
import Testing

@testable import LoadMetrics

@Suite struct ProcessParsingTests {
    static func line(name: String, state: Character) -> String {
        "4242 (\(name)) \(state) 1 4242 4242 0 -1 4194304 5000 0 3 0 1234 567 8 9 20 0 17 0 99 1000000 2500 "
            + "18446744073709551615 1 1 0 0 0 0 0 4096 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
    }

    @Test(arguments: ["rafale", "tmux: server", "a (b) c)", ") S 1 2 3 (", ""])
    func readsFieldsWhateverTheNameHolds(name: String) throws {
        let stat = try #require(ProcessStat(text: Self.line(name: name, state: "S")))
        #expect(stat.name == name)
        #expect(stat.userTicks == 1_234)
        #expect(stat.systemTicks == 567)
        #expect(stat.threads == 17)
        #expect(stat.residentPages == 2_500)
        #expect(!stat.isGone)
    }

    @Test(arguments: ["Z", "X", "x"] as [Character])
    func zombiesAndTheDeadAreGone(state: Character) throws {
        #expect(try #require(ProcessStat(text: Self.line(name: "rafale", state: state))).isGone)
    }

    @Test(arguments: ["", "1", "1 (a", "1 (a) S 1 2", ")(", "1 (a) S x x x x x x x x x x x x x x x x x x x x x x"])
    func whatIsNoStatLineIsNone(text: String) {
        #expect(ProcessStat(text: text) == nil)
    }

    @Test func readsKeyedLines() {
        let lines = KeyedLines(
            text:
                "Name:\ta: b\nVmHWM:\t  2048 kB\nVmRSS:\t    1024 kB\nnonvoluntary_ctxt_switches:\t7\nCpus_allowed_list:\t0-1\n"
        )
        #expect(lines.kilobytes("VmHWM") == 2_097_152)
        #expect(lines.number("nonvoluntary_ctxt_switches") == 7)
        #expect(lines.text("Cpus_allowed_list") == "0-1")
        #expect(lines.text("Name") == "a: b")
        #expect(lines.number("VmSwap") == nil)
    }

    @Test func aKernelThatDoesNotAccountForWaitingSaysNothing() {
        #expect(ProcessSampler.runQueueWait(schedstat: "123456 789 12\n") == 789)
        #expect(ProcessSampler.runQueueWait(schedstat: "0 0 1\n") == nil)
        #expect(ProcessSampler.runQueueWait(schedstat: "") == nil)
    }
}

@Suite struct ProcessSamplerTests {
    @Test func samplesThisProcess() throws {
        var sampler = ProcessSampler()
        let firstSample = sampler.sample()
        let first = try #require(firstSample)
        var sum = 0.0
        let end = Monotonic.nowNanoseconds() + 60_000_000
        while Monotonic.nowNanoseconds() < end { sum += Double(sum.bitPattern & 0xFF).squareRoot() }
        let secondSample = sampler.sample()
        let second = try #require(secondSample)
        #expect(sum >= 0)
        #expect(second.timeNanoseconds > first.timeNanoseconds)
        #expect(second.cpuNanoseconds >= first.cpuNanoseconds + 20_000_000)
        #expect(second.residentBytes > 1 << 20 && second.peakResidentBytes >= second.residentBytes)
        #expect(second.threads >= 1)
        #expect(second.voluntarySwitches >= first.voluntarySwitches)
    }

    @Test func aProcessThatEndedIsNilEvenAsAZombie() throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/bin/cat")
        child.standardInput = Pipe()
        try child.run()
        var sampler = ProcessSampler(pid: child.processIdentifier)
        let alive = sampler.sample()
        #expect(alive != nil)
        kill(child.processIdentifier, SIGKILL)
        child.waitUntilExit()
        let dead = sampler.sample()
        #expect(dead == nil)
        var nobody = ProcessSampler(pid: -1)
        let none = nobody.sample()
        #expect(none == nil)
    }
}

@Suite struct MachineFactsTests {
    @Test func readsTheProcessorsName() {
        #expect(
            MachineFacts.cpuModel(cpuinfo: "processor\t: 0\nmodel name\t: AMD EPYC 9B14: fast\n")
                == "AMD EPYC 9B14: fast")
        #expect(MachineFacts.cpuModel(cpuinfo: "processor\t: 0\nModel\t\t: Raspberry Pi 4\n") == "Raspberry Pi 4")
        #expect(MachineFacts.cpuModel(cpuinfo: "") == nil)
    }

    @Test func readsTheSystemsName() {
        let text = "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
        #expect(MachineFacts.systemName(osRelease: text) == "Debian GNU/Linux 12 (bookworm)")
    }

    @Test(arguments: [("0-3,8,10-11\n", 7), ("0", 1), ("", nil), ("a-b", nil), ("3-1", nil)])
    func countsCores(list: String, count: Int?) {
        #expect(MachineFacts.coreCount(list: list) == count)
    }

    @Test func readsControlGroups() {
        let mixed = "9:name=systemd:/\n4:memory:/a/b:c\n2:cpu,cpuacct:/x\n0::/user.slice\n"
        #expect(ControlGroupLimits.path(in: mixed, controller: "memory") == "/a/b:c")
        #expect(ControlGroupLimits.path(in: mixed, controller: "cpu") == "/x")
        #expect(ControlGroupLimits.path(in: mixed, controller: "") == "/user.slice")
        #expect(ControlGroupLimits.path(in: mixed, controller: "pids") == nil)
        #expect(ControlGroupLimits.folders(of: "/a/b") == ["/a/b", "/a", ""])
        #expect(ControlGroupLimits.folders(of: nil).isEmpty)
        #expect(ControlGroupLimits.cores(cpuMax: "150000 100000\n") == 1.5)
        #expect(ControlGroupLimits.cores(cpuMax: "max 100000") == nil)
        #expect(ControlGroupLimits.cores(cpuMax: "-1\n 100000\n") == nil)
        #expect(ControlGroupLimits.bytes(limit: "1073741824\n") == 1 << 30)
        #expect(ControlGroupLimits.bytes(limit: "9223372036854771712\n") == nil)
        #expect(ControlGroupLimits.bytes(limit: "max\n") == nil)
    }

    @Test func readsThisMachine() {
        let facts = MachineFacts.current()
        #expect(facts.cores >= 1 && facts.usableCores >= 1 && facts.memoryBytes > 1 << 26)
        #expect(!facts.kernel.isEmpty && !facts.architecture.isEmpty)
    }

    @Test func readsTheTimesOfThreadsAndOfTheMachine() throws {
        let times = try #require(ThreadTimes.parse(schedstat: "584939 54571 1\n"))
        #expect(times == ThreadTimes(runNanoseconds: 584_939, waitNanoseconds: 54_571))
        #expect(ThreadTimes.parse(schedstat: "0 0 0\n") == nil, "a kernel that does not account")
        #expect(ThreadTimes.parse(schedstat: "") == nil)
        let machine = try #require(
            MachineTimes.parse(stat: "cpu  100 10 50 800 5 1 4 30 7 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n"))
        #expect(machine == MachineTimes(stealTicks: 30, allTicks: 1_000))
        #expect(MachineTimes.parse(stat: "intr 5\n") == nil && MachineTimes.parse(stat: "cpu  1 2\n") == nil)
        let thread = try #require(ThreadTimes.currentThread())
        #expect(ThreadTimes.of(thread: thread) != nil && MachineTimes.current() != nil)
        let before = ProcessClock.nowNanoseconds()
        #expect(before > 0 && ProcessClock.nowNanoseconds() >= before)
    }
}
