import HTTPServer
import HTTPTransport
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ServerVerificationTests {
    private let transport = CurlTransport()
    private let authority: CertificateAuthority

    init() throws { authority = try CertificateAuthority(commonName: "authority") }

    @Test func anUnknownAuthorityIsRefusedUnlessVerificationIsOff() async throws {
        let stranger = try CertificateAuthority(commonName: "stranger")
        try await TLSServer.run(authority.issueServer(names: ["127.0.0.1"])) { server in
            #expect(await server.failure(TLSOptions(), by: transport)?.kind == .tls)
            #expect(await server.failure(stranger.trust, by: transport)?.kind == .tls)
            let careless = TLSOptions(insecureSkipVerify: true)
            try await server.expectAnswer(to: "nobody", careless, by: transport)
            // The connection that nobody verified is still open: it must not serve who wants verification.
            #expect(await server.failure(TLSOptions(), by: transport)?.kind == .tls)
            #expect(await server.failure(stranger.trust, by: transport)?.kind == .tls)
        }
    }

    @Test func theAuthorityIsTakenAsDataOrFromAFile() async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("ca.crt", authority.certificatePEM)
        try await TLSServer.run(authority.issueServer(names: ["127.0.0.1"])) { server in
            try await server.expectAnswer(to: "nobody", authority.trust, by: transport)
            try await server.expectAnswer(to: "nobody", TLSOptions(certificateAuthority: .file(file)), by: transport)
        }
    }

    @Test func anAuthoritysFileIsReadAgainForANewConnection() async throws {
        let successor = try CertificateAuthority(commonName: "successor")
        let directory = try TemporaryDirectory()
        let trust = TLSOptions(certificateAuthority: .file(try directory.write("ca.crt", authority.certificatePEM)))
        try await TLSServer.run(authority.issueServer(names: ["127.0.0.1"])) { server in
            try await server.expectAnswer(to: "nobody", trust, by: transport)
        }
        try directory.write("ca.crt", successor.certificatePEM)
        try await TLSServer.run(successor.issueServer(names: ["127.0.0.1"])) { server in
            try await server.expectAnswer(to: "nobody", trust, by: transport)
        }
        try await TLSServer.run(authority.issueServer(names: ["127.0.0.1"])) { server in
            #expect(await server.failure(trust, by: transport)?.kind == .tls)
        }
    }

    @Test func anUnusableAuthorityIsTheRequestsFault() async throws {
        try await TLSServer.run(authority.issueServer(names: ["127.0.0.1"])) { server in
            for pem in [TLSOptions.PEM.data(Array("nothing".utf8)), .data([]), .file("/nonexistent/ca.crt")] {
                let error = await server.failure(TLSOptions(certificateAuthority: pem), by: transport)
                #expect(error?.kind == .invalidRequest, "\(pem): \(error?.message ?? "")")
            }
        }
    }

    @Test(arguments: [["other.test"], ["127.0.0.2"], ["*.0.0.1"]])
    func anotherNamesCertificateIsRefused(_ names: [String]) async throws {
        try await TLSServer.run(authority.issueServer(names: names)) { server in
            #expect(await server.failure(authority.trust, by: transport)?.kind == .tls)
        }
    }

    @Test func anExpiredCertificateIsRefused() async throws {
        let expired = try authority.issueServer(names: ["127.0.0.1"], lifetime: .seconds(-3600))
        try await TLSServer.run(expired) { server in
            let error = await server.failure(authority.trust, by: transport)
            #expect(error?.kind == .tls)
            #expect(error?.message.contains("expired") == true)
        }
    }

    @Test func serverNameTakesTheHostsPlaceInVerification() async throws {
        try await TLSServer.run(authority.issueServer(names: ["kubernetes.default.svc"])) { server in
            var tls = authority.trust
            #expect(await server.failure(tls, by: transport)?.kind == .tls)
            tls.serverName = "kubernetes.default.svc"
            try await server.expectAnswer(to: "nobody", tls, by: transport)
            tls.serverName = "kubernetes.default"
            #expect(await server.failure(tls, by: transport)?.kind == .tls)
        }
    }

    @Test func serverNameIsSentAsSNI() async throws {
        let hellos = AsyncStream<[UInt8]>.makeStream()
        let server = try SocketServer { connection in
            guard let head = connection.readBody(5) else { return }
            hellos.continuation.yield(connection.readBody(Int(head[3]) << 8 | Int(head[4])) ?? [])
            connection.hangUp()
        }
        defer { server.stop() }
        let request = HTTPRequest(
            url: "https://127.0.0.1:\(server.port)/", tls: TLSOptions(serverName: "kubernetes.default.svc"))
        let error = await #expect(throws: TransportError.self) { try await transport.send(request) }
        #expect(error?.kind == .tls)
        let hello = try #require(await hellos.stream.first { _ in true })
        #expect(String(decoding: hello, as: Unicode.ASCII.self).contains("kubernetes.default.svc"))
    }
}
