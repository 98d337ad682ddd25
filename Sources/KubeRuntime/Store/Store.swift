import Base
public import KubeCore

/// A read-only view of a kind's objects as the API server last told them. A `StoreWriter` fills it.
///
/// ## Guarantees
/// - Reads never wait for the network and see whole states: a list that is still arriving is not shown.
/// - Every object is the latest that was received; an index always agrees with the objects.
///
/// ## Caveats
/// A store lags behind the server. What must not act on old data (a deletion, a switch of traffic) reads the object
/// from the server or carries a precondition.
public final class Store<Object: KubernetesObject>: Sendable {
    let content: Lock<StoreContent<Object>>
    private let synchronized = Latch()

    init(indexes: [StoreIndex<Object>]) { content = Lock(StoreContent(indexes: indexes)) }

    /// A store and the writer that fills it.
    public static func make(indexes: [StoreIndex<Object>] = []) -> (store: Store, writer: StoreWriter<Object>) {
        let store = Store(indexes: indexes)
        return (store, StoreWriter(store: store))
    }

    public subscript(key: NamespacedName) -> Object? { content.withLock { $0.objects[key]?.value } }

    public var count: Int { content.withLock { $0.objects.count } }

    /// Every object, in no order.
    public var objects: [Object] { Array(each) }

    /// Every object, in no order, one by one: unlike `objects` it makes no copy of them all.
    public var each: some Sequence<Object> { content.withLock { $0.objects }.values.lazy.map(\.value) }

    /// The objects of a namespace, in no order.
    public func objects(inNamespace namespace: String) -> [Object] {
        objects.filter { $0.metadata.namespace == namespace }
    }

    /// The objects that an index finds under a value, ordered by name.
    ///
    /// - Precondition: the store was made with an index of that name; anything else is a mistake in the program.
    public func objects(in index: String, value: String) -> [Object] {
        content.withLock { content in
            precondition(content.hasIndex(index), "this store of \(Object.self) has no index '\(index)'")
            return content.objects(in: index, value: value)
        }
    }

    /// The objects that carry an owner reference to this uid. Needs `StoreIndex.ownerUID`.
    public func objects(ownedBy uid: String) -> [Object] {
        objects(in: StoreIndex<Object>.ownerUID.name, value: uid)
    }

    /// The objects whose label has this value. Needs `StoreIndex.label(key)`.
    public func objects(label key: String, value: String) -> [Object] {
        objects(in: StoreIndex<Object>.label(key).name, value: value)
    }

    /// Whether a whole list has been received at least once.
    public var isSynchronized: Bool { synchronized.isOpen }

    /// Returns once a whole list has been received. Errors: `CancellationError`.
    public func waitUntilSynchronized() async throws { try await synchronized.wait() }

    func markSynchronized() { synchronized.open() }
}
