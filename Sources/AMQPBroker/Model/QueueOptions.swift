import AMQPProtocol

/// What a queue was declared with.
struct QueueOptions {
    enum Overflow: String {
        case dropHead = "drop-head"
        case rejectPublish = "reject-publish"
        case rejectPublishDeadLetter = "reject-publish-dlx"
    }

    /// Remembered and compared; nothing is kept on disk whatever it says.
    var isDurable = false
    var isAutoDelete = false
    var arguments = FieldTable()

    // Out of the arguments:
    var messageTTLMilliseconds: Int64?
    var expiresMilliseconds: Int64?
    var maxLength: Int64?
    var maxLengthBytes: Int64?
    var overflow = Overflow.dropHead
    var deadLetterExchange: String?
    var deadLetterRoutingKey: String?
    /// 0 for a queue without priorities.
    var maxPriority = 0
    var isSingleActiveConsumer = false

    /// Ten years, as RabbitMQ has it.
    static let longestTimeMilliseconds: Int64 = 315_360_000_000

    var hasLimit: Bool { maxLength != nil || maxLengthBytes != nil }

    /// The arguments that a second declaration must repeat.
    static let comparedArguments = [
        "x-expires", "x-message-ttl", "x-dead-letter-exchange", "x-dead-letter-routing-key", "x-max-length",
        "x-max-length-bytes", "x-overflow", "x-max-priority", "x-queue-mode", "x-single-active-consumer",
        "x-queue-type", "x-delivery-limit",
    ]
}

extension QueueOptions {
    /// Reads a declaration's arguments and refuses what RabbitMQ refuses.
    init(isDurable: Bool, isAutoDelete: Bool, isExclusive: Bool, arguments: FieldTable, queue: String) throws(Refusal) {
        self.isDurable = isDurable
        self.isAutoDelete = isAutoDelete
        self.arguments = arguments
        let reader = ArgumentReader(arguments: arguments, resource: .queue(queue))
        try checkType(reader, isExclusive: isExclusive)
        messageTTLMilliseconds = try reader.integer("x-message-ttl", in: 0...Self.longestTimeMilliseconds)
        expiresMilliseconds = try reader.integer("x-expires", in: 1...Self.longestTimeMilliseconds)
        maxLength = try reader.integer("x-max-length", in: 0...Int64.max)
        maxLengthBytes = try reader.integer("x-max-length-bytes", in: 0...Int64.max)
        maxPriority = Int(try reader.integer("x-max-priority", in: 0...255) ?? 0)
        deadLetterExchange = try reader.name("x-dead-letter-exchange")
        deadLetterRoutingKey = try reader.string("x-dead-letter-routing-key")
        if deadLetterRoutingKey != nil, deadLetterExchange == nil {
            throw reader.invalid("x-dead-letter-routing-key", "routing_key_but_no_dlx_defined")
        }
        if let name = try reader.string("x-overflow") {
            guard let overflow = Overflow(rawValue: name) else {
                throw reader.invalid("x-overflow", "invalid_overflow")
            }
            self.overflow = overflow
        }
        isSingleActiveConsumer = try reader.bool("x-single-active-consumer") ?? false
    }

    private func checkType(_ reader: ArgumentReader, isExclusive: Bool) throws(Refusal) {
        switch try reader.string("x-queue-type") {
        case nil, "classic": return
        case "quorum":
            // Kept in memory like any other; what RabbitMQ demands of its declaration is demanded here.
            let name = reader.resource
            if !isDurable { throw Refusal(.preconditionFailed, "invalid property 'non-durable' for \(name)") }
            if isExclusive { throw Refusal(.preconditionFailed, "invalid property 'exclusive-owner' for \(name)") }
            if isAutoDelete { throw Refusal(.preconditionFailed, "invalid property 'auto-delete' for \(name)") }
        case "stream":
            throw Refusal(
                .notImplemented,
                "x-queue-type 'stream' for \(reader.resource): the embedded broker has no streams, use a real RabbitMQ")
        case let other?: throw reader.invalid("x-queue-type", "\"unsupported queue type '\(other)'\"")
        }
    }

    /// Refuses a second declaration that differs from this first one.
    func checkEquivalence(isDurable: Bool, isAutoDelete: Bool, arguments: FieldTable, queue: String) throws(Refusal) {
        let resource = ResourceName.queue(queue)
        for (name, received, current) in [
            ("durable", isDurable, self.isDurable), ("auto_delete", isAutoDelete, self.isAutoDelete),
        ] where received != current {
            throw .inequivalent(name, resource, received: "'\(received)'", current: "'\(current)'")
        }
        for name in Self.comparedArguments {
            let received = arguments[name]
            let current = self.arguments[name]
            // Queues are classic where nothing else is said.
            if name == "x-queue-type", received?.string ?? "classic" == current?.string ?? "classic" { continue }
            guard received.isEquivalent(to: current) else {
                throw .inequivalent(name, resource, received: received, current: current)
            }
        }
    }
}

/// Takes typed arguments out of a declaration's table.
struct ArgumentReader {
    let arguments: FieldTable
    let resource: ResourceName

    func invalid(_ name: String, _ reason: String) -> Refusal { .invalidArgument(name, resource, reason) }

    func integer(_ name: String, in range: ClosedRange<Int64>) throws(Refusal) -> Int64? {
        guard let value = arguments[name] else { return nil }
        guard let integer = value.integer else { throw expected("integer", name, value) }
        if integer < 0 { throw invalid(name, "{value_negative,\(integer)}") }
        if integer < range.lowerBound { throw invalid(name, "{value_zero,\(integer)}") }
        if integer > range.upperBound {
            throw invalid(
                name, name == "x-max-priority" ? "{max_value_exceeded,\(integer)}" : "{value_too_large,\(integer)}")
        }
        return integer
    }

    func string(_ name: String) throws(Refusal) -> String? {
        guard let value = arguments[name] else { return nil }
        guard let string = value.string else { throw unacceptable(name, value) }
        return string
    }

    /// The name of an exchange, which RabbitMQ refuses in words of its own.
    func name(_ argument: String) throws(Refusal) -> String? {
        guard let value = arguments[argument] else { return nil }
        guard let name = value.string else {
            let type = FieldValue?.some(value).described?.type ?? ""
            throw Refusal(.preconditionFailed, "invalid type '\(type)' for arg '\(argument)' in \(resource)")
        }
        return name
    }

    func bool(_ name: String) throws(Refusal) -> Bool? {
        guard let value = arguments[name] else { return nil }
        guard case .bool(let bool) = value else { throw unacceptable(name, value) }
        return bool
    }

    private func unacceptable(_ name: String, _ value: FieldValue) -> Refusal {
        let type = FieldValue?.some(value).described?.type ?? ""
        return invalid(name, "{unacceptable_type,\(type)}")
    }

    private func expected(_ kind: String, _ name: String, _ value: FieldValue) -> Refusal {
        invalid(name, "\"expected \(kind), got \(FieldValue?.some(value).described?.type ?? "")\"")
    }
}
