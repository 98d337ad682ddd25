import Base
import HTTPTransport
import KubeClient
import KubeCore
import TestSupport
import Testing

/// A canary in every secret place shows up in no description and no error.
@Suite struct SecrecyTests {
    private static let credentials = Credentials(
        authorization: Redacted("Bearer canary"), clientCertificate: .data(Array("canary".utf8)),
        clientKey: .data(Array("canary".utf8)))

    private func texts(_ value: Any) -> String {
        var text = "\(value) \(String(reflecting: value)) "
        dump(value, to: &text)
        return text
    }

    @Test func descriptionsShowNone() async throws {
        let configuration = ClientConfiguration(
            server: "http://h", tls: TLSOptions(clientKey: .data(Array("canary".utf8))),
            credentials: FixedCredentials(Self.credentials))
        let transport = FakeTransport { _ in .json("{}", headers: ["Set-Cookie": "canary"]) }
        let client = KubeClient(configuration: configuration, transport: transport)
        let response = try await client.send(KubeRequest(path: ["a"], body: Array("canary".utf8)))
        let sent = try #require(transport.requests.first)
        #expect(sent.headers["Authorization"] == "Bearer canary")
        for value: Any in [Self.credentials, configuration, sent, sent.headers, sent.tls, response] {
            let text = texts(value)
            #expect(!text.contains("canary"))
            #expect(!text.contains("99, 97, 110"), "the bytes of canary")
        }
    }

    @Test(arguments: [TransportError.Kind.connect, .tls, .invalidRequest])
    func errorsShowNone(_ kind: TransportError.Kind) async {
        let configuration = ClientConfiguration(server: "http://h", credentials: FixedCredentials(Self.credentials))
        let transport = FakeTransport { _ throws(TransportError) in throw TransportError(kind, "no") }
        let client = KubeClient(configuration: configuration, transport: transport)
        let error = await #expect(throws: KubeError.self) { try await client.send(KubeRequest(path: ["a"])) }
        #expect(!texts(error as Any).contains("canary"))
    }

    @Test func aHeaderThatCannotBeSentIsNotShown() async {
        let source = FixedCredentials(Credentials(authorization: Redacted("Bearer canary\r\nX: y")))
        let configuration = ClientConfiguration(server: "http://127.0.0.1:9", credentials: source)
        let transport = CurlTransport()
        defer { transport.shutDown() }
        let client = KubeClient(configuration: configuration, transport: transport)
        let error = await #expect(throws: KubeError.self) { try await client.send(KubeRequest(path: ["a"])) }
        #expect(error?.description.contains("header Authorization has a control character") == true)
        #expect(!texts(error as Any).contains("canary"))
    }
}
