import Foundation

/// Starts a program and collects every process that ends below this one.
enum ProgramStart {
    /// Starts a program in a process group of its own, with this process's folder, outputs and environment; its id, or `errno`.
    ///
    /// Signals that this process handles or ignores do what they do by default there. `ended` is called for every
    /// process that is collected, on another thread.
    static func start(
        _ words: [String], ended: @escaping @Sendable (Int32, Supervision.Ending) -> Void
    ) -> Result<Int32, POSIXError> {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)

        var arguments = words.map { strdup($0) } + [nil]
        var environment = ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + environment { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, words[0], nil, &attributes, &arguments, &environment)
        guard failure == 0 else { return .failure(POSIXError(POSIXErrorCode(rawValue: failure) ?? .EINVAL)) }
        Thread.detachNewThread { collect(ended) }
        return .success(pid)
    }

    /// Collects processes until none is left.
    private static func collect(_ ended: (Int32, Supervision.Ending) -> Void) {
        while true {
            var status: Int32 = 0
            let pid = waitpid(-1, &status, 0)
            if pid > 0 {
                let signal = status & 0x7f
                ended(pid, signal == 0 ? .exited(status >> 8 & 0xff) : .signaled(signal))
            } else if errno != EINTR {
                return
            }
        }
    }
}
