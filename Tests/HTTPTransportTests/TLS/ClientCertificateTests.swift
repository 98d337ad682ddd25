import HTTPServer
import HTTPTransport
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ClientCertificateTests {
    private let transport = CurlTransport()
    private let authority: CertificateAuthority
    private let client: TLSIdentity

    init() throws {
        authority = try CertificateAuthority(commonName: "authority")
        client = try authority.issueClient(commonName: "operator")
    }

    private func run(requiresClient: Bool, _ body: (TLSServer) async throws -> Void) async throws {
        try await TLSServer.run(
            authority.issueServer(names: ["127.0.0.1"]), clientAuthority: authority, requiresClient: requiresClient,
            body)
    }

    @Test func theCertificateIsTakenAsDataOrFromFiles() async throws {
        let directory = try TemporaryDirectory()
        var files = authority.trust
        files.clientCertificate = .file(try directory.write("tls.crt", client.certificatePEM))
        files.clientKey = .file(try directory.write("tls.key", client.privateKeyPEM))
        try await run(requiresClient: true) { server in
            try await server.expectAnswer(to: "operator", authority.trust.presenting(client), by: transport)
            try await server.expectAnswer(to: "operator", files, by: transport)
        }
    }

    @Test func oneClientsConnectionNeverServesAnother() async throws {
        let second = try authority.issueClient(commonName: "second")
        try await run(requiresClient: false) { server in
            for (tls, name) in [
                (authority.trust.presenting(client), "operator"), (authority.trust.presenting(second), "second"),
                (authority.trust, "nobody"), (authority.trust.presenting(client), "operator"),
            ] {
                try await server.expectAnswer(to: name, tls, by: transport)
            }
        }
    }

    @Test func aServerMayRefuseTheCertificate() async throws {
        let stranger = try CertificateAuthority(commonName: "stranger")
        let unknown = try stranger.issueClient(commonName: "operator")
        try await run(requiresClient: true) { server in
            for tls in [authority.trust, authority.trust.presenting(unknown)] {
                let error = try #require(await server.failure(tls, by: transport))
                // Under TLS 1.3 the refusal comes after the client's handshake, when it may be sending already.
                #expect(error.kind == .tls || error.kind == .connectionLost, "\(error)")
                expectNoKey(of: unknown, in: error)
            }
        }
    }

    @Test func anUnusableCertificateIsTheRequestsFault() async throws {
        let other = try authority.issueClient(commonName: "other")
        let broken = client.privateKeyPEM.replacing("\n", with: "!\n", maxReplacements: 2)
        try await run(requiresClient: true) { server in
            for key in [other.privateKeyPEM, broken, client.certificatePEM, ""] {
                var tls = authority.trust.presenting(client)
                tls.clientKey = .data(Array(key.utf8))
                let error = try #require(await server.failure(tls, by: transport))
                #expect(error.kind == .invalidRequest, "\(error)")
                expectNoKey(of: client, in: error)
                expectNoKey(of: other, in: error)
            }
        }
    }

    /// Not a line of the key may be in what a log gets to see.
    private func expectNoKey(of identity: TLSIdentity, in error: TransportError) {
        for line in identity.privateKeyPEM.split(separator: "\n") where !line.hasPrefix("-----") {
            #expect(!"\(error)".contains(line))
        }
    }
}
