/// A small file in the MaxMind DB format 2.0: 192.0.2.0/24 and 2001:db8::/32 are in one place, nothing else is known.
///
///     nodes of two 24-bit records ─ 16 zero bytes ─ data ─ marker ─ metadata
enum PlacesFile {
    static var bytes: [UInt8] {
        var tree = Tree()
        // IPv4 addresses lie below ::/96.
        tree.insert([UInt8](repeating: 0, count: 12) + [192, 0, 2], bits: 120)
        tree.insert([0x20, 0x01, 0x0D, 0xB8], bits: 32)
        let place = map([
            ("country", map([("iso_code", text("CI")), ("names", map([("en", text("Côte d’Ivoire"))]))])),
            ("city", map([("names", map([("en", text("Abidjan"))]))])),
        ])
        let metadata = map([
            ("binary_format_major_version", number(5, 2)), ("binary_format_minor_version", number(5, 0)),
            ("build_epoch", [0x04, 0x02] + [0x65, 0x00, 0x00, 0x00]), ("database_type", text("Test-City")),
            ("description", map([("en", text("A test"))])), ("ip_version", number(5, 6)),
            ("languages", [0x01, 0x04] + text("en")), ("node_count", number(6, tree.nodes.count)),
            ("record_size", number(5, 24)),
        ])
        return tree.bytes + [UInt8](repeating: 0, count: 16) + place + [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
            + metadata
    }

    private static func text(_ text: String) -> [UInt8] { [0x40 | UInt8(text.utf8.count)] + Array(text.utf8) }

    /// An unsigned number of the given type: 5 has 16 bits, 6 has 32.
    private static func number(_ type: UInt8, _ value: Int) -> [UInt8] {
        type == 5
            ? [0xA2, UInt8(value >> 8), UInt8(value & 255)]
            : [0xC4, 0, 0, UInt8(value >> 8), UInt8(value & 255)]
    }

    private static func map(_ members: [(String, [UInt8])]) -> [UInt8] {
        [0xE0 | UInt8(members.count)] + members.flatMap { text($0.0) + $0.1 }
    }

    /// The search tree, a bit of the address a level.
    private struct Tree {
        /// The next node of each bit's value; nil where nothing is known, -1 for the place.
        var nodes: [[Int?]] = [[nil, nil]]

        mutating func insert(_ prefix: [UInt8], bits: Int) {
            var node = 0
            for bit in 0..<bits {
                let side = Int(prefix[bit / 8] >> (7 - UInt8(bit % 8)) & 1)
                if bit == bits - 1 {
                    nodes[node][side] = -1
                } else if let next = nodes[node][side] {
                    node = next
                } else {
                    nodes.append([nil, nil])
                    nodes[node][side] = nodes.count - 1
                    node = nodes.count - 1
                }
            }
        }

        /// A record of the node count is nothing; beyond it by 16 and more it is a place in the data.
        var bytes: [UInt8] {
            nodes.flatMap { $0 }.flatMap { record in
                let value = record.map { $0 < 0 ? nodes.count + 16 : $0 } ?? nodes.count
                return [UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
            }
        }
    }
}
