public import KubeCore

/// A change to an object.
public enum Patch: Sendable, Equatable {
    /// JSON Merge Patch (RFC 7386): objects merge, null removes, lists are replaced.
    case merge(JSONValue)
    /// JSON Patch (RFC 6902).
    case json(JSONPatch)
    /// Server-side apply: the object with all fields that `fieldManager` owns, which loses those it no longer sends.
    /// With `force`, fields of other managers are taken over; without, they are a conflict.
    case apply(JSONValue, fieldManager: String, force: Bool = false)

    var contentType: String {
        switch self {
        case .merge: "application/merge-patch+json"
        case .json: "application/json-patch+json"
        case .apply: "application/apply-patch+yaml"
        }
    }

    var body: JSONValue {
        switch self {
        case .merge(let body): body
        case .json(let patch): patch.json
        case .apply(let object, _, _): object
        }
    }

    func query(_ options: WriteOptions) -> [KubeRequest.QueryItem] {
        guard case .apply(_, let fieldManager, let force) = self else { return options.query }
        var options = options
        options.fieldManager = fieldManager
        var items = options.query
        items.append("force", force ? "true" : nil)
        return items
    }
}
