import LoadMetrics

// What the processes of a run used, by role.
extension RunCharts {
    /// The colour of a role in every chart.
    static func swatch(of role: RunRole) -> Swatch {
        switch role {
        case .generator: .blue
        case .broker: .orange
        case .worker: .green
        case .store: .purple
        case .proxy: .grey
        }
    }

    /// Cores busy in each second, one role on another.
    static func cpu(of result: RunResult) -> Chart {
        let rows = thinned(result.series)
        let stacks = stacked(rows, result) { row, name in row.cpuCores[name] }
        let busiest = stacks.last?.points.map(\.high).max() ?? 0
        let cores = Double(result.machine.usableCores)
        // The line of all cores is shown when the roles come near it.
        let top = busiest > cores * 0.4 ? max(busiest, cores * 1.05) : busiest
        var chart = timeChart(
            result, id: "cpu", title: "CPU by role",
            summary: "Cores kept busy by each role over the run, stacked; at most \(Quantity.significant(busiest)) of "
                + "\(result.machine.usableCores).",
            y: Axis(scale: .linear(upTo: top), title: "cores busy") { Quantity.trimmed($0) })
        chart.emptyText = "no process was watched"
        draw(stacks, in: &chart)
        if cores > 0 {
            chart.limits = [
                Chart.Limit(y: cores, label: "\(result.machine.usableCores) core\(cores == 1 ? "" : "s") usable")
            ]
        }
        chart.readings = readings(rows) { row in
            row.cpuCores.sorted { $0.key < $1.key }.map { "\($0.key) \(Quantity.significant($0.value)) cores" }
        }
        return chart
    }

    /// Resident memory at the end of each second, one role on another.
    static func memory(of result: RunResult) -> Chart {
        let rows = thinned(result.series)
        let stacks = stacked(rows, result) { row, name in row.residentBytes[name].map { Double($0) } }
        let mebibyte = 1_048_576.0
        let most = stacks.last?.points.map(\.high).max() ?? 0
        var chart = timeChart(
            result, id: "memory", title: "Memory by role",
            summary: "Resident memory of each role over the run, stacked; at most "
                + "\(Quantity.bytes(UInt64(saturating: most))).",
            y: Axis(scale: .linear(upTo: most / mebibyte), title: "resident MiB") { Quantity.short($0) })
        chart.emptyText = "no process was watched"
        let scaled = stacks.map { stack in
            var stack = stack
            stack.points = stack.points.map { ($0.x, $0.low / mebibyte, $0.high / mebibyte) }
            return stack
        }
        draw(scaled, in: &chart)
        chart.readings = readings(rows) { row in
            row.residentBytes.sorted { $0.key < $1.key }.map { "\($0.key) \(Quantity.bytes($0.value))" }
        }
        return chart
    }

    private struct Stack {
        var role: RunRole
        var count: Int
        var points: [(x: Double, low: Double, high: Double)]
    }

    /// The sum of the processes of each role, each role beginning where the one before ends.
    private static func stacked(
        _ rows: [SeriesRow], _ result: RunResult, _ value: (SeriesRow, String) -> Double?
    ) -> [Stack] {
        var base: [Double] = []
        var stacks: [Stack] = []
        for role in RunRole.allCases {
            let names = result.roles.filter { $0.role == role }.map(\.name)
            guard rows.contains(where: { row in names.contains { value(row, $0) != nil } }) else { continue }
            var stack = Stack(role: role, count: names.count, points: [])
            let sums = held(rows) { row in names.reduce(0.0) { $0 + max(0, value(row, $1) ?? 0) } }
            if base.isEmpty { base = [Double](repeating: 0, count: sums.count) }
            for (index, sum) in sums.enumerated() {
                stack.points.append((sum.x, base[index], base[index] + sum.y))
                base[index] += sum.y
            }
            stacks.append(stack)
        }
        return stacks
    }

    private static func draw(_ stacks: [Stack], in chart: inout Chart) {
        for stack in stacks {
            let swatch = swatch(of: stack.role)
            chart.marks.append(.area(stack.points, swatch, opacity: 0.55))
            chart.marks.append(.line(stack.points.map { Point(x: $0.x, y: $0.high) }, swatch, .thin))
            let label = stack.count > 1 ? "\(stack.count) \(stack.role.rawValue)s" : stack.role.rawValue
            chart.legend.append(Chart.LegendEntry(label: label, swatch: swatch, isArea: true, opacity: 0.75))
        }
    }
}

/// What one role used over a run: the sum of its processes.
struct RoleCost: Sendable, Equatable {
    var role: RunRole
    var processes: Int
    var userNanoseconds: Int64
    var systemNanoseconds: Int64
    /// Messages that all its processes together handled; of several branches each counts once.
    var messages: UInt64

    var cpuNanoseconds: Int64 { userNanoseconds &+ systemNanoseconds }

    /// CPU time for one million messages, in seconds, which is also microseconds for one; nil without messages.
    var secondsPerMillion: Double? {
        messages > 0 ? Double(cpuNanoseconds) / 1e3 / Double(messages) : nil
    }

    /// The costs of the roles of a run, in the order generator, broker, worker, store.
    static func all(of result: RunResult) -> [RoleCost] {
        RunRole.allCases.compactMap { role in
            let processes = result.roles.filter { $0.role == role }
            guard !processes.isEmpty else { return nil }
            return RoleCost(
                role: role, processes: processes.count,
                userNanoseconds: processes.reduce(0) { $0 &+ $1.userNanoseconds },
                systemNanoseconds: processes.reduce(0) { $0 &+ $1.systemNanoseconds },
                messages: result.messages(of: processes))
        }
    }
}

extension RunResult {
    /// What the workers of one branch used together; they are called after it.
    func workerCost(of branch: BranchBooks) -> RoleCost {
        let workers = roles.filter { role in
            role.role == .worker && role.name.hasPrefix(branch.name + "-")
                && role.name.dropFirst(branch.name.count + 1).allSatisfy(\.isNumber)
        }
        return RoleCost(
            role: .worker, processes: workers.count,
            userNanoseconds: workers.reduce(0) { $0 &+ $1.userNanoseconds },
            systemNanoseconds: workers.reduce(0) { $0 &+ $1.systemNanoseconds },
            messages: workers.reduce(0) { $0 &+ $1.messages })
    }

    /// The rates of the measured phases: what fell due, and what was sent, confirmed and came back while they lasted.
    ///
    /// What was sent and confirmed late counts to its phase, but was no rate of it: these two are of its seconds.
    var rates: (offered: Double, published: Double, confirmed: Double, throughput: Double) {
        let rows = series.filter { row in
            let middle = row.startNanoseconds + row.durationNanoseconds / 2
            return phases.contains { $0.measured && ($0.startNanoseconds..<$0.endNanoseconds).contains(middle) }
        }
        let nanoseconds = rows.reduce(0) { $0 + $1.durationNanoseconds }
        func rate(_ count: KeyPath<SeriesRow, UInt64>, _ all: UInt64) -> Double {
            guard nanoseconds > 0 else { return totals.perSecond(all) }
            return Double(rows.reduce(0) { $0 + $1[keyPath: count] }) / Double(nanoseconds) * 1e9
        }
        return (
            totals.perSecond(totals.books.offered), rate(\.published, totals.books.published),
            rate(\.confirmed, totals.books.confirmed), totals.throughputPerSecond
        )
    }
}
