extension HTTPServer {
    /// One complete request: the body has been read, within `Limits.bodyBytes`.
    public struct Request: Sendable {
        /// The method, case-sensitive as sent.
        public var method: String
        /// The path in front of `?`, still percent-encoded, starting with `/` (or `*` for OPTIONS).
        public var path: String
        /// What follows `?`, still percent-encoded; nil without `?`.
        public var query: String?
        /// The header fields in the order sent.
        public var headers: HeaderFields
        /// The body without its transfer coding; empty when there was none.
        public var body: [UInt8]
        /// Who is at the other end of the connection.
        public var peer: Peer

        /// A request as a parser or a test makes it.
        public init(
            method: String, path: String, query: String? = nil, headers: HeaderFields = HeaderFields(),
            body: [UInt8] = [], peer: Peer = Peer(address: "")
        ) {
            self.method = method
            self.path = path
            self.query = query
            self.headers = headers
            self.body = body
            self.peer = peer
        }
    }

    /// The other end of a connection.
    public struct Peer: Sendable, Equatable {
        /// The numeric address, `127.0.0.1` or `::1`, without the port.
        public var address: String
        /// The common name of a client certificate that was verified against `TLSConfiguration.clientAuthority`.
        public var certificateCommonName: String?

        /// A peer as the server or a test makes it.
        public init(address: String, certificateCommonName: String? = nil) {
            self.address = address
            self.certificateCommonName = certificateCommonName
        }
    }
}

extension HTTPServer.Request {
    /// The path's segments, each percent-decoded: `/a/b%2Fc` is `["a", "b/c"]`. Nil when an escape is malformed or the
    /// result is no UTF-8. Empty segments are kept, so `/a//b` and `/a/b` differ.
    public var pathSegments: [String]? {
        var segments: [String] = []
        for segment in path.utf8.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false) {
            guard let decoded = PercentEncoding.decode(segment) else { return nil }
            segments.append(decoded)
        }
        return segments == [""] ? [] : segments
    }

    /// The query's parameters in order, decoded as forms are (`+` is a space). Nil when an escape is malformed.
    public var queryItems: [(name: String, value: String)]? {
        var items: [(name: String, value: String)] = []
        for pair in (query ?? "").utf8.split(separator: 0x26) {
            let name = pair.prefix { $0 != 0x3D }
            let value = pair.dropFirst(name.count).dropFirst()
            guard let decodedName = PercentEncoding.decode(name, plusIsSpace: true),
                let decodedValue = PercentEncoding.decode(value, plusIsSpace: true)
            else { return nil }
            items.append((decodedName, decodedValue))
        }
        return items
    }
}
