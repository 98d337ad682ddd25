internal import CCurl

extension CurlHandle {
    /// What a request's answer is for: a stream must not wait for a decompressor's buffer to fill.
    enum Purpose {
        case unary
        case stream
    }

    /// Sets everything that `request` asks for, except where its answer goes.
    func configure(_ request: HTTPRequest, purpose: Purpose) throws(TransportError) {
        let url = try RequestURL(request.url)
        try RequestRules.check(request)
        try configureConnection(request, url: url)
        try configureTLS(request.tls)
        try configureServerName(request.tls.serverName, url: url)
        try configureProxy(request.proxy, url: url)
        try configureMethodAndBody(request)
        try configureHeaders(request, url: url)
        if purpose == .unary { try set(CURLOPT_ACCEPT_ENCODING, "gzip") }
    }

    private func configureConnection(_ request: HTTPRequest, url: RequestURL) throws(TransportError) {
        try set(CURLOPT_URL, request.url)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_PATH_AS_IS, 1)
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // Without it, a cancelled transfer waits on the loop's thread for its name resolution to end.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Self.milliseconds(request.connectTimeout)))
        let version = request.version == .http1 ? ccurl_http_version_1_1 : ccurl_http_version_2tls
        try set(CURLOPT_HTTP_VERSION, version)
        // Prefer a stream on a connection that is being made to a connection more.
        try set(CURLOPT_PIPEWAIT, request.version == .automatic && url.scheme == "https" ? 1 : 0)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_TCP_KEEPIDLE, 30)
        try set(CURLOPT_TCP_KEEPINTVL, 15)
    }

    private func configureTLS(_ tls: TLSOptions) throws(TransportError) {
        try set(CURLOPT_SSLVERSION, ccurl_tls_1_2_or_later)
        try set(CURLOPT_SSL_VERIFYPEER, tls.insecureSkipVerify ? 0 : 1)
        try set(CURLOPT_SSL_VERIFYHOST, tls.insecureSkipVerify ? 0 : 2)
        if let authority = tls.certificateAuthority {
            // The built-in directory would go on being trusted beside the authority that was asked for.
            try setNone(CURLOPT_CAPATH)
            // libcurl would keep a file's authorities for a day; a service account's are replaced while this runs.
            try set(CURLOPT_CA_CACHE_TIMEOUT, 0)
            try set(authority, data: CURLOPT_CAINFO_BLOB, file: CURLOPT_CAINFO)
        }
        if let certificate = tls.clientCertificate {
            try set(CURLOPT_SSLCERTTYPE, "PEM")
            try set(certificate, data: CURLOPT_SSLCERT_BLOB, file: CURLOPT_SSLCERT)
        }
        if let key = tls.clientKey {
            try set(CURLOPT_SSLKEYTYPE, "PEM")
            try set(key, data: CURLOPT_SSLKEY_BLOB, file: CURLOPT_SSLKEY)
        }
    }

    private func set(_ pem: TLSOptions.PEM, data: CURLoption, file: CURLoption) throws(TransportError) {
        switch pem {
        case .data(let bytes): try set(data, blob: bytes)
        case .file(let path): try set(file, path)
        }
    }

    /// Connects to the URL's host, but under another name: SNI and verification go by the URL, so the name takes the
    /// host's place there, and the address and `Host` header are given explicitly.
    private func configureServerName(_ name: String?, url: RequestURL) throws(TransportError) {
        guard let name, url.scheme == "https" else { return }
        try set(CURLOPT_URL, url.replacingHost(with: name))
        try set(CURLOPT_CONNECT_TO, list: ["\(RequestURL.bracketed(name)):\(url.port):\(url.hostAndPort)"])
    }

    private func configureProxy(_ proxy: HTTPRequest.Proxy, url: RequestURL) throws(TransportError) {
        switch proxy {
        case .environment:
            if url.isLoopback { try set(CURLOPT_PROXY, "") }
        case .none:
            try set(CURLOPT_PROXY, "")
        case .url(let proxy):
            // "socks5h" is libcurl's way to say that the proxy resolves names.
            let isSocks = proxy.hasPrefix("socks5://")
            try set(CURLOPT_PROXY, isSocks ? "socks5h://" + proxy.dropFirst("socks5://".count) : proxy)
            try set(CURLOPT_NOPROXY, "")
        }
    }

    private func configureMethodAndBody(_ request: HTTPRequest) throws(TransportError) {
        if request.method == "HEAD" {
            try set(CURLOPT_NOBODY, 1)
        } else if let body = request.body {
            try setBody(body)
        } else if request.method == "POST" || request.method == "PUT" || request.method == "PATCH" {
            try setBody([])
        }
        try set(CURLOPT_CUSTOMREQUEST, request.method)
    }

    private func configureHeaders(_ request: HTTPRequest, url: RequestURL) throws(TransportError) {
        // A name without a value removes what libcurl would add by itself.
        var lines = ["Expect:"]
        if request.headers["Content-Type"] == nil { lines.append("Content-Type:") }
        if request.tls.serverName != nil, request.headers["Host"] == nil { lines.append("Host: \(url.authority)") }
        for field in request.headers.fields {
            // "name;" is libcurl's way to send a header without a value.
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        try set(CURLOPT_HTTPHEADER, list: lines)
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = Int(seconds).multipliedReportingOverflow(by: 1000)
        return overflow ? Int(Int32.max) : min(whole &+ Int(attoseconds / 1_000_000_000_000_000), Int(Int32.max))
    }
}
