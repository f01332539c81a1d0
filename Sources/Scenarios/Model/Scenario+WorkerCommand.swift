extension Scenario {
    /// A program of the user's own, which takes the reference worker's place.
    package struct WorkerCommand: Sendable, Equatable {
        /// The program and its arguments, one word each; at least one.
        package var words: [WorkerText]

        /// A program with arguments.
        package init(words: [WorkerText]) {
            self.words = words
        }
    }

    /// A variable of the environment that the user's own workers get.
    package struct WorkerVariable: Sendable, Equatable {
        /// The name.
        package var name: String
        /// The value.
        package var value: WorkerText

        /// Names a value.
        package init(name: String, value: WorkerText) {
            self.name = name
            self.value = value
        }
    }

    /// How one knows that the user's own workers consume.
    package struct WorkerReadiness: Sendable, Equatable {
        /// What tells it.
        package enum Sign: Sendable, Equatable {
            /// The incoming queue has as many consumers as all workers make.
            case consumers
            /// The output of each holds a text.
            case log(String)
            /// So much time has passed.
            case after(Duration)
        }

        /// A text that the output of each worker must hold.
        package var log: String?
        /// How long after their start they are taken to be ready.
        package var after: Duration?
        /// Consumers that each worker makes on each of its queues.
        package var consumers = 1
        /// How long it may take.
        package var within = Duration.seconds(20)

        /// Starts from the language's defaults.
        package init() {}

        /// What tells it: the consumers, unless the scenario says otherwise.
        package var sign: Sign {
            if let log { return .log(log) }
            if let after { return .after(after) }
            return .consumers
        }
    }

    /// How the user's own workers are asked to stop.
    package struct WorkerStop: Sendable, Equatable {
        /// A signal that a program may react to.
        package enum Signal: String, Sendable, CaseIterable {
            case term, int, quit, hup, usr1, usr2, kill
        }

        /// The signal.
        package var signal = Signal.term
        /// How long a worker may take to end before it is killed, with every process it started.
        package var grace = Duration.seconds(15)

        /// Starts from the language's defaults.
        package init() {}
    }

    /// What becomes of a worker that ends while the run lasts.
    package enum WorkerRestart: String, Sendable, CaseIterable {
        /// The run goes on without it.
        case never
        /// It is started again, and that is counted.
        case always
    }

    /// A text with placeholders, `{{name}}`, that the run fills in.
    package struct WorkerText: Sendable, Equatable {
        /// What the run knows and a worker may need.
        package enum Placeholder: String, Sendable, CaseIterable {
            /// The broker's address, its password included.
            case brokerURL = "broker_url"
            /// The worker's queues of the incoming ones, with commas between them.
            case incoming
            /// The queue for results.
            case processed
            /// The queue for what cannot be processed.
            case failed
            /// The exchange that the load is published to; empty for the default one.
            case exchange
            /// The branch of the pipeline that the worker belongs to; empty where there is one.
            case branch
            /// The worker's number, from 1; of several branches among those of its own.
            case index
            /// How many workers there are; of several branches in its own.
            case count
            /// CPU threads, or processes, that each worker should use.
            case lanes
            /// Unacknowledged messages that each worker should allow.
            case prefetch
            /// Where results are stored: `none` or `sqlite:FILE`.
            case storeURL = "store_url"
            /// The folder of the run's reports.
            case runFolder = "run_folder"
            /// The eight digits that the identifiers of the run's messages begin with.
            case runID = "run_id"

            /// The variable of the environment that always holds it.
            package var variable: String { "RAFALE_" + rawValue.uppercased() }
        }

        /// A piece of the text.
        package enum Part: Sendable, Equatable {
            /// As it stands.
            case text(String)
            /// What is filled in.
            case placeholder(Placeholder)
        }

        /// The pieces, in order.
        package var parts: [Part]

        /// A text of these pieces.
        package init(parts: [Part]) {
            self.parts = parts
        }

        /// The text as the scenario writes it.
        package var text: String { filled { "{{\($0.rawValue)}}" } }

        /// The text with every placeholder replaced.
        package func filled(_ value: (Placeholder) -> String) -> String {
            parts.reduce(into: "") { text, part in
                switch part {
                case .text(let piece): text += piece
                case .placeholder(let placeholder): text += value(placeholder)
                }
            }
        }
    }

    /// Where an outcome says which message it is of.
    package enum Correlation: Sendable, Equatable {
        /// In its message id, or else in its correlation id; its intended time in the header that the worker echoes.
        case header
        /// In its message id alone.
        case messageID
        /// In its correlation id alone.
        case correlationID
        /// In a member of its JSON body; the names of nested ones with dots between them.
        case field([String])
    }
}
