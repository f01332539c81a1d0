/// Lets the first lines of each interval through and counts the others.
struct LogLimiter: Sendable {
    private let linesMaximum: Int
    private let intervalNanoseconds: Int64
    private var startNanoseconds: Int64?
    private var lines = 0
    private var suppressed = 0

    init(linesMaximum: Int, intervalNanoseconds: Int64) {
        self.linesMaximum = linesMaximum
        self.intervalNanoseconds = intervalNanoseconds
    }

    /// Whether this line may be written, and how many were not since the last one that was.
    mutating func admit(nowNanoseconds: Int64) -> (isAdmitted: Bool, suppressedBefore: Int) {
        if startNanoseconds.map({ nowNanoseconds - $0 >= intervalNanoseconds }) ?? true {
            startNanoseconds = nowNanoseconds
            lines = 0
        }
        guard lines < linesMaximum else {
            suppressed += 1
            return (false, 0)
        }
        lines += 1
        defer { suppressed = 0 }
        return (true, suppressed)
    }
}
