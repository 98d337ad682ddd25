import HTTPTransport
import Testing

@testable import HTTPServer

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    static let handler: HTTPServer.Handler = { request in
        request.path == "/large"
            ? HTTPServer.Response(status: 200, body: .bytes([UInt8](repeating: 0x61, count: 3 << 20)))
            : .text("\(request.peer.certificateCommonName ?? "nobody") \(request.body.count)")
    }

    private func send(
        _ path: String, to server: HTTPServer, body: [UInt8]? = nil, tls: TLSOptions, host: String = "127.0.0.1"
    ) async throws -> HTTPResponse {
        let transport = CurlTransport()
        defer { transport.shutDown() }
        return try await transport.send(
            HTTPRequest(
                method: body == nil ? "GET" : "POST", url: "https://\(host):\(server.port)\(path)", body: body, tls: tls
            ))
    }

    @Test func servesAClientThatTrustsTheAuthority() async throws {
        let authority = try CertificateAuthority(commonName: "test authority")
        let identity = try authority.issueServer(names: ["127.0.0.1", "localhost", "::1"])
        let trust = TLSOptions(certificateAuthority: .data(Array(authority.certificatePEM.utf8)))
        try await HTTPServer.withServer(.init(tls: TLSConfiguration(identity)), handler: Self.handler) { server in
            for host in ["127.0.0.1", "localhost"] {
                let answer = try await send("/", to: server, tls: trust, host: host)
                #expect(answer.body == Array("nobody 0\n".utf8))
            }
            let large = try await send("/large", to: server, tls: trust)
            #expect(large.body.count == 3 << 20)
            let upload = try await send("/", to: server, body: [UInt8](repeating: 0, count: 2 << 20), tls: trust)
            #expect(upload.body == Array("nobody 2097152\n".utf8))
            let other = try CertificateAuthority(commonName: "another")
            let distrust = TLSOptions(certificateAuthority: .data(Array(other.certificatePEM.utf8)))
            await #expect(throws: TransportError.self) { try await send("/", to: server, tls: distrust) }
        }
    }

    @Test func clientCertificatesAreVerifiedAndNamed() async throws {
        let authority = try CertificateAuthority(commonName: "test authority")
        let stranger = try CertificateAuthority(commonName: "stranger")
        var tls = TLSConfiguration(
            try authority.issueServer(names: ["127.0.0.1"]), clientAuthority: .pem(authority.certificatePEM))
        func options(_ identity: TLSIdentity?) -> TLSOptions {
            TLSOptions(
                certificateAuthority: .data(Array(authority.certificatePEM.utf8)),
                clientCertificate: identity.map { .data(Array($0.certificatePEM.utf8)) },
                clientKey: identity.map { .data(Array($0.privateKeyPEM.utf8)) })
        }
        let known = options(try authority.issueClient(commonName: "front-proxy"))
        let unknown = options(try stranger.issueClient(commonName: "front-proxy"))
        try await HTTPServer.withServer(.init(tls: tls), handler: Self.handler) { server in
            let named = try await send("/", to: server, tls: known)
            #expect(named.body == Array("front-proxy 0\n".utf8))
            let unnamed = try await send("/", to: server, tls: options(nil))
            #expect(unnamed.body == Array("nobody 0\n".utf8))
            await #expect(throws: TransportError.self) { try await send("/", to: server, tls: unknown) }
        }
        tls.requiresClientCertificate = true
        try await HTTPServer.withServer(.init(tls: tls), handler: Self.handler) { server in
            let answer = try await send("/", to: server, tls: known)
            #expect(answer.status == 200)
            await #expect(throws: TransportError.self) { try await send("/", to: server, tls: options(nil)) }
        }
    }

    /// A renewed certificate is shown to those who come later, and an unusable one leaves the last in use.
    @Test func certificatesAreReplacedWhileServing() async throws {
        let old = try CertificateAuthority(commonName: "old")
        let new = try CertificateAuthority(commonName: "new")
        func trust(_ authority: CertificateAuthority) -> TLSOptions {
            TLSOptions(certificateAuthority: .data(Array(authority.certificatePEM.utf8)))
        }
        let tls = TLSConfiguration(try old.issueServer(names: ["127.0.0.1"]))
        try await HTTPServer.withServer(.init(tls: tls), handler: Self.handler) { server in
            #expect(try await send("/", to: server, tls: trust(old)).status == 200)
            try server.replaceTLS(TLSConfiguration(try new.issueServer(names: ["127.0.0.1"])))
            #expect(throws: ServerError.self) {
                try server.replaceTLS(TLSConfiguration(certificateChain: .pem(""), privateKey: .pem("")))
            }
            #expect(try await send("/", to: server, tls: trust(new)).status == 200)
            await #expect(throws: TransportError.self) { try await send("/", to: server, tls: trust(old)) }
        }
    }

    @Test func unusableCertificatesAreErrors() throws {
        let authority = try CertificateAuthority(commonName: "a")
        let one = try authority.issueServer(names: ["a"])
        let two = try authority.issueServer(names: ["b"])
        let unusable = [
            TLSConfiguration(certificateChain: .pem("nothing"), privateKey: .pem(one.privateKeyPEM)),
            TLSConfiguration(certificateChain: .pem(one.certificatePEM), privateKey: .pem("nothing")),
            TLSConfiguration(certificateChain: .pem(one.certificatePEM), privateKey: .pem(two.privateKeyPEM)),
            TLSConfiguration(certificateChain: .file(path: "/nonexistent"), privateKey: .pem(one.privateKeyPEM)),
            TLSConfiguration(one, clientAuthority: .pem("nothing")),
        ]
        for tls in unusable {
            #expect(throws: ServerError.self) { try HTTPServer(.init(tls: tls), handler: Self.handler) }
        }
        #expect(!"\(TLSConfiguration(one)) \(one)".contains("PRIVATE"))
        for name in ["", "a,DNS:b", "a b", "a\nb"] {
            #expect(throws: ServerError.self) { try authority.issueServer(names: [name]) }
        }
    }

    @Test func plainBytesOnATLSPortAreDropped() async throws {
        let identity = try CertificateAuthority(commonName: "a").issueServer(names: ["a"])
        try await HTTPServer.withServer(.init(tls: TLSConfiguration(identity)), handler: Self.handler) { server in
            let client = try RawClient(port: server.port)
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await !client.receive().contains("HTTP/1.1 200"))
        }
    }
}
