internal import Base
public import HTTPTransport

/// A request to the API server before it has a server, credentials and time-outs. Pure.
public struct KubeRequest: Sendable, Equatable {
    public struct QueryItem: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public var method: String
    /// Unencoded segments: a slash within one is encoded.
    public var path: [String]
    public var query: [QueryItem]
    public var headers: HTTPHeaders
    public var body: [UInt8]?
    /// `nil` for ``ClientConfiguration/requestTimeout``.
    public var timeout: Duration?
    /// The longest silence of a stream.
    public var idleTimeout: Duration?

    public init(
        method: String = "GET", path: [String], query: [QueryItem] = [], headers: HTTPHeaders = [:],
        body: [UInt8]? = nil, timeout: Duration? = nil, idleTimeout: Duration? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.idleTimeout = idleTimeout
    }

    /// Whether carrying it out twice gives what once gives. Creating and JSON patches do not.
    var isRepeatable: Bool {
        switch method {
        case "GET", "HEAD", "PUT", "DELETE": true
        case "PATCH": headers["Content-Type"] != "application/json-patch+json"
        default: false
        }
    }

    /// Path and query, percent-encoded.
    public var target: String {
        let path = path.map { "/" + Self.percentEncoded($0) }.joined()
        guard !query.isEmpty else { return path }
        let items = query.map { "\(Self.percentEncoded($0.name))=\(Self.percentEncoded($0.value))" }
        return "\(path)?\(items.joined(separator: "&"))"
    }

    /// Everything but RFC 3986's unreserved characters encoded.
    static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension KubeRequest {
    /// The request as it goes to a server.
    func http(configuration: ClientConfiguration, credentials: Credentials) -> HTTPRequest {
        var headers = headers
        if headers["Accept"] == nil { headers["Accept"] = "application/json" }
        headers["User-Agent"] = configuration.userAgent
        if let authorization = credentials.authorization { headers["Authorization"] = authorization.exposed }
        for field in configuration.impersonation.headers { headers.add(name: field.name, value: field.value) }
        var tls = configuration.tls
        tls.clientCertificate = credentials.clientCertificate ?? tls.clientCertificate
        tls.clientKey = credentials.clientKey ?? tls.clientKey
        return HTTPRequest(
            method: method, url: configuration.server + target, headers: headers, body: body,
            timeout: timeout ?? configuration.requestTimeout, connectTimeout: configuration.connectTimeout,
            idleTimeout: idleTimeout, maxResponseBytes: configuration.maxResponseBytes, tls: tls,
            proxy: configuration.proxy)
    }
}

extension [KubeRequest.QueryItem] {
    /// Appends a parameter that has a value.
    mutating func append(_ name: String, _ value: String?) {
        if let value { append(KubeRequest.QueryItem(name: name, value: value)) }
    }
}
