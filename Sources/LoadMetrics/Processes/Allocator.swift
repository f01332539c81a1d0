import CJemalloc
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Bytes this process has allocated since its start, as jemalloc counts them.
///
/// jemalloc has no such total: a thread's own cache hands out and takes back memory without telling the arenas. So
/// each long-lived thread that does work calls ``countThisThread()`` once, and its own exact counter is read:
///
/// ```
///  counted threads:   Σ thread.allocated            exact, ended threads included
///  no thread counted: Σ nrequests × size of class   of all arenas: a lower bound, lags by what the caches hold back
/// ```
package enum Allocator {
    /// Counts the calling thread exactly from now on, until it ends; calling it again changes nothing.
    ///
    /// Every event loop and every CPU lane calls it once when it starts.
    package static func countThisThread() {
        guard let key = threadKey, pthread_getspecific(key) == nil else { return }
        var counter: UnsafePointer<UInt64>?
        var length = MemoryLayout<UnsafePointer<UInt64>?>.size
        guard mallctl("thread.allocatedp", &counter, &length, nil, 0) == 0, let counter else { return }
        let address = UInt(bitPattern: counter)
        threads.withLock { _ = $0.live.insert(address) }
        pthread_setspecific(key, counter)
    }

    /// Cumulative bytes allocated by the counted threads, or a lower bound for all threads while none is counted.
    package static func allocatedBytes() -> UInt64 {
        let counted: UInt64? = threads.withLock { threads in
            guard !threads.live.isEmpty || threads.retiredBytes > 0 else { return nil }
            // Each counter is an aligned word that only its thread writes: the read is whole, at worst a moment old.
            return threads.live.reduce(threads.retiredBytes) { $0 &+ bytes(at: $1) }
        }
        if let counted { return counted }
        return sizeClasses.withLock { classes in
            if classes == nil { classes = SizeClasses() }
            return classes?.allocatedBytes() ?? 0
        }
    }

    /// Cumulative bytes allocated by the calling thread, exact to the last allocation.
    package static func threadAllocatedBytes() -> UInt64 {
        var bytes: UInt64 = 0
        var length = MemoryLayout<UInt64>.size
        guard mallctl("thread.allocated", &bytes, &length, nil, 0) == 0 else { return 0 }
        return bytes
    }

    /// Bytes in use now: allocated and not yet freed.
    package static func liveBytes() -> UInt64 {
        SizeClasses.refresh()
        var bytes = 0
        var length = MemoryLayout<Int>.size
        guard mallctl("stats.allocated", &bytes, &length, nil, 0) == 0 else { return 0 }
        return UInt64(bytes)
    }

    private struct Threads {
        /// Addresses of the counters of the threads that live.
        var live: Set<UInt> = []
        var retiredBytes: UInt64 = 0
    }

    private static let threads = Mutex(Threads())
    private static let sizeClasses = Mutex<SizeClasses?>(nil)

    /// Its destructor runs in a thread that ends, while the thread's counter can still be read.
    private static let threadKey: pthread_key_t? = {
        var key = pthread_key_t()
        let status = pthread_key_create(&key) { value in
            #if canImport(Glibc) || canImport(Musl)
                guard let value else { return }
            #endif
            Allocator.retire(UInt(bitPattern: value))
        }
        return status == 0 ? key : nil
    }()

    private static func retire(_ address: UInt) {
        threads.withLock { threads in
            guard threads.live.remove(address) != nil else { return }
            threads.retiredBytes &+= bytes(at: address)
        }
    }

    private static func bytes(at address: UInt) -> UInt64 {
        UnsafePointer<UInt64>(bitPattern: address)?.pointee ?? 0
    }
}

/// The size classes and the pre-resolved names of their counters over all arenas.
private struct SizeClasses {
    private struct Class {
        let bytes: UInt64
        let requests: [Int]
    }

    private var classes: [Class] = []

    init() {
        add(family: "bin", counters: "bins", countName: "arenas.nbins")
        add(family: "lextent", counters: "lextents", countName: "arenas.nlextents")
    }

    private mutating func add(family: String, counters: String, countName: String) {
        var count: UInt32 = 0
        var length = MemoryLayout<UInt32>.size
        guard mallctl(countName, &count, &length, nil, 0) == 0 else { return }
        for index in 0..<count {
            var bytes = 0
            var bytesLength = MemoryLayout<Int>.size
            guard mallctl("arenas.\(family).\(index).size", &bytes, &bytesLength, nil, 0) == 0 else { continue }
            var name = [Int](repeating: 0, count: 6)
            var nameLength = name.count
            let path = "stats.arenas.\(MALLCTL_ARENAS_ALL).\(counters).\(index).nrequests"
            guard mallctlnametomib(path, &name, &nameLength) == 0 else { continue }
            classes.append(Class(bytes: UInt64(bytes), requests: Array(name.prefix(nameLength))))
        }
    }

    func allocatedBytes() -> UInt64 {
        Self.refresh()
        var total: UInt64 = 0
        for entry in classes {
            var requests: UInt64 = 0
            var length = MemoryLayout<UInt64>.size
            let status = entry.requests.withUnsafeBufferPointer {
                mallctlbymib($0.baseAddress, $0.count, &requests, &length, nil, 0)
            }
            if status == 0 { total &+= requests &* entry.bytes }
        }
        return total
    }

    /// jemalloc's figures are a snapshot that moves when the epoch is written.
    static func refresh() {
        var epoch: UInt64 = 1
        _ = mallctl("epoch", nil, nil, &epoch, MemoryLayout<UInt64>.size)
    }
}
