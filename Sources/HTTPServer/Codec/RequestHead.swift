/// A request's line and header fields, and what they say about the rest of the connection.
struct RequestHead {
    /// How the end of the body is found.
    enum Framing: Equatable {
        case length(Int)
        case chunked
    }

    var method = ""
    var path = ""
    var query: String?
    /// The authority of a target in absolute form; it must equal Host.
    var authority: String?
    var isHTTP10 = false
    var headers = HeaderFields()

    /// The framing, by RFC 9112 6.3 without its tolerance: whatever two parsers could read differently is refused.
    func framing() throws(RequestError) -> Framing {
        guard headers.contains("transfer-encoding") else {
            let lengths = headers.values("content-length")
            guard let first = lengths.first else { return .length(0) }
            guard lengths.count == 1 else { throw .malformed("Content-Length appears more than once") }
            guard let length = HTTPGrammar.decimal(Array(first.utf8)[...]) else {
                throw .malformed("Content-Length is not a number")
            }
            return .length(length)
        }
        let codings = headers.values("transfer-encoding")
        guard !headers.contains("content-length") else {
            throw .malformed("Content-Length beside Transfer-Encoding")
        }
        guard !isHTTP10 else { throw .malformed("Transfer-Encoding in an HTTP/1.0 request") }
        guard codings.count == 1 else { throw .malformed("Transfer-Encoding appears more than once") }
        guard codings[0].lowercased() == "chunked" else {
            guard !codings[0].isEmpty, codings[0].utf8.allSatisfy(HTTPGrammar.isToken) else {
                throw .malformed("Transfer-Encoding is not exactly chunked")
            }
            throw RequestError(status: 501, reason: "a transfer coding other than chunked")
        }
        return .chunked
    }

    /// Whether the connection may carry another request after this one.
    var keepsAlive: Bool {
        let options = headers.values("connection").joined(separator: ",").lowercased().split(separator: ",")
            .map { $0.filter { $0 != " " && $0 != "\t" } }
        if options.contains("close") { return false }
        return isHTTP10 ? options.contains("keep-alive") : true
    }

    /// Whether the client waits for `100 Continue` before it sends the body.
    ///
    /// - Throws: 417 for any other expectation.
    func expectsContinue() throws(RequestError) -> Bool {
        guard let expectation = headers["expect"], !isHTTP10 else { return false }
        guard expectation.lowercased() == "100-continue" else {
            throw RequestError(status: 417, reason: "an expectation other than 100-continue")
        }
        return true
    }

    /// Exactly one valid Host (an HTTP/1.0 request may have none), equal to the target's authority if that has one.
    func checkHost() throws(RequestError) {
        let hosts = headers.values("host")
        guard hosts.count == 1 else {
            if hosts.isEmpty && isHTTP10 && authority == nil { return }
            throw .malformed(hosts.isEmpty ? "Host is missing" : "Host appears more than once")
        }
        guard !hosts[0].isEmpty, hosts[0].utf8.allSatisfy(Self.isHostCharacter) else {
            throw .malformed("Host is invalid")
        }
        guard authority.map({ $0.lowercased() == hosts[0].lowercased() }) ?? true else {
            throw .malformed("Host differs from the request target")
        }
    }

    /// Letters, digits and `-._~%!$&'()*+;=:[]`: reg-name, IP literals and a port, without the comma that would join
    /// two hosts.
    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x2D, 0x2E, 0x5F, 0x7E, 0x25, 0x21, 0x24, 0x26...0x2B, 0x3B, 0x3D, 0x3A, 0x5B, 0x5D: true
        default: false
        }
    }
}
