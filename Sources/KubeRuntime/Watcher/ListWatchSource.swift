public import KubeCore

/// Where a watcher's objects come from: the lists and watches of one kind in one scope. `Api` is one; tests bring
/// their own.
public protocol ListWatchSource<Object>: Sendable {
    associatedtype Object: KubernetesObject

    /// One page of a list. Errors that carry a `Status` (see `apiStatus(of:)`) decide what the watcher does next.
    func list(_ query: ListQuery) async throws -> ObjectList<Object>

    /// Watches until the server ends the stream, and hands over every event in order. An ERROR event is thrown.
    func watch(
        _ query: WatchQuery, _ receive: @escaping @Sendable (ListWatchEvent<Object>) async throws -> Void
    ) async throws
}

/// The parameters of one page of a consistent list (resourceVersion unset: the most recent state).
public struct ListQuery: Sendable, Hashable {
    /// Objects a page; nil asks for all at once.
    public var limit: Int?
    /// The token of the page before.
    public var `continue`: String?

    public init(limit: Int? = nil, `continue`: String? = nil) {
        self.limit = limit
        self.`continue` = `continue`
    }
}

/// The parameters of a watch. Bookmarks are always asked for.
public struct WatchQuery: Sendable, Hashable {
    /// Where to start; nil with `sendInitialEvents`, which begins with the most recent state.
    public var resourceVersion: String?
    /// Streaming list: existing objects first, then a bookmark that says so
    /// (`resourceVersionMatch=NotOlderThan` goes with it).
    public var sendInitialEvents: Bool
    /// After this long the server ends the watch by itself.
    public var timeoutSeconds: Int

    public init(resourceVersion: String?, sendInitialEvents: Bool = false, timeoutSeconds: Int) {
        self.resourceVersion = resourceVersion
        self.sendInitialEvents = sendInitialEvents
        self.timeoutSeconds = timeoutSeconds
    }
}

/// One event of a watch.
public enum ListWatchEvent<Object: KubernetesObject>: Sendable {
    /// ADDED or MODIFIED: which of the two depends on where the watch began, and says nothing more.
    case applied(Object)
    case deleted(Object)
    /// - endsInitialList: it carries the annotation `k8s.io/initial-events-end: "true"`.
    case bookmark(resourceVersion: String, endsInitialList: Bool)
}
