/// One request, with everything that bounds it. Redirects are never followed.
public struct HTTPRequest: Sendable {
    /// Which proxy a request takes.
    public enum Proxy: Sendable, Equatable {
        /// libcurl's rules: `https_proxy`, `HTTPS_PROXY`, `http_proxy` (lower case only), `all_proxy` and `ALL_PROXY`,
        /// less what `no_proxy`/`NO_PROXY` lists; never for a loopback host.
        case environment
        /// None, whatever the environment says.
        case none
        /// This one: `http`, `https` or `socks5` URL. A `socks5` proxy resolves the names.
        case url(String)
    }

    /// Which HTTP version to ask for.
    public enum Version: Sendable, Equatable {
        /// HTTP/2 where TLS negotiates it, HTTP/1.1 elsewhere.
        case automatic
        case http1
    }

    public var method: String
    /// An absolute `http` or `https` URL, percent-encoded, sent as it is.
    public var url: String
    public var headers: HTTPHeaders
    public var body: [UInt8]?
    /// For a unary request: from the call to the body's last byte. For a stream: to the end of its headers.
    public var timeout: Duration
    /// For name resolution, connection and TLS handshake.
    public var connectTimeout: Duration
    /// The longest silence within a streamed body; `nil` waits forever. Time in which nobody reads does not count.
    public var idleTimeout: Duration?
    /// The longest body, decompressed, that a unary request accepts.
    public var maxResponseBytes: Int
    public var tls: TLSOptions
    public var proxy: Proxy
    public var version: Version

    public init(
        method: String = "GET", url: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil,
        timeout: Duration = .seconds(30), connectTimeout: Duration = .seconds(10), idleTimeout: Duration? = nil,
        maxResponseBytes: Int = 64 << 20, tls: TLSOptions = TLSOptions(), proxy: Proxy = .environment,
        version: Version = .automatic
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.idleTimeout = idleTimeout
        self.maxResponseBytes = maxResponseBytes
        self.tls = tls
        self.proxy = proxy
        self.version = version
    }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Method and URL only, since bodies hold Secrets, and the URL without user and password.
    public var description: String { "\(method) \(Self.withoutUserinfo(url))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, unlabeledChildren: [description]) }

    private static func withoutUserinfo(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let at = authority.lastIndex(of: "@") else { return url }
        return "\(url[..<scheme.upperBound])[redacted]\(url[at...])"
    }
}
