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
        var low = 0.2 * Double(servers) * servicesPerSecond
        var high = Double(servers) * servicesPerSecond
        for _ in 0..<14 {
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

    /// P(T > limit) of M/D/c (Franx, "A simple solution for the M/D/c waiting time distribution", 2001).
    ///
    /// From one moment to the one a service time later, all that were in service have left and the arrivals have come:
    /// that gives the number in the system, and its sums the waiting time.
    private func slowShareConstant(rate: Double, limit: Double) -> Double {
        let work = 1 / servicesPerSecond
        guard limit > work else { return 1 }
        let numbers = numbersInSystem(arrivals: rate * work)
        var sums = numbers
        for index in sums.indices.dropFirst() { sums[index] += sums[index - 1] }
        // Q(j): no more than j wait.
        func atMost(_ waiting: Int) -> Double { sums[min(servers + waiting, sums.count - 1)] }
        let wait = limit - work
        let steps = Int(wait / work) + 1
        let rest = rate * (Double(steps) * work - wait)
        var share = 0.0
        var poisson = RealFunctions.exp(-rest)
        for arrivals in 0..<(steps * servers) {
            share += poisson * atMost(steps * servers - 1 - arrivals)
            poisson *= rest / Double(arrivals + 1)
        }
        return 1 - share
    }

    /// The stationary probabilities of each number in the system, by iteration.
    private func numbersInSystem(arrivals: Double) -> [Double] {
        let size = 80
        var poisson = [RealFunctions.exp(-arrivals)]
        while poisson.count < 25 { poisson.append(poisson[poisson.count - 1] * arrivals / Double(poisson.count)) }
        var numbers = [Double](repeating: 0, count: size)
        numbers[0] = 1
        for _ in 0..<2_000 {
            var next = [Double](repeating: 0, count: size)
            for (number, share) in numbers.enumerated() where share > 1e-15 {
                let left = max(0, number - servers)
                for (come, probability) in poisson.enumerated() where probability > 1e-15 {
                    next[min(size - 1, left + come)] += share * probability
                }
            }
            let change = zip(next, numbers).reduce(0) { $0 + abs($1.0 - $1.1) }
            numbers = next
            if change < 1e-7 { break }
        }
        return numbers
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
