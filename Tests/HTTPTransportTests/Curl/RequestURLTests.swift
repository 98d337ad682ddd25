import Testing

@testable import HTTPTransport

@Suite struct RequestURLTests {
    @Test(arguments: [
        ("https://10.0.0.1:6443/api?x=1", "10.0.0.1", 6443, "/api?x=1"),
        ("http://example.com", "example.com", 80, ""),
        ("HTTPS://[fd00::1]/a", "fd00::1", 443, "/a"),
        ("https://[fd00::1]:8443?watch=1", "fd00::1", 8443, "?watch=1"),
    ])
    func readsHostAndPort(_ url: String, _ host: String, _ port: UInt16, _ rest: String) throws {
        let parts = try RequestURL(url)
        #expect((parts.host, parts.port, parts.rest) == (host, port, rest))
    }

    @Test(arguments: [
        ("10.0.0.1:6443", "has no scheme"),
        ("ftp://host/", "\"ftp\"; it must be https or http"),
        ("https://", "has no host"),
        ("https://:443/", "has no host"),
        ("https://host:0/", "port is \"0\""),
        ("https://host:65536/", "port is \"65536\""),
        ("https://host:/", "port is \"\""),
        ("https://[::1/", "\"[\" without \"]\""),
        ("https://[::1]x/", "between its host and its port"),
        ("https://user:pw@host/", "credentials"),
        ("https://host/a b", "blank"),
        ("https://host/\r\nX: y", "control"),
        ("https://bücher/", "non-ASCII"),
    ])
    func refusesWhatIsNoURL(_ url: String, _ message: String) {
        let error = #expect(throws: TransportError.self) { try RequestURL(url) }
        #expect(error?.kind == .invalidRequest)
        #expect(error?.message.contains(message) == true)
    }

    @Test func putsAServerNameInThePlaceOfTheHost() throws {
        let url = try RequestURL("https://[fd00::1]:6443/api?limit=5")
        #expect(url.replacingHost(with: "kubernetes") == "https://kubernetes:6443/api?limit=5")
        #expect(url.hostAndPort == "[fd00::1]:6443")
    }
}
