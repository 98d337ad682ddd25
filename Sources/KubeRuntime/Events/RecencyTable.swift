/// A dictionary of limited size that forgets what was not used for longest. Pure.
///
/// When it is full it forgets a quarter at once, so that finding the oldest costs little for each insertion.
struct RecencyTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var entries: [Key: (value: Value, use: UInt64)] = [:]
    private var uses: UInt64 = 0
    private let limit: Int
    private let mayForget: @Sendable (Value) -> Bool

    /// - Parameter mayForget: what must be kept, the user of the table bounds by other means.
    init(limit: Int, mayForget: @escaping @Sendable (Value) -> Bool = { _ in true }) {
        self.limit = max(1, limit)
        self.mayForget = mayForget
    }

    var count: Int { entries.count }

    /// Setting a value is a use, getting one is not.
    subscript(key: Key) -> Value? {
        get { entries[key]?.value }
        set {
            guard let newValue else {
                entries[key] = nil
                return
            }
            if entries[key] == nil, entries.count >= limit { makeRoom() }
            uses &+= 1
            entries[key] = (newValue, uses)
        }
    }

    func keys(where predicate: (Value) -> Bool) -> [Key] {
        entries.filter { predicate($0.value.value) }.sorted { $0.value.use < $1.value.use }.map(\.key)
    }

    private mutating func makeRoom() {
        for key in keys(where: mayForget).prefix(max(1, limit / 4)) { entries[key] = nil }
    }
}
