/// What a request is about, read from its method, path and query alone: the rules of the API server's RequestInfo,
/// which its audit log and RBAC go by.
public struct RequestAttributes: Sendable, Hashable {
    /// get, list, watch, create, update, patch, delete or deletecollection; the lower-case method for other paths.
    public var verb: String
    /// The API group; empty for the core group and for paths that are no resource's.
    public var group = ""
    /// The plural of the resource; empty for paths that are no resource's.
    public var resource = ""
    /// The subresource, such as `status`; empty without.
    public var subresource = ""
    /// The namespace; empty without.
    public var namespace = ""
    /// The object's name; empty for collections.
    public var name = ""
    /// The path as it was sent, without the query.
    public var path: String

    init(_ request: APIRequest) {
        path = request.path
        verb = request.method.lowercased()
        var rest = request.path.split(separator: "/").map(String.init)[...]
        guard let root = rest.popFirst(), root == "api" || root == "apis", rest.count >= (root == "api" ? 2 : 3) else {
            return
        }
        if root == "apis" { group = rest.removeFirst() }
        rest.removeFirst()
        readResource(rest)
        verb = Self.verb(request, hasName: !name.isEmpty)
        // A collection narrowed to one name is a request for that object (a watch of `kubectl get -w NAME`).
        if name.isEmpty, verb == "list" || verb == "watch",
            let selector = request.parameter("fieldSelector"), selector.hasPrefix("metadata.name=")
        {
            name = String(selector.dropFirst("metadata.name=".count).prefix { $0 != "," })
        }
    }

    private mutating func readResource(_ path: ArraySlice<String>) {
        var rest = path
        // /namespaces/<name>/<resource> is inside a namespace; /namespaces/<name>[/status] is the namespace itself.
        if rest.first == "namespaces", rest.count >= 2 {
            namespace = rest[rest.startIndex + 1]
            let third = rest.count >= 3 ? rest[rest.startIndex + 2] : ""
            if !["", "status", "finalize"].contains(third) { rest = rest.dropFirst(2) }
        }
        resource = rest.popFirst() ?? ""
        name = rest.popFirst() ?? ""
        subresource = rest.popFirst() ?? ""
    }

    private static func verb(_ request: APIRequest, hasName: Bool) -> String {
        switch request.method {
        case "GET", "HEAD": request.flag("watch") ? "watch" : hasName ? "get" : "list"
        case "POST": "create"
        case "PUT": "update"
        case "PATCH": "patch"
        case "DELETE": hasName ? "delete" : "deletecollection"
        default: request.method.lowercased()
        }
    }
}
