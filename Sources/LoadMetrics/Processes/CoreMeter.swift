/// Accounts for how busy each core of the machine is, phase by phase, from /proc/stat.
package struct CoreMeter: Sendable {
    /// What a core did since the machine started, in ticks of the kernel.
    struct Ticks: Sendable, Equatable {
        var busy: Int64
        var stolen: Int64
        var all: Int64
    }

    private var last: [Int: Ticks]
    private var phases: [Int: [Int: Ticks]] = [:]

    /// Begins now.
    package init() {
        last = Self.current()
    }

    /// Books what the cores did since the last call for a phase, or for none.
    package mutating func second(phase: Int?) {
        let now = Self.current()
        defer { last = now }
        guard let phase else { return }
        for (core, ticks) in now {
            guard let before = last[core] else { continue }
            var sum = phases[phase, default: [:]][core] ?? Ticks(busy: 0, stolen: 0, all: 0)
            sum.busy += ticks.busy - before.busy
            sum.stolen += ticks.stolen - before.stolen
            sum.all += ticks.all - before.all
            phases[phase, default: [:]][core] = sum
        }
    }

    /// How busy the cores were in some phases; nil where nothing is known of them.
    package func use(in phases: Set<Int>) -> [CoreUse]? {
        var sums: [Int: Ticks] = [:]
        for (phase, cores) in self.phases where phases.contains(phase) {
            for (core, ticks) in cores {
                let sum = sums[core] ?? Ticks(busy: 0, stolen: 0, all: 0)
                sums[core] = Ticks(
                    busy: sum.busy + ticks.busy, stolen: sum.stolen + ticks.stolen, all: sum.all + ticks.all)
            }
        }
        let uses = sums.filter { $0.value.all > 0 }.sorted { $0.key < $1.key }.map { core, ticks in
            CoreUse(
                core: core, busy: Double(ticks.busy) / Double(ticks.all),
                stolen: Double(ticks.stolen) / Double(ticks.all))
        }
        return uses.isEmpty ? nil : uses
    }

    private static func current() -> [Int: Ticks] {
        kernelText("/proc/stat", atMostBytes: 1 << 20).map(parse) ?? [:]
    }

    /// From the lines `cpu0  user nice system idle iowait irq softirq steal guest guest_nice` (proc(5)).
    ///
    /// Guests' ticks are in those of user and nice already.
    static func parse(stat: String) -> [Int: Ticks] {
        var cores: [Int: Ticks] = [:]
        for line in stat.split(separator: "\n") {
            guard line.hasPrefix("cpu") else { break }
            let fields = line.split(separator: " ")
            guard let core = fields.first.flatMap({ Int($0.dropFirst(3)) }), fields.count >= 9 else { continue }
            let ticks = fields[1...8].compactMap { Int64($0) }
            guard ticks.count == 8 else { continue }
            let (idle, waiting, stolen) = (ticks[3], ticks[4], ticks[7])
            let all = ticks.reduce(0, +)
            cores[core] = Ticks(busy: all - idle - waiting - stolen, stolen: stolen, all: all)
        }
        return cores
    }
}
