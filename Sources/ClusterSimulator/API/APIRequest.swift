/// One request to the API server, free of any transport.
public struct APIRequest: Sendable {
    /// The upper-case HTTP method.
    public var method: String
    /// The decoded path without the query, such as `/api/v1/namespaces/default/pods`.
    public var path: String
    /// The decoded query parameters in the order given.
    public var query: [(name: String, value: String)]
    /// Header fields by lower-case name.
    public var headers: [String: String]
    public var body: [UInt8]
    public var user: UserInfo

    public init(
        method: String, path: String, query: [(name: String, value: String)] = [], headers: [String: String] = [:],
        body: [UInt8] = [], user: UserInfo = .admin
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.user = user
    }

    /// The first value of a query parameter.
    public func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// A boolean query parameter as Go reads one: present and neither `0` nor `false`.
    func flag(_ name: String) -> Bool {
        guard let value = parameter(name) else { return false }
        return value != "0" && value.lowercased() != "false"
    }
}

/// Who sent a request.
public struct UserInfo: Sendable, Hashable {
    public var name: String
    public var groups: [String]

    public init(name: String, groups: [String] = []) {
        self.name = name
        self.groups = groups
    }

    public static let admin = UserInfo(name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"])
}
