/// One experiment: what is put on which pipeline, in which rhythm, and what must come out.
///
/// The defaults are those of the language: a key the file does not name keeps the value written here.
package struct Scenario: Sendable, Equatable {
    /// The scenario's name: letters, digits, `-` and `_`; it names the report's folder.
    package var name = ""
    /// One line that says what the scenario shows.
    package var summary = ""
    /// Seeds arrivals, the mix and the texts: the same seed gives the same messages at the same intended times.
    package var seed: UInt64 = 1
    /// What the generator writes to.
    package var target = Target.broker
    /// The weighted kinds of what a churn opens and closes, in the order of `ChurnKind.allCases`.
    package var churn: [ChurnEntry] = []
    /// How the generator waits for the next intended time.
    package var pacing = Pacing.timer
    /// How the intended times of a phase are spread.
    package var arrivals = Arrivals.uniform
    /// The messaging system under test.
    package var broker = Broker()
    /// How connections to it are made.
    package var connection = Connection()
    /// Where the workers keep their results.
    package var store = Store()
    /// What is done with the messages.
    package var pipeline = Pipeline.text
    /// The exchange and the queues of the pipeline.
    package var topology = Topology()
    /// The stretches of the load, in order; at least one in a validated scenario.
    package var phases: [Phase] = []
    /// How the messages are published.
    package var load = Load()
    /// The weighted kinds of message, in the order of `MessageKind.allCases`; weights above zero only.
    package var mix: [MixEntry] = [MixEntry(kind: .update, weight: 1)]
    /// What the lines of web logs are.
    package var logs = Logs()
    /// What the texts of the updates look like.
    package var text = Text()
    /// What the opaque messages carry.
    package var payload = Payload()
    /// How the results are read back.
    package var collector = Collector()
    /// The consuming processes under test.
    package var workers = Workers()
    /// The generator's own consumers in place of workers; nil where there are none.
    package var consumers: Consumers?
    /// The cores that the roles are pinned to.
    package var cpus = CPUs()
    /// The bounds of the run itself.
    package var limits = Limits()
    /// How long the run waits after the last phase for the backlog to be worked off.
    package var drain = Duration.seconds(30)
    /// What is broken on purpose while the load runs.
    package var faults: [Fault] = []
    /// What must hold for the run to pass.
    package var thresholds: [Threshold] = []

    /// Starts from the language's defaults.
    package init() {}
}

extension Scenario {
    /// What the generator writes to.
    package enum Target: String, Sendable, CaseIterable {
        /// Messages to the broker's exchange: the whole pipeline.
        case broker
        /// Results straight into the store: the store alone.
        case store
        /// Nothing is sent: connections, channels, queues, bindings or consumers are opened and closed.
        case churn
    }

    /// How the generator waits for the next intended time.
    package enum Pacing: String, Sendable, CaseIterable {
        /// By the event loop's timer: costs no CPU, late by the timer's precision.
        case timer
        /// By a busy loop for the last microseconds: exact, costs a core.
        case spin
    }

    /// How the intended times of a phase are spread along its rate.
    package enum Arrivals: String, Sendable, CaseIterable {
        /// Evenly: at a constant rate every gap is the same.
        case uniform
        /// A Poisson process of that rate: exponential gaps, as independent users cause them.
        case poisson
    }

    /// The kinds of message a load is mixed from.
    package enum MessageKind: String, Sendable, CaseIterable {
        /// A text to analyse and store.
        case update
        /// The removal of a document stored before.
        case delete
        /// A body no worker can process: belongs into the failed queue.
        case malformed
        /// Bytes of the user's choice, which no reference worker reads.
        case opaque
        /// A line of an access log.
        case line
    }

    /// One kind of message and its share.
    package struct MixEntry: Sendable, Equatable {
        /// The kind.
        package var kind: MessageKind
        /// The weight against the other entries' weights; above zero.
        package var weight: Double

        /// Gives a kind its weight.
        package init(kind: MessageKind, weight: Double) {
            self.kind = kind
            self.weight = weight
        }
    }

    /// What ends a run before its phases do.
    package enum ExitRule: String, Sendable, CaseIterable {
        /// The incoming queue is empty: for a run that consumes only.
        case empty
        /// Nothing was sent, confirmed or received for some time.
        case idle
    }

    /// The bounds of the run itself.
    package struct Limits: Sendable, Equatable {
        /// How late a message may be sent against its intended time; each one beyond is counted, none is dropped.
        package var scheduleDebt = Duration.seconds(10)
        /// What ends the run before its phases do; nil for nothing.
        package var exitRule: ExitRule?
        /// How long nothing must have moved for an idle run to end.
        package var idle = Duration.seconds(5)

        /// Starts from the language's defaults.
        package init() {}
    }
}
