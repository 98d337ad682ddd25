public import KubeCore

/// Which changes a controller cares about. Additions and deletions pass unless a predicate says otherwise.
public struct Predicate<Object: KubernetesObject>: Sendable {
    let passes: @Sendable (StoreChange<Object>) -> Bool

    public init(_ passes: @escaping @Sendable (StoreChange<Object>) -> Bool) { self.passes = passes }

    /// Every change.
    public static var all: Predicate { Predicate { _ in true } }

    /// Updates that change `metadata.generation`: the spec, or the beginning of a deletion, but not the status. Kinds
    /// without generations pass always.
    public static var generationChanged: Predicate {
        .updates { $0.metadata.generation != $1.metadata.generation || $1.metadata.generation == nil }
    }

    public static var labelsChanged: Predicate {
        .updates { ($0.metadata.labels ?? [:]) != ($1.metadata.labels ?? [:]) }
    }

    public static var annotationsChanged: Predicate {
        .updates { ($0.metadata.annotations ?? [:]) != ($1.metadata.annotations ?? [:]) }
    }

    /// Updates for which `isRelevant` says so.
    public static func updates(_ isRelevant: @escaping @Sendable (_ old: Object, _ new: Object) -> Bool) -> Predicate {
        Predicate { change in
            guard case .updated(let old, let new) = change else { return true }
            return isRelevant(old, new)
        }
    }

    public static func || (left: Predicate, right: Predicate) -> Predicate {
        Predicate { left.passes($0) || right.passes($0) }
    }

    public static func && (left: Predicate, right: Predicate) -> Predicate {
        Predicate { left.passes($0) && right.passes($0) }
    }
}
