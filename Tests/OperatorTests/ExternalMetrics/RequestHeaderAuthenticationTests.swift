import HTTPServer
import KubeCore
import Testing

@testable import Operator

@Suite struct RequestHeaderAuthenticationTests {
    private static func configMap(_ change: [String: String?] = [:]) -> JSONValue {
        var data = [
            "requestheader-client-ca-file": "PEM", "requestheader-allowed-names": #"["front-proxy"]"#,
            "requestheader-username-headers": #"["X-Remote-User"]"#,
        ]
        for (key, value) in change { data[key] = value }
        return ["data": JSONValue(data)]
    }

    private static func request(_ name: String?, _ headers: HeaderFields) -> HTTPServer.Request {
        HTTPServer.Request(
            method: "GET", path: "/", headers: headers,
            peer: HTTPServer.Peer(address: "127.0.0.1", certificateCommonName: name))
    }

    /// Only a certificate of the right name, and with it only a request that speaks for somebody.
    @Test(arguments: [
        ("front-proxy", ["x-remote-user": "hpa"], "hpa"), ("front-proxy", ["X-Remote-User": "hpa"], "hpa"),
        ("front-proxy", [:], nil), ("front-proxy", ["X-Remote-Group": "system:masters"], nil),
        ("somebody", ["X-Remote-User": "hpa"], nil), (nil, ["X-Remote-User": "hpa"], nil),
    ])
    func onlyTheAggregatorIsKnown(name: String?, headers: [String: String], user: String?) throws {
        let authentication = try RequestHeaderAuthentication(configMap: Self.configMap())
        var fields = HeaderFields()
        for (name, value) in headers { fields.append(name, value) }
        #expect(authentication.user(Self.request(name, fields)) == user)
    }

    /// No names allow every certificate that the authority signed, and still none without one.
    @Test func noAllowedNamesMeansAnyOfTheAuthoritys() throws {
        for names in ["[]", "", nil] {
            let authentication = try RequestHeaderAuthentication(
                configMap: Self.configMap(["requestheader-allowed-names": names]))
            #expect(authentication.user(Self.request("any", ["X-Remote-User": "hpa"])) == "hpa")
            #expect(authentication.user(Self.request(nil, ["X-Remote-User": "hpa"])) == nil)
        }
    }

    @Test(arguments: [
        ("requestheader-client-ca-file", nil, "requestheader-client-ca-file"),
        ("requestheader-client-ca-file", "", "requestheader-client-ca-file"),
        ("requestheader-allowed-names", "front-proxy", "requestheader-allowed-names is no list"),
        ("requestheader-allowed-names", "[1]", "something else than texts"),
        ("requestheader-username-headers", "[]", "names no header"),
    ])
    func settingsThatCannotBeUsedAreNamed(key: String, value: String?, message: String) {
        let error = #expect(throws: RequestHeaderAuthentication.Unusable.self) {
            try RequestHeaderAuthentication(configMap: Self.configMap([key: value]))
        }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
}
