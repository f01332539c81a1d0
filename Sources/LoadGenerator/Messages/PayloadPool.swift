package import Scenarios

/// The distinct opaque bodies of a run, made before it starts from its seed, in groups of one size each.
///
/// A body depends on the seed, the payload settings and its number alone.
package struct PayloadPool: Sendable {
    /// Bodies that are drawn equally often.
    package struct Group: Sendable {
        /// The group's share of all opaque messages; the shares add up to 1.
        package var share: Double
        /// At least one.
        package var bodies: [BodyTemplate]
    }

    /// The groups, one for each size.
    package let groups: [Group]

    // A stream of the run's seed for each body, that nothing else draws from.
    private static let streams: UInt64 = 4 << 32

    /// Makes the bodies; settings are those of a validated scenario.
    package init(seed: UInt64, payload: Scenario.Payload) {
        if !payload.files.isEmpty {
            let bodies = payload.files.map { BodyTemplate(bytes: $0.bytes, kind: .opaque) }
            groups = [Group(share: 1, bodies: bodies)]
            return
        }
        let total = payload.sizes.reduce(0) { $0 + $1.weight }
        let texts = payload.templates
        // Texts without a filler are the same each time.
        let isFixed = !texts.isEmpty && !texts.contains { $0.parts.contains(.placeholder(.filler)) }
        // Enough of each size that its bodies differ; of a distribution, that they show its shape.
        let countOfSize = isFixed ? texts.count : max(1, payload.pool / payload.sizes.count, texts.count)
        var number: UInt64 = 0
        groups = payload.sizes.prefix(isFixed ? 1 : payload.sizes.count).map { size in
            let bodies = (0..<countOfSize).map { index in
                var random = SeededGenerator(seed: seed, stream: Self.streams + number)
                number += 1
                let length = BodyPool.drawLength(size.length, random: &random)
                let count = min(max(length, 0), Scenario.Payload.largestBytes)
                if !texts.isEmpty { return Self.body(texts[index % texts.count], count, &random) }
                return BodyTemplate(
                    bytes: payload.random ? Self.noise(count, &random) : [UInt8](repeating: 0, count: count),
                    kind: .opaque)
            }
            return Group(share: isFixed ? 1 : size.weight / total, bodies: bodies)
        }
    }

    private static func noise(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            withUnsafeBytes(of: random.next().littleEndian) { bytes.append(contentsOf: $0) }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// The text with its places noted, and filled up to a length where it has room for that.
    private static func body(
        _ text: Scenario.PayloadText, _ length: Int, _ random: inout SeededGenerator
    ) -> BodyTemplate {
        var body = BodyTemplate(bytes: [], kind: .opaque)
        let rest = text.parts.reduce(0) { sum, part in
            switch part {
            case .text(let piece): sum + piece.utf8.count
            case .placeholder(.id): sum + BodyTemplate.placeholderID.utf8.count
            case .placeholder(.timestamp): sum + BodyTemplate.placeholderTimestamp.utf8.count
            case .placeholder(.filler): sum
            }
        }
        for part in text.parts {
            switch part {
            case .text(let piece): body.bytes += piece.utf8
            case .placeholder(.id):
                body.idOffset = body.bytes.count
                body.bytes += BodyTemplate.placeholderID.utf8
            case .placeholder(.timestamp):
                body.timestampOffset = body.bytes.count
                body.bytes += BodyTemplate.placeholderTimestamp.utf8
            case .placeholder(.filler):
                for _ in 0..<max(0, length - rest) {
                    body.bytes.append(letters[random.nextIndex(below: letters.count)])
                }
            }
        }
        return body
    }

    /// What needs no escaping in JSON, XML, CSV or a URL.
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
}
