/// Values in numbered slots: found by index in constant time, changed in place, their identifiers never valid again
/// after they are removed.
struct SlotMap<Element: Vacatable> {
    /// Names one element for as long as it is there.
    struct ID: Hashable {
        fileprivate let slot: UInt32
        fileprivate let generation: UInt32

        /// Names nothing, ever.
        static var none: ID { ID(slot: .max, generation: .max) }

        /// The slot's number, for arrays that run beside the map.
        var index: Int { Int(slot) }
    }

    private var elements: [Element] = []
    private var generations: [UInt32] = []
    private var vacant: [UInt32] = []

    var count: Int { elements.count - vacant.count }

    /// Puts an element into a free slot.
    mutating func insert(_ element: Element) -> ID {
        if let slot = vacant.popLast() {
            elements[Int(slot)] = element
            return ID(slot: slot, generation: generations[Int(slot)])
        }
        elements.append(element)
        generations.append(0)
        return ID(slot: UInt32(elements.count - 1), generation: 0)
    }

    func contains(_ id: ID) -> Bool {
        Int(id.slot) < generations.count && generations[Int(id.slot)] == id.generation
    }

    /// Takes an element out; its identifier names nothing from then on.
    mutating func remove(_ id: ID) -> Element {
        precondition(contains(id), "no such element")
        let element = elements[Int(id.slot)]
        elements[Int(id.slot)] = .vacant
        generations[Int(id.slot)] &+= 1
        vacant.append(id.slot)
        return element
    }

    /// The element of a valid identifier, changed in place.
    subscript(id: ID) -> Element {
        _read {
            precondition(contains(id), "no such element")
            yield elements[Int(id.slot)]
        }
        _modify {
            precondition(contains(id), "no such element")
            yield &elements[Int(id.slot)]
        }
    }

    /// All identifiers in use, in slot order.
    var ids: [ID] {
        let free = Set(vacant)
        return elements.indices.map(UInt32.init).filter { !free.contains($0) }
            .map { ID(slot: $0, generation: generations[Int($0)]) }
    }
}

/// Has a value that holds nothing, to stand in a free slot.
protocol Vacatable {
    static var vacant: Self { get }
}
