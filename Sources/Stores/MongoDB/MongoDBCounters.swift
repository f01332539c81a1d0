#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The counters that MongoDB's library keeps for tools of its own.
package enum MongoDBCounters {
    /// Takes the name away from the memory that the library shares from before `main` on, used or not.
    ///
    /// A process that is killed would leave it behind, and a later one of the same number would write a warning.
    package static func hide() {
        #if MongoDB
            shm_unlink("/mongoc-\(getpid())")
        #endif
    }
}
