/// How a resourceVersion in a list is meant.
public enum ResourceVersionMatch: String, Sendable, Hashable {
    case exact = "Exact"
    case notOlderThan = "NotOlderThan"
}

/// Which objects to list, and how many at once.
public struct ListOptions: Sendable, Hashable {
    /// As in `app=r1,tier in (a,b)`; see `LabelSelector.queryText`.
    public var labelSelector: String?
    /// As in `metadata.name=r1`.
    public var fieldSelector: String?
    /// The most items in a page.
    public var limit: Int?
    /// The token of the page before.
    public var continueToken: String?
    /// `nil` for the newest state, `"0"` for whatever the server has at hand.
    public var resourceVersion: String?
    public var resourceVersionMatch: ResourceVersionMatch?

    public init(
        labelSelector: String? = nil, fieldSelector: String? = nil, limit: Int? = nil, continueToken: String? = nil,
        resourceVersion: String? = nil, resourceVersionMatch: ResourceVersionMatch? = nil
    ) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.limit = limit
        self.continueToken = continueToken
        self.resourceVersion = resourceVersion
        self.resourceVersionMatch = resourceVersionMatch
    }

    var query: [KubeRequest.QueryItem] {
        var items: [KubeRequest.QueryItem] = []
        items.append("labelSelector", labelSelector)
        items.append("fieldSelector", fieldSelector)
        items.append("limit", limit.map(String.init))
        items.append("continue", continueToken)
        items.append("resourceVersion", resourceVersion)
        items.append("resourceVersionMatch", resourceVersionMatch?.rawValue)
        return items
    }
}
