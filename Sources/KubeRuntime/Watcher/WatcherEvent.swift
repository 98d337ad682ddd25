public import KubeCore

/// What a `Watcher` tells: lists framed by `initStarted` and `initDone`, then changes.
public enum WatcherEvent<Object: KubernetesObject>: Sendable {
    /// A list begins. What came since an earlier `initStarted` without `initDone` is void.
    case initStarted
    case initApplied(Object)
    /// The list is complete: what was not in it does not exist.
    case initDone
    case applied(Object)
    case deleted(Object)

    /// With values that the pool knows held only once.
    func sharing(_ pool: inout ValuePool) -> WatcherEvent {
        switch self {
        case .initStarted, .initDone, .deleted: return self
        case .initApplied(var object):
            object.share(&pool)
            return .initApplied(object)
        case .applied(var object):
            object.share(&pool)
            return .applied(object)
        }
    }
}
