/// Tells whether two processes read the same monotonic clock: on one host, booted once, in one time namespace.
package enum ClockIdentity {
    /// This process's clock as a number, the same in every process that reads it; nil where the system does not say.
    package static func current() -> Int64? {
        guard let boot = kernelText("/proc/sys/kernel/random/boot_id"), !boot.isEmpty else { return nil }
        // A time namespace shifts the clock; a kernel without them has no such file.
        let offsets = kernelText("/proc/self/timens_offsets") ?? ""
        // FNV-1a, since Swift's own hashes differ from process to process.
        let hash = (boot + offsets).utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return Int64(bitPattern: hash)
    }
}
