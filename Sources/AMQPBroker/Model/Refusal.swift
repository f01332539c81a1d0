import AMQPProtocol

/// What the broker answers to a method it does not carry out: RabbitMQ's codes and texts.
///
/// A soft code closes the channel, a hard one the connection.
struct Refusal: Error, Equatable, CustomStringConvertible {
    let code: ReplyCode
    let text: String

    init(_ code: ReplyCode, _ text: String) {
        self.code = code
        self.text = text
    }

    var description: String { "\(code.rawValue) \(code): \(text)" }
}

/// A queue or exchange as error texts name it.
struct ResourceName: CustomStringConvertible {
    enum Kind: String { case queue, exchange }
    let kind: Kind
    let name: String

    static func queue(_ name: String) -> ResourceName { ResourceName(kind: .queue, name: name) }
    static func exchange(_ name: String) -> ResourceName { ResourceName(kind: .exchange, name: name) }

    var description: String { "\(kind.rawValue) '\(name)' in vhost '/'" }
}

extension Refusal {
    static func notFound(_ resource: ResourceName) -> Refusal { Refusal(.notFound, "no \(resource)") }

    static func inUse(_ resource: ResourceName) -> Refusal { Refusal(.preconditionFailed, "\(resource) in use") }

    static func notEmpty(_ resource: ResourceName) -> Refusal { Refusal(.preconditionFailed, "\(resource) not empty") }

    static func reservedName(_ kind: ResourceName.Kind, _ name: String) -> Refusal {
        Refusal(.accessRefused, "\(kind.rawValue) name '\(name)' contains reserved prefix 'amq.*'")
    }

    static let defaultExchange = Refusal(.accessRefused, "operation not permitted on the default exchange")

    static func locked(_ queue: String) -> Refusal {
        Refusal(
            .resourceLocked,
            "cannot obtain exclusive access to locked \(ResourceName.queue(queue)). It could be originally declared on "
                + "another connection or the exclusive property value does not match that of the original declaration.")
    }

    static func inequivalent(_ argument: String, _ resource: ResourceName, received: String, current: String) -> Refusal
    {
        Refusal(
            .preconditionFailed,
            "inequivalent arg '\(argument)' for \(resource): received \(received) but current is \(current)")
    }

    /// Where both have a value, their types are not told.
    static func inequivalent(
        _ argument: String, _ resource: ResourceName, received: FieldValue?, current: FieldValue?
    ) -> Refusal {
        let isBoth = received != nil && current != nil
        func text(_ value: FieldValue?) -> String {
            isBoth ? value.described.map { "'\($0.value)'" } ?? "none" : value.inErrorText
        }
        return .inequivalent(argument, resource, received: text(received), current: text(current))
    }

    static func invalidArgument(_ name: String, _ resource: ResourceName, _ reason: String) -> Refusal {
        Refusal(.preconditionFailed, "invalid arg '\(name)' for \(resource): \(reason)")
    }

    static func unknownDeliveryTag(_ tag: UInt64) -> Refusal {
        Refusal(.preconditionFailed, "unknown delivery tag \(tag)")
    }

    static func limit(_ what: String, _ limit: Int) -> Refusal {
        Refusal(.preconditionFailed, "cannot add another \(what): the limit of \(limit) is reached")
    }
}

extension FieldValue? {
    /// The value as RabbitMQ's precondition texts show it.
    var inErrorText: String {
        described.map { "the value '\($0.value)' of type '\($0.type)'" } ?? "none"
    }

    /// The value and RabbitMQ's name of its type; nil for no value.
    var described: (value: String, type: String)? {
        guard let self else { return nil }
        let (value, type): (String, String) =
            switch self {
            case .bool(let value): ("\(value)", "bool")
            case .int8(let value): ("\(value)", "byte")
            case .uint8(let value): ("\(value)", "unsignedbyte")
            case .int16(let value): ("\(value)", "short")
            case .uint16(let value): ("\(value)", "unsignedshort")
            case .int32(let value): ("\(value)", "signedint")
            case .uint32(let value): ("\(value)", "unsignedint")
            case .int64(let value): ("\(value)", "long")
            case .float(let value): ("\(value)", "float")
            case .double(let value): ("\(value)", "double")
            case .decimal(let scale, let value): ("{\(scale),\(value)}", "decimal")
            case .string(let value): (value, "longstr")
            case .binaryString(let value): (String(decoding: value, as: UTF8.self), "longstr")
            case .bytes(let value): (String(decoding: value, as: UTF8.self), "binary")
            case .array(let values): ("\(values.count) values", "array")
            case .timestamp(let value): ("\(value)", "timestamp")
            case .table(let table): ("\(table.count) fields", "table")
            case .void: ("undefined", "void")
            }
        return (value, type)
    }

    /// Whether two arguments mean the same: numbers by value, whatever their type.
    func isEquivalent(to other: FieldValue?) -> Bool {
        if self == other { return true }
        guard let left = self?.integer, let right = other?.integer else { return false }
        return left == right
    }
}
