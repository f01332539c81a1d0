extension Scenario {
    /// What the lines of `pipeline: weblogs` are: made, or those of a file.
    package struct Logs: Sendable, Equatable {
        /// Distinct made lines, 1…1 000 000.
        package var pool = 1024
        /// The part of the clients that have IPv6 addresses, 0…1.
        package var ipv6 = 0.25
        /// The part of the requests that crawlers and scanners make.
        package var bots = 0.2
        /// The part of the requests of named users.
        package var users = 0.05
        /// The part of the requests whose URL carries a session.
        package var sessions = 0.3
        /// The log to replay in place of made lines; plain or gzip.
        package var file: FilePath?
        /// Whether a replay begins again behind the last line.
        package var loop = false
        /// How much faster than they were the requests come back, with `rate: original`.
        package var speed = 1.0
        /// A MaxMind DB file by which the workers tell country and city.
        package var geo: FilePath?
        /// Whether the cleaned lines go to a CSV file in the run's folder as well.
        package var csv = false

        /// Starts from the language's defaults.
        package init() {}
    }
}
