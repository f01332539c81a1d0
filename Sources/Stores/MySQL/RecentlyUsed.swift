#if MySQL
    /// As many values as were asked for last, by their keys; pure.
    struct RecentlyUsed<Key: Hashable, Value> {
        private struct Entry {
            let value: Value
            var lastUse: Int
        }

        private let maximum: Int
        private var entries: [Key: Entry] = [:]
        private var uses = 0

        /// Keeps no more than a number of values, from 1.
        init(maximum: Int) {
            precondition(maximum > 0)
            self.maximum = maximum
        }

        var count: Int { entries.count }

        /// The value of that key, which counts as used by that.
        mutating func value(of key: Key) -> Value? {
            uses += 1
            entries[key]?.lastUse = uses
            return entries[key]?.value
        }

        /// Adds a value; where there are enough of them, that goes which was not used for the longest time.
        mutating func add(_ value: Value, as key: Key) {
            if entries.count >= maximum, entries[key] == nil,
                let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                entries[oldest.key] = nil
            }
            uses += 1
            entries[key] = Entry(value: value, lastUse: uses)
        }

        mutating func removeAll() { entries.removeAll() }
    }
#endif
