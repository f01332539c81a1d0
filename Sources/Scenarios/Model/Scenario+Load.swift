extension Scenario {
    /// How the messages are published.
    package struct Load: Sendable, Equatable {
        /// Publishing connections, 1…10 000; the rate is split over them.
        package var connections = 1
        /// Channels on each connection, 1…2 047.
        package var channels = 1
        /// Unconfirmed messages allowed on each channel; 0 publishes without confirms.
        package var confirmWindow = 1000
        /// Beyond it a confirm counts as late; nil for no bound.
        package var confirmTimeout: Duration?
        /// Messages in one transaction, instead of confirms; nil for none.
        package var transactions: Int?
        /// The time from one publishing connection's opening to the next one's, before the first phase.
        package var startInterval = Duration.zero
        /// The most that chance adds to that time.
        package var startJitter = Duration.zero
        /// Whether a message no queue takes is returned (and counted).
        package var mandatory = true
        /// Whether messages outlive a restart of the broker (delivery mode 2).
        package var persistent = false
        /// The messages' priority, 0…255; nil leaves the property out.
        package var priority: UInt8?
        /// How long a message may wait in a queue; nil leaves the property out.
        package var expiration: Duration?
        /// What chooses a message's routing key where there are several.
        package var routing = Routing.message
        /// Routing keys instead of those that the topology gives.
        package var routingKeys: RoutingKeys?
        /// Headers of every message, beside Rafale's own `x-rafale-…`.
        package var headers: [Field] = []
        /// Further properties of every message.
        package var properties = Properties()

        /// Starts from the language's defaults.
        package init() {}

        /// Messages a channel may have unanswered; 0 publishes without an answer.
        package var window: Int { transactions ?? confirmWindow }
    }

    /// What chooses among routing keys.
    package enum Routing: String, Sendable, CaseIterable {
        /// Every connection has one of them, in turn.
        case connection
        /// Every message has one of them, by chance.
        case message
    }

    /// Routing keys of the load's own.
    package enum RoutingKeys: Sendable, Equatable {
        /// As many different ones, drawn from the seed.
        case random(Int)
        /// These.
        case named([String])
    }

    /// Content properties the user may set; nil leaves one out.
    package struct Properties: Sendable, Equatable {
        /// The MIME type of the body.
        package var contentType: String? = "application/json"
        /// The MIME encoding of the body.
        package var contentEncoding: String?
        /// The application's name of the message's type.
        package var type: String?
        /// The publishing application.
        package var appID: String?
        /// The publishing user, which the broker checks.
        package var userID: String?
        /// Where an answer should go.
        package var replyTo: String?
        /// What an answer should refer to.
        package var correlationID: String?
        /// When the message was made, in seconds since 1970.
        package var timestamp: UInt64?

        /// Starts from the language's defaults.
        package init() {}
    }

    /// What the texts of the updates look like.
    package struct Text: Sendable, Equatable {
        /// The languages by weight, in the order of `Language.allCases`; weights above zero only.
        package var languages: [LanguageWeight] = Language.allCases.map { LanguageWeight(language: $0, weight: 1) }
        /// How long the texts are, in bytes of UTF-8.
        package var length = Length.lognormal(medianBytes: 600, p95Bytes: 2400)
        /// Distinct bodies made before the run and used in turn, 1…1 000 000.
        package var pool = 1024

        /// Starts from the language's defaults.
        package init() {}
    }

    /// A language texts are made in.
    package enum Language: String, Sendable, CaseIterable {
        /// French.
        case french = "fr"
        /// English.
        case english = "en"
        /// Arabic.
        case arabic = "ar"
    }

    /// A language and its share.
    package struct LanguageWeight: Sendable, Equatable {
        /// The language.
        package var language: Language
        /// The weight against the other languages' weights; above zero.
        package var weight: Double

        /// Gives a language its weight.
        package init(language: Language, weight: Double) {
            self.language = language
            self.weight = weight
        }
    }

    /// How the lengths of texts are distributed, in bytes of UTF-8.
    package enum Length: Sendable, Equatable {
        /// All the same.
        case fixed(bytes: Int)
        /// Each length of the range equally likely.
        case uniform(minBytes: Int, maxBytes: Int)
        /// Log-normal, as texts of people are: half are below the median, 95 % below `p95Bytes`.
        case lognormal(medianBytes: Int, p95Bytes: Int)
    }

    /// How the results are read back.
    package struct Collector: Sendable, Equatable {
        /// Consuming connections, 1…1 000.
        package var connections = 1
        /// Unacknowledged messages allowed on each; 0 is no bound.
        package var prefetch = 1000
        /// Where an outcome says which message it is of.
        package var correlation = Correlation.header

        /// Starts from the language's defaults.
        package init() {}
    }

    /// The consuming processes under test.
    package struct Workers: Sendable, Equatable {
        /// Whose processes they are.
        package enum Source: Sendable, Equatable {
            /// `rafale worker` child processes of the run.
            case reference
            /// Processes that the user started, of which the run knows nothing.
            case external
            /// Child processes of the run that are a program of the user's own.
            case command
        }

        /// Whether the user started them, outside of the run.
        package var isExternal = false
        /// Processes, 0…1 000; 0 leaves the incoming queue alone.
        package var count = 2
        /// CPU threads of each worker, 1…1 024.
        package var lanes = 1
        /// Unacknowledged messages allowed on each worker, 1…65 535.
        package var prefetch = 200
        /// Messages written to the store at once, at most; 1…10 000.
        package var batch = 100
        /// How long a batch may wait to fill.
        package var batchDelay = Duration.milliseconds(5)
        /// How many times each text is analysed, for heavier work; 1…1 000.
        package var costFactor = 1
        /// Whether texts are analysed; without, the worker shows what the messaging alone costs.
        package var analysis = true
        /// A program of the user's own in the reference worker's place; nil for the latter.
        package var command: WorkerCommand?
        /// Variables for that program, beside those that it always gets.
        package var environment: [WorkerVariable] = []
        /// The folder in which it runs; nil for the scenario's own.
        package var directory: FilePath?
        /// How one knows that it consumes.
        package var readiness = WorkerReadiness()
        /// How it is asked to stop.
        package var stop = WorkerStop()
        /// What becomes of one that ends while the run lasts.
        package var restart = WorkerRestart.never

        /// Starts from the language's defaults.
        package init() {}

        /// Whose processes they are.
        package var source: Source { isExternal ? .external : command == nil ? .reference : .command }
    }
}
