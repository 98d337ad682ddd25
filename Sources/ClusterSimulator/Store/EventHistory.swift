/// The last changes of one resource, oldest first, up to a capacity.
struct EventHistory {
    struct Entry: Sendable {
        var kind: ObjectEvent.Kind
        var object: StoredObject
        var previous: StoredObject?
    }

    /// Changes at and before this resource version are forgotten.
    private(set) var compactedThrough: Int64 = 0
    private var entries: [Entry] = []
    /// Entries before this index are dropped; the array is trimmed when half of it is.
    private var start = 0
    let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    mutating func append(_ entry: Entry) {
        entries.append(entry)
        if entries.count - start > capacity {
            compactedThrough = entries[start].object.resourceVersion
            start += 1
        }
        trim()
    }

    /// Forgets everything up to a resource version.
    mutating func compact(through resourceVersion: Int64) {
        compactedThrough = max(compactedThrough, resourceVersion)
        start = index(after: resourceVersion)
        trim()
    }

    /// The changes after a resource version; nil when some of them are forgotten.
    func entries(after resourceVersion: Int64, limit: Int = .max) -> ArraySlice<Entry>? {
        guard resourceVersion >= compactedThrough else { return nil }
        return entries[index(after: resourceVersion)...].prefix(limit)
    }

    private mutating func trim() {
        guard start > 64, start > entries.count / 2 else { return }
        entries.removeFirst(start)
        start = 0
    }

    private func index(after resourceVersion: Int64) -> Int {
        var low = start
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].object.resourceVersion > resourceVersion { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
