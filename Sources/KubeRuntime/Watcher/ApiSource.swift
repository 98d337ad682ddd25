public import KubeClient
public import KubeCore

/// The objects of an `Api`, perhaps only those that selectors choose, as a source for watchers.
public struct ApiSource<Object: KubernetesObject>: ListWatchSource {
    private let api: Api<Object>
    private let labelSelector: String?
    private let fieldSelector: String?

    /// - Parameters:
    ///   - labelSelector: as in `app=r1,tier in (a,b)`.
    ///   - fieldSelector: as in `metadata.name=r1`.
    public init(_ api: Api<Object>, labelSelector: String? = nil, fieldSelector: String? = nil) {
        self.api = api
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
    }

    public func list(_ query: ListQuery) async throws -> ObjectList<Object> {
        try await api.list(
            ListOptions(
                labelSelector: labelSelector, fieldSelector: fieldSelector, limit: query.limit,
                continueToken: query.continue))
    }

    public func watch(
        _ query: WatchQuery, _ receive: @escaping @Sendable (ListWatchEvent<Object>) async throws -> Void
    ) async throws {
        for try await event in try await api.watch(options(query)) {
            switch event {
            case .added(let object), .modified(let object): try await receive(.applied(object))
            case .deleted(let object): try await receive(.deleted(object))
            case .bookmark(let bookmark):
                try await receive(
                    .bookmark(
                        resourceVersion: bookmark.resourceVersion, endsInitialList: bookmark.isInitialEventsEnd))
            case .error(let status): throw KubeError.api(status)
            }
        }
    }

    private func options(_ query: WatchQuery) -> WatchOptions {
        var options =
            query.sendInitialEvents
            ? WatchOptions.streamingList(labelSelector: labelSelector, fieldSelector: fieldSelector)
            : WatchOptions(labelSelector: labelSelector, fieldSelector: fieldSelector)
        options.resourceVersion = query.resourceVersion
        options.allowWatchBookmarks = true
        options.timeoutSeconds = query.timeoutSeconds
        return options
    }
}
