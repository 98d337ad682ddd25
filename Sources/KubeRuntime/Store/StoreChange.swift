public import KubeCore

/// What a store's content went through, with what was there before.
public enum StoreChange<Object: KubernetesObject>: Sendable {
    /// - isInitial: it was part of a list, so it may have existed for long.
    case added(Object, isInitial: Bool)
    case updated(old: Object, new: Object)
    /// The last state known. When the deletion itself was missed during a disconnect, that is an old one.
    case deleted(Object)

    /// The object after the change, or the last one known.
    public var object: Object {
        switch self {
        case .added(let object, _), .deleted(let object): object
        case .updated(_, let new): new
        }
    }
}
