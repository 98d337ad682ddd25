/// The parts of an absolute `http` or `https` URL that a transport has to know; the rest is sent as it is.
struct RequestURL: Equatable {
    let scheme: String
    /// Without the brackets of an IPv6 address.
    let host: String
    /// The URL's own, or the scheme's.
    let port: UInt16
    /// Host and port as written in the URL.
    let authority: String
    /// Path and query.
    let rest: String

    init(_ url: String) throws(TransportError) {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw TransportError(.invalidRequest, "the URL has a blank, control or non-ASCII character")
        }
        guard let schemeEnd = url.firstRange(of: "://") else {
            throw TransportError(.invalidRequest, "the URL has no scheme; it must begin with https:// or http://")
        }
        scheme = url[..<schemeEnd.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else {
            throw TransportError(.invalidRequest, "the URL's scheme is \"\(scheme)\"; it must be https or http")
        }
        let afterScheme = url[schemeEnd.upperBound...]
        let authorityEnd = afterScheme.firstIndex { "/?#".contains($0) } ?? afterScheme.endIndex
        authority = String(afterScheme[..<authorityEnd])
        rest = String(afterScheme[authorityEnd...])
        guard !authority.contains("@") else {
            throw TransportError(.invalidRequest, "the URL has credentials in it; send them in a header")
        }
        let parts = try Self.split(authority)
        host = parts.host
        port = parts.port ?? (scheme == "https" ? 443 : 80)
    }

    /// The URL with another host in the place of its own.
    func replacingHost(with name: String) -> String {
        "\(scheme)://\(Self.bracketed(name)):\(port)\(rest)"
    }

    /// Host and port with the brackets that an IPv6 address needs.
    var hostAndPort: String { "\(Self.bracketed(host)):\(port)" }

    /// Whether the host is this machine by name or address.
    var isLoopback: Bool {
        host.lowercased() == "localhost" || host.hasPrefix("127.") || host == "::1"
    }

    static func bracketed(_ host: String) -> String {
        host.contains(":") ? "[\(host)]" : host
    }

    private static func split(_ authority: String) throws(TransportError) -> (host: String, port: UInt16?) {
        let host: Substring
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else {
                throw TransportError(.invalidRequest, "the URL's host has \"[\" without \"]\"")
            }
            host = authority[authority.index(after: authority.startIndex)..<close]
            let tail = authority[authority.index(after: close)...]
            if !tail.isEmpty {
                guard tail.hasPrefix(":") else {
                    throw TransportError(.invalidRequest, "the URL has text between its host and its port")
                }
                port = tail.dropFirst()
            }
        } else {
            let colon = authority.firstIndex(of: ":") ?? authority.endIndex
            host = authority[..<colon]
            port = colon == authority.endIndex ? nil : authority[authority.index(after: colon)...]
        }
        guard !host.isEmpty else { throw TransportError(.invalidRequest, "the URL has no host") }
        guard let port else { return (String(host), nil) }
        guard let number = UInt16(port), number > 0 else {
            throw TransportError(.invalidRequest, "the URL's port is \"\(port)\"; it must be 1 to 65535")
        }
        return (String(host), number)
    }
}
