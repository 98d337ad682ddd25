import HTTPServer
import HTTPTransport
import Testing

/// An HTTPS server of a test, which answers with the name in the client's certificate.
struct TLSServer {
    let port: UInt16

    static func run(
        _ identity: TLSIdentity, clientAuthority: CertificateAuthority? = nil, requiresClient: Bool = false,
        _ body: (TLSServer) async throws -> Void
    ) async throws {
        var tls = TLSConfiguration(identity, clientAuthority: clientAuthority.map { .pem($0.certificatePEM) })
        tls.requiresClientCertificate = requiresClient
        let handler: HTTPServer.Handler = { request in
            .text(request.peer.certificateCommonName ?? "nobody")
        }
        try await HTTPServer.withServer(.init(tls: tls), handler: handler) { server in
            try await body(TLSServer(port: server.port))
        }
    }

    /// Asks once, and expects to be known as `client`.
    func expectAnswer(
        to client: String, _ tls: TLSOptions, by transport: CurlTransport,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let response = try await transport.send(request(tls))
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(text == "\(client)\n", sourceLocation: sourceLocation)
    }

    /// Why there is no answer.
    func failure(
        _ tls: TLSOptions, by transport: CurlTransport, sourceLocation: SourceLocation = #_sourceLocation
    ) async -> TransportError? {
        await #expect(throws: TransportError.self, sourceLocation: sourceLocation) {
            try await transport.send(request(tls))
        }
    }

    private func request(_ tls: TLSOptions) -> HTTPRequest {
        HTTPRequest(url: "https://127.0.0.1:\(port)/", tls: tls)
    }
}

extension CertificateAuthority {
    /// Trust in this authority alone.
    var trust: TLSOptions { TLSOptions(certificateAuthority: .data(Array(certificatePEM.utf8))) }
}

extension TLSOptions {
    /// These options with a client's certificate and key.
    func presenting(_ identity: TLSIdentity) -> TLSOptions {
        var options = self
        options.clientCertificate = .data(Array(identity.certificatePEM.utf8))
        options.clientKey = .data(Array(identity.privateKeyPEM.utf8))
        return options
    }
}
