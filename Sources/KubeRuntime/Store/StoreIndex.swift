public import KubeCore

/// A way to find objects in a store without looking at all of them: a function from an object to the values that it
/// is found under.
public struct StoreIndex<Object: KubernetesObject>: Sendable {
    public let name: String
    let values: @Sendable (Object) -> [String]

    /// - Parameters:
    ///   - name: unique within its store.
    ///   - values: pure; the same object always gives the same values.
    public init(_ name: String, values: @escaping @Sendable (Object) -> [String]) {
        self.name = name
        self.values = values
    }

    /// By the uid of each owner.
    public static var ownerUID: StoreIndex {
        StoreIndex("ownerUID") { ($0.metadata.ownerReferences ?? []).map(\.uid) }
    }

    /// By the value of a label. Objects without the label are not found.
    public static func label(_ key: String) -> StoreIndex {
        StoreIndex("label:\(key)") { object in object.metadata.labels?[key].map { [$0] } ?? [] }
    }
}
