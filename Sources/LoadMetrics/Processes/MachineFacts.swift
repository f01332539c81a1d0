#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the figures of a run depend on, and nothing that names the machine.
package struct MachineFacts: Sendable, Equatable, Codable {
    /// The processor's name for itself.
    package var cpuModel: String
    /// Logical cores that are online.
    package var cores: Int
    /// Cores that this process may run on.
    package var usableCores: Int
    /// Physical memory.
    package var memoryBytes: UInt64
    /// Kernel name and release, such as `Linux 6.1.0-18-amd64`.
    package var kernel: String
    /// Instruction set, such as `x86_64`.
    package var architecture: String
    /// The system's name and version, such as `Debian GNU/Linux 12 (bookworm)`.
    package var operatingSystem: String
    /// CPU limit of the control group in cores; nil when there is none.
    package var cgroupCPULimitCores: Double?
    /// Memory limit of the control group; nil when there is none.
    package var cgroupMemoryLimitBytes: UInt64?
    /// Frequency governor of the first core; nil where the kernel gives none, as in most virtual machines.
    package var governor: String?
    /// The kernel's clock source, such as `tsc`; nil when not readable.
    package var clockSource: String?

    /// Facts as given.
    package init(
        cpuModel: String, cores: Int, usableCores: Int, memoryBytes: UInt64, kernel: String, architecture: String,
        operatingSystem: String, cgroupCPULimitCores: Double? = nil, cgroupMemoryLimitBytes: UInt64? = nil,
        governor: String? = nil, clockSource: String? = nil
    ) {
        self.cpuModel = cpuModel
        self.cores = cores
        self.usableCores = usableCores
        self.memoryBytes = memoryBytes
        self.kernel = kernel
        self.architecture = architecture
        self.operatingSystem = operatingSystem
        self.cgroupCPULimitCores = cgroupCPULimitCores
        self.cgroupMemoryLimitBytes = cgroupMemoryLimitBytes
        self.governor = governor
        self.clockSource = clockSource
    }

    /// The facts of this machine, as far as this process may read them.
    package static func current() -> MachineFacts {
        let limits = ControlGroupLimits.current()
        var system = utsname()
        _ = uname(&system)
        return MachineFacts(
            cpuModel: kernelText("/proc/cpuinfo", atMostBytes: 1 << 20).flatMap(cpuModel) ?? "unknown",
            cores: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            usableCores: usableCoreCount(),
            memoryBytes: UInt64(max(0, sysconf(Int32(_SC_PHYS_PAGES)))) * UInt64(max(0, sysconf(Int32(_SC_PAGESIZE)))),
            kernel: "\(text(of: system.sysname)) \(text(of: system.release))",
            architecture: text(of: system.machine),
            operatingSystem: kernelText("/etc/os-release").flatMap(systemName) ?? "unknown",
            cgroupCPULimitCores: limits.cpuCores,
            cgroupMemoryLimitBytes: limits.memoryBytes,
            governor: line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            clockSource: line("/sys/devices/system/clocksource/clocksource0/current_clocksource"))
    }

    /// The `model name` line of x86, or the nearest thing other processors have.
    static func cpuModel(cpuinfo: String) -> String? {
        for key in ["model name", "Model", "cpu model", "Processor"] {
            for line in cpuinfo.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2, trimmed(parts[0]) == key else { continue }
                return trimmed(parts[1])
            }
        }
        return nil
    }

    /// The `PRETTY_NAME` of os-release without its quotes.
    static func systemName(osRelease: String) -> String? {
        for line in osRelease.split(separator: "\n") where line.hasPrefix("PRETTY_NAME=") {
            return line.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" }
        }
        return nil
    }

    private static func usableCoreCount() -> Int {
        let status = KeyedLines(text: kernelText("/proc/self/status") ?? "")
        return status.text("Cpus_allowed_list").flatMap(coreCount) ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// How many cores a list such as `0-3,8,10-11` names; nil when it is none.
    static func coreCount(list: String) -> Int? {
        var count = 0
        for part in list.split(separator: ",") {
            let ends = part.split(separator: "-").compactMap { Int(trimmed($0)) }
            guard let first = ends.first, let last = ends.last, ends.count <= 2, first <= last else { return nil }
            count += last - first + 1
        }
        return count > 0 ? count : nil
    }

    private static func line(_ path: String) -> String? {
        kernelText(path).map { trimmed($0[...]) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    private static func text<Characters>(of characters: Characters) -> String {
        withUnsafeBytes(of: characters) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

/// What a container or a service manager allows this process, by either version of control groups.
struct ControlGroupLimits: Equatable {
    var cpuCores: Double?
    var memoryBytes: UInt64?

    /// Reads the limits of the process's own group and of all groups above it; the tightest counts.
    static func current() -> ControlGroupLimits {
        let groups = kernelText("/proc/self/cgroup") ?? ""
        var limits = ControlGroupLimits()
        let root = "/sys/fs/cgroup"
        for folder in folders(of: path(in: groups, controller: "")) {
            limits.tighten(
                cpuCores: kernelText(root + folder + "/cpu.max").flatMap(cores(cpuMax:)),
                memoryBytes: kernelText(root + folder + "/memory.max").flatMap(bytes(limit:)))
        }
        for folder in folders(of: path(in: groups, controller: "cpu")) {
            let quota = kernelText(root + "/cpu" + folder + "/cpu.cfs_quota_us") ?? ""
            let period = kernelText(root + "/cpu" + folder + "/cpu.cfs_period_us") ?? ""
            limits.tighten(cpuCores: cores(cpuMax: quota + " " + period), memoryBytes: nil)
        }
        for folder in folders(of: path(in: groups, controller: "memory")) {
            let limit = kernelText(root + "/memory" + folder + "/memory.limit_in_bytes")
            limits.tighten(cpuCores: nil, memoryBytes: limit.flatMap(bytes(limit:)))
        }
        return limits
    }

    /// The group's path for a controller (`""`: version 2) in the text of `/proc/PID/cgroup`.
    static func path(in text: String, controller: String) -> String? {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            if parts[1].split(separator: ",", omittingEmptySubsequences: false).contains(controller[...]) {
                return String(parts[2])
            }
        }
        return nil
    }

    /// `/a/b` and all folders above it: `/a/b`, `/a`, and the root as an empty string.
    static func folders(of path: String?) -> [String] {
        guard let path else { return [] }
        var folders = [""]
        for part in path.split(separator: "/") { folders.insert((folders.first ?? "") + "/" + part, at: 0) }
        return folders
    }

    /// `200000 100000` is two cores; `max` or a negative quota is no limit.
    static func cores(cpuMax: String) -> Double? {
        let parts = cpuMax.split(whereSeparator: \.isWhitespace)
        guard parts.count == 2, let quota = Double(parts[0]), let period = Double(parts[1]), quota > 0, period > 0
        else {
            return nil
        }
        return quota / period
    }

    /// A limit in bytes; `max`, and version 1's largest page-rounded number, are no limit.
    static func bytes(limit: String) -> UInt64? {
        let digits = limit.prefix { $0.isNumber }
        guard let bytes = UInt64(digits), bytes < 1 << 62 else { return nil }
        return bytes
    }

    private mutating func tighten(cpuCores: Double?, memoryBytes: UInt64?) {
        if let cpuCores { self.cpuCores = min(cpuCores, self.cpuCores ?? .infinity) }
        if let memoryBytes { self.memoryBytes = min(memoryBytes, self.memoryBytes ?? .max) }
    }
}
