import KubeCore
import Testing

@testable import ClusterSimulator

@Suite struct TokenTests {
    private static let accounts = "/api/v1/namespaces/default/serviceaccounts"

    private static func cluster() throws -> TestCluster {
        let test = TestCluster()
        let account: JSONValue = ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "robot"]]
        try test.json("POST", accounts, account)
        return test
    }

    private static func token(_ test: TestCluster, _ spec: JSONValue = [:]) throws -> JSONValue {
        let body: JSONValue = ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec]
        return try test.json("POST", "\(accounts)/robot/token", body)
    }

    @Test func aTokenIsItsAccounts() throws {
        let test = try Self.cluster()
        let answer = try Self.token(test, ["expirationSeconds": 600])
        #expect(answer["status"]?["expirationTimestamp"] == "2026-01-01T00:10:00Z")
        let text = try #require(answer["status"]?["token"]?.stringValue)
        let user = try #require(test.cluster.serviceAccount(token: text))
        #expect(user.name == "system:serviceaccount:default:robot")
        #expect(user.groups.contains("system:serviceaccounts:default"))
        #expect(test.cluster.serviceAccount(token: text + "x") == nil)
        test.advance(seconds: 600)
        #expect(test.cluster.serviceAccount(token: text) == nil)
    }

    @Test func aTokenEndsWithItsAccount() throws {
        let test = try Self.cluster()
        let text = try #require(try Self.token(test)["status"]?["token"]?.stringValue)
        try test.json("DELETE", "\(Self.accounts)/robot")
        #expect(test.cluster.serviceAccount(token: text) == nil)
        let account: JSONValue = ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "robot"]]
        try test.json("POST", Self.accounts, account)
        #expect(test.cluster.serviceAccount(token: text) == nil)
    }

    @Test func aTokenForOthersIsNoneHere() throws {
        let test = try Self.cluster()
        let answer = try Self.token(test, ["audiences": ["vault"]])
        #expect(answer["spec"]?["audiences"] == ["vault"])
        let text = try #require(answer["status"]?["token"]?.stringValue)
        #expect(test.cluster.serviceAccount(token: text) == nil)
    }

    @Test(arguments: [Int64.min, -1, 0, 599, 1 << 32 + 1, .max])
    func impossibleLifetimesAreRefused(seconds: Int64) throws {
        let test = try Self.cluster()
        let status = test.failure { try Self.token(test, ["expirationSeconds": .int(seconds)]) }
        #expect(status?.code == 422 && status?.message?.contains("spec.expirationSeconds") == true)
    }

    @Test func anUnknownAccountGetsNone() throws {
        let test = TestCluster()
        #expect(test.failure { try Self.token(test) }?.code == 404)
        #expect(test.send("GET", "\(Self.accounts)/robot/token").status != 200)
    }

    /// What a server with users takes for authentication.
    @Test func theServerKnowsItsTokens() throws {
        let test = try Self.cluster()
        let text = try #require(try Self.token(test)["status"]?["token"]?.stringValue)
        let cluster = test.cluster
        let authenticator = Authenticator(users: ["t": .admin]) { cluster.serviceAccount(token: $0) }
        #expect(try authenticator.user(authorization: "Bearer \(text)", path: "/api").name.hasSuffix(":robot"))
        #expect(try authenticator.user(authorization: "Bearer t", path: "/api") == .admin)
        #expect(throws: Status.self) { try authenticator.user(authorization: "Bearer x", path: "/api") }
    }
}
