/// A key that a campaign varies, in words.
struct ScalingKey: Sendable, Equatable {
    /// Its name in the scenario.
    let name: String
    /// What its values count: `worker`, `lane`; nil when they are something else, such as a size.
    let unit: String?

    init(_ name: String) {
        self.name = name
        switch name.split(separator: ".").suffix(2).joined(separator: ".") {
        case "workers.count": unit = "worker"
        case "workers.lanes": unit = "lane"
        case "load.connections": unit = "connection"
        case "load.generators": unit = "generator"
        default: unit = name.hasSuffix("connections") ? "connection" : nil
        }
    }

    /// Whether more of it is more of what does the work, so that a scaling law means something.
    var isResource: Bool { unit != nil }

    /// What stands below an axis.
    var title: String { unit.map { $0 + "s" } ?? name }

    /// A value in words: `4 workers`, `payload.bytes 128`.
    func words(_ value: String) -> String {
        guard let unit else { return "\(name) \(value)" }
        return value == "1" ? "1 \(unit)" : "\(value) \(unit)s"
    }

    /// Several values in words: `4, 6 and 8 workers`.
    func words(_ values: [String]) -> String {
        guard values.count > 1 else { return values.first.map { words($0) } ?? "" }
        let list = values.dropLast().joined(separator: ", ") + " and " + (values.last ?? "")
        return unit.map { "\(list) \($0)s" } ?? "\(name) \(list)"
    }
}
