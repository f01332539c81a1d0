import CKernel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// On which cores this process may run.
package enum CoreAffinity {
    /// The cores that this process may run on, ascending; nil where the kernel does not say.
    package static func allowed() -> [Int]? {
        KeyedLines(text: kernelText("/proc/self/status") ?? "").text("Cpus_allowed_list").flatMap(cores)
    }

    /// The cores that a list such as `0-3,8,10-11` names; nil when it is none.
    package static func cores(list: String) -> [Int]? {
        var cores: Set<Int> = []
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0.trimmed) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first >= 0,
                first <= last, last < maximum
            else { return nil }
            cores.formUnion(first...last)
        }
        return cores.isEmpty ? nil : cores.sorted()
    }

    /// The shortest list of cores: `0-3,8`.
    package static func list(_ cores: [Int]) -> String {
        var parts: [(first: Int, last: Int)] = []
        for core in Set(cores).sorted() {
            if let last = parts.indices.last, parts[last].last == core - 1 {
                parts[last].last = core
            } else {
                parts.append((core, core))
            }
        }
        return parts.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }.joined(separator: ",")
    }

    /// More cores than any machine of today has.
    package static let maximum = 4_096

    /// Restricts this process to some cores: the threads it has and those they start; false where the kernel refuses.
    package static func pinThisProcess(to cores: [Int]) -> Bool {
        var mask = [UInt](repeating: 0, count: maximum / UInt.bitWidth)
        for core in cores where (0..<maximum).contains(core) {
            mask[core / UInt.bitWidth] |= 1 << (core % UInt.bitWidth)
        }
        var pinned: Set<Int32> = []
        // A thread may start another one meanwhile: until no new ones are seen.
        for _ in 0..<100 {
            let threads = Set((directoryNames("/proc/self/task") ?? []).compactMap { Int32($0) })
            let new = threads.subtracting(pinned)
            if new.isEmpty { return !pinned.isEmpty }
            for thread in new {
                let result = mask.withUnsafeBufferPointer {
                    ckernel_set_affinity(thread, $0.baseAddress, UInt(MemoryLayout<UInt>.stride * $0.count))
                }
                guard result == 0 || errno == ESRCH else { return false }
            }
            pinned.formUnion(new)
        }
        return false
    }
}

extension StringProtocol {
    fileprivate var trimmed: Substring {
        var text = Substring(self).drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
