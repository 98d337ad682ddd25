public import HTTPTransport

/// Where the API server is and how to speak to it.
public struct ClientConfiguration: Sendable {
    /// Scheme, host, port and perhaps a path, without a slash at the end: `https://10.0.0.1:6443`.
    public let server: String
    public var tls: TLSOptions
    public var credentials: any CredentialSource
    public var proxy: HTTPRequest.Proxy
    /// Act as another user, if that is allowed.
    public var impersonation: Impersonation
    /// For requests that name none: the pod's own, or the context's, or `default`.
    public var defaultNamespace: String
    public var userAgent: String
    /// From a request to the end of its answer, or of a stream's headers.
    public var requestTimeout: Duration
    public var connectTimeout: Duration
    /// The longest answer to a request; watches are not bounded as a whole.
    public var maxResponseBytes: Int

    public init(
        server: String, tls: TLSOptions = TLSOptions(), credentials: any CredentialSource = FixedCredentials(),
        proxy: HTTPRequest.Proxy = .environment, impersonation: Impersonation = Impersonation(),
        defaultNamespace: String = "default", userAgent: String = "deepseek-operator",
        requestTimeout: Duration = .seconds(60), connectTimeout: Duration = .seconds(10),
        maxResponseBytes: Int = 256 << 20
    ) {
        self.server = String(server.reversed().drop { $0 == "/" }.reversed())
        self.tls = tls
        self.credentials = credentials
        self.proxy = proxy
        self.impersonation = impersonation
        self.defaultNamespace = defaultNamespace
        self.userAgent = userAgent
        self.requestTimeout = requestTimeout
        self.connectTimeout = connectTimeout
        self.maxResponseBytes = maxResponseBytes
    }
}

/// The user in whose name requests are made, by the `Impersonate-` headers.
public struct Impersonation: Sendable, Equatable {
    public var user: String?
    public var uid: String?
    public var groups: [String]
    public var extra: [String: [String]]

    public init(user: String? = nil, uid: String? = nil, groups: [String] = [], extra: [String: [String]] = [:]) {
        self.user = user
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    var headers: [HTTPHeaders.Field] {
        var fields: [HTTPHeaders.Field] = []
        if let user { fields.append(.init(name: "Impersonate-User", value: user)) }
        if let uid { fields.append(.init(name: "Impersonate-Uid", value: uid)) }
        fields += groups.map { .init(name: "Impersonate-Group", value: $0) }
        for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
            let name = "Impersonate-Extra-" + KubeRequest.percentEncoded(key)
            fields += values.map { .init(name: name, value: $0) }
        }
        return fields
    }
}
