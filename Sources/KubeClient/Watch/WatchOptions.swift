/// What to watch, and from where.
public struct WatchOptions: Sendable, Hashable {
    public var labelSelector: String?
    public var fieldSelector: String?
    /// Events after this version; `nil` or `"0"` begins with made-up `added` events for what exists.
    public var resourceVersion: String?
    public var resourceVersionMatch: ResourceVersionMatch?
    /// Ask for what exists first, as `added` events, closed by a bookmark whose ``WatchBookmark/isInitialEventsEnd`` is
    /// set: a streaming list. The server then demands ``ResourceVersionMatch/notOlderThan`` and bookmarks.
    public var sendInitialEvents: Bool?
    /// Ask for bookmarks, so that a resume rarely finds its version expired.
    public var allowWatchBookmarks: Bool
    /// After how many seconds the server ends the watch.
    public var timeoutSeconds: Int

    public init(
        labelSelector: String? = nil, fieldSelector: String? = nil, resourceVersion: String? = nil,
        resourceVersionMatch: ResourceVersionMatch? = nil, sendInitialEvents: Bool? = nil,
        allowWatchBookmarks: Bool = true, timeoutSeconds: Int = 290
    ) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.resourceVersion = resourceVersion
        self.resourceVersionMatch = resourceVersionMatch
        self.sendInitialEvents = sendInitialEvents
        self.allowWatchBookmarks = allowWatchBookmarks
        self.timeoutSeconds = timeoutSeconds
    }

    /// A streaming list: everything that exists, not older than `resourceVersion`, and then what changes.
    public static func streamingList(
        labelSelector: String? = nil, fieldSelector: String? = nil, resourceVersion: String? = nil
    ) -> WatchOptions {
        WatchOptions(
            labelSelector: labelSelector, fieldSelector: fieldSelector, resourceVersion: resourceVersion,
            resourceVersionMatch: .notOlderThan, sendInitialEvents: true)
    }

    var query: [KubeRequest.QueryItem] {
        var items: [KubeRequest.QueryItem] = []
        items.append("watch", "true")
        items.append("labelSelector", labelSelector)
        items.append("fieldSelector", fieldSelector)
        items.append("resourceVersion", resourceVersion)
        items.append("resourceVersionMatch", resourceVersionMatch?.rawValue)
        items.append("sendInitialEvents", sendInitialEvents.map { $0 ? "true" : "false" })
        items.append("allowWatchBookmarks", allowWatchBookmarks ? "true" : nil)
        items.append("timeoutSeconds", String(timeoutSeconds))
        return items
    }

    /// A server that has not even ended the watch by then is gone, or something between us and it.
    var idleTimeout: Duration { .seconds(timeoutSeconds) + .seconds(30) }
}
