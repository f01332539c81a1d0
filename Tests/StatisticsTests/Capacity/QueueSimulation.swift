@testable import Statistics

/// A queue with `servers` servers and Poisson arrivals, and how long each customer takes in all.
///
/// First come, first served; by Kiefer and Wolfowitz's recurrence of the times at which the servers become free.
struct QueueSimulation {
    enum Service: String {
        case exponential
        case constant
    }

    var servers: Int
    var service: Service
    /// What a server does in a second.
    var servicesPerSecond = 100.0

    /// The highest rate at which at most 1 % of customers take longer than `limit` seconds, by bisection of the formula.
    func capacity(p99Below limit: Double) -> Double {
        var low = 0.0
        var high = Double(servers) * servicesPerSecond
        for _ in 0..<60 {
            let middle = (low + high) / 2
            let share =
                service == .exponential
                ? slowShareExponential(rate: middle, limit: limit) : slowShareConstant(rate: middle, limit: limit)
            if share < 0.01 { low = middle } else { high = middle }
        }
        return low
    }

    /// P(T > limit) of M/M/c: the wait is exponential when there is one, with Erlang C's probability (Kleinrock 1975,
    /// section 3.4), and the service comes on top.
    private func slowShareExponential(rate: Double, limit: Double) -> Double {
        let mu = servicesPerSecond
        let load = rate / mu
        // Erlang B by recurrence, then C.
        var blocked = 1.0
        for server in 1...servers { blocked = load * blocked / (Double(server) + load * blocked) }
        let waiting = blocked / (1 - load / Double(servers) * (1 - blocked))
        let drain = Double(servers) * mu - rate
        let served = RealFunctions.exp(-mu * limit)
        // Wait and service with one mean are the limit of the formula.
        guard abs(drain - mu) > 1e-6 * mu else { return (1 + waiting * mu * limit) * served }
        let waited = (drain * served - mu * RealFunctions.exp(-drain * limit)) / (drain - mu)
        return (1 - waiting) * served + waiting * waited
    }

    /// P(T > limit) of M/D/1 (Erlang 1909).
    private func slowShareConstant(rate: Double, limit: Double) -> Double {
        precondition(servers == 1, "the formula is of one server")
        let work = 1 / servicesPerSecond
        let wait = limit - work
        guard wait >= 0 else { return 1 }
        var sum = 0.0
        for step in 0...Int(wait / work) {
            let distance = rate * (wait - Double(step) * work)
            var term = RealFunctions.exp(distance)
            for factor in stride(from: 1, through: step, by: 1) { term *= -distance / Double(factor) }
            sum += term
        }
        return 1 - (1 - rate * work) * sum
    }

    /// The queue under a load that goes on from call to call.
    struct Course {
        let rate: Double
        let queue: QueueSimulation
        private var free: [Double]
        private var now = 0.0

        /// A queue that has seen enough customers to have forgotten that it was empty.
        init(of queue: QueueSimulation, rate: Double, random: inout SplitMix64) {
            self.queue = queue
            self.rate = rate
            free = [Double](repeating: 0, count: queue.servers)
            _ = times(count: 3_000, random: &random)
        }

        /// The times in the system, in seconds, of the next customers.
        mutating func times(count: Int, random: inout SplitMix64) -> [Double] {
            var times: [Double] = []
            times.reserveCapacity(count)
            for _ in 0..<count {
                now += random.exponential() / rate
                var earliest = 0
                for server in free.indices where free[server] < free[earliest] { earliest = server }
                let work = (queue.service == .constant ? 1 : random.exponential()) / queue.servicesPerSecond
                let done = max(now, free[earliest]) + work
                free[earliest] = done
                times.append(done - now)
            }
            return times
        }
    }
}
