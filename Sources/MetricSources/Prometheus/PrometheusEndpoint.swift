public import Base
internal import FoundationEssentials
public import HTTPTransport

/// A Prometheus server, or anything that speaks its HTTP API (Thanos, Mimir, VictoriaMetrics).
public struct PrometheusEndpoint: Sendable, Hashable {
    public enum Authorization: Sendable, Hashable {
        case bearer(Redacted<String>)
        case basic(username: String, password: Redacted<String>)
    }

    /// `http://prometheus:9090`, with a path where the API is below one.
    public var url: String
    public var authorization: Authorization?
    public var tls: TLSOptions
    /// For one query, from connecting to the last byte; Prometheus is told to give up then too.
    public var timeout: Duration
    /// The longest answer accepted. A query for scaling has one sample, or a few.
    public var maxResponseBytes: Int

    public init(
        url: String, authorization: Authorization? = nil, tls: TLSOptions = TLSOptions(),
        timeout: Duration = .seconds(5), maxResponseBytes: Int = 1 << 20
    ) {
        self.url = url
        self.authorization = authorization
        self.tls = tls
        self.timeout = timeout
        self.maxResponseBytes = maxResponseBytes
    }

    /// Where instant queries go.
    func queryURL() throws(MetricSourceError) -> String {
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw .invalidConfiguration("prometheus.url must start with http:// or https://")
        }
        guard !url.contains("@") else {
            throw .invalidConfiguration("prometheus.url must not hold credentials: use authSecretRef")
        }
        guard !url.contains("?"), !url.contains("#") else {
            throw .invalidConfiguration("prometheus.url must be a base URL, without a query or a fragment")
        }
        var base = url[...]
        while base.hasSuffix("/") { base.removeLast() }
        return "\(base)/api/v1/query"
    }

    /// The Authorization header, if any.
    func authorizationHeader() throws(MetricSourceError) -> String? {
        switch authorization {
        case nil: return nil
        case .bearer(let token):
            guard token.exposed.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !token.exposed.isEmpty else {
                throw .invalidConfiguration(
                    "the bearer token that authSecretRef names is empty or has characters that no header may have")
            }
            return "Bearer \(token.exposed)"
        case .basic(let username, let password):
            guard !username.contains(":") else {
                throw .invalidConfiguration("the user name that authSecretRef names must not contain a colon")
            }
            return "Basic \(Data("\(username):\(password.exposed)".utf8).base64EncodedString())"
        }
    }

    /// What an answer may repeat and nobody else may see.
    var secrets: [String] {
        switch authorization {
        case nil: []
        case .bearer(let token): [token.exposed]
        case .basic(let username, let password):
            [password.exposed, Data("\(username):\(password.exposed)".utf8).base64EncodedString()]
        }
    }
}
