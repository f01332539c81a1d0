extension Scenario {
    /// The messaging system under test.
    package struct Broker: Sendable, Equatable {
        /// Where it is.
        package var location = BrokerLocation.embedded
        /// Which of several nodes a connection tries first; those behind it follow when it is not there.
        package var allocation = Allocation.first
        /// How it is told to stop and the like, where the run did not start it and a fault needs that.
        package var control: ServerControl?

        /// Starts from the language's defaults.
        package init() {}
    }

    /// Where the messaging system is.
    package enum BrokerLocation: Sendable, Equatable {
        /// A `rafale broker` child process of the run.
        case embedded
        /// A running server: its nodes, tried in turn; at least one.
        case servers([ServerURL])
    }

    /// Where the workers keep their results.
    package struct Store: Sendable, Equatable {
        /// Where it is.
        package var location = StoreLocation.sqlite(path: nil)
        /// Whether what the reference workers stored is compared with the books after the run.
        package var audited = true
        /// How it is told to stop and the like, where it is a server and a fault needs that.
        package var control: ServerControl?

        /// Starts from the language's defaults.
        package init() {}
    }

    /// Where results go.
    package enum StoreLocation: Sendable, Equatable {
        /// Nowhere: the pipeline without its store.
        case none
        /// An SQLite file; without a path a fresh one in the run's folder.
        case sqlite(path: String?)
        /// A running server: MySQL, MariaDB or MongoDB.
        case server(ServerURL)
    }

    /// A named value of a header or argument table, in the order of the file.
    package struct Field: Sendable, Equatable {
        /// The name.
        package var name: String
        /// The value.
        package var value: FieldValue

        /// Names a value.
        package init(name: String, value: FieldValue) {
            self.name = name
            self.value = value
        }
    }

    /// A typed value of a header or argument table.
    package indirect enum FieldValue: Sendable, Equatable {
        /// Text.
        case string(String)
        /// A whole number.
        case integer(Int64)
        /// A number with a fraction.
        case number(Double)
        /// True or false.
        case boolean(Bool)
        /// No value.
        case null
        /// Values in order.
        case list([FieldValue])
        /// Named values.
        case table([Field])
    }
}
