import HTTPTransport
import KubeClient
import KubeCore
import TestSupport
import Testing

@Suite struct DiscoveryTests {
    private func client(_ answers: [FakeResponse]) -> (KubeClient, FakeTransport) {
        let transport = FakeTransport(answers: answers)
        return (KubeClient(configuration: ClientConfiguration(server: "http://h"), transport: transport), transport)
    }

    @Test(arguments: [("1", "29", (1, 29)), ("1", "30+", (1, 30)), ("", "", nil)] as [(String, String, (Int, Int)?)])
    func readsTheVersion(_ major: String, _ minor: String, _ expected: (Int, Int)?) async throws {
        let (client, transport) = client([.json(#"{"major":"\#(major)","minor":"\#(minor)","gitVersion":"v"}"#)])
        let version = try await client.serverVersion()
        #expect(version.numbers?.major == expected?.0)
        #expect(version.numbers?.minor == expected?.1)
        #expect(transport.requests.map(\.url) == ["http://h/version"])
    }

    @Test func findsGroupsAndResources() async throws {
        let resources = #"""
            {"kind":"APIResourceList","groupVersion":"apps/v1","resources":[
              {"name":"deployments/scale","kind":"Scale","namespaced":true,"verbs":["get"],"group":"autoscaling","version":"v1"},
              {"name":"deployments","kind":"Deployment","namespaced":true,"verbs":["get"],"shortNames":["deploy"]}]}
            """#
        let (client, transport) = client([
            .json(#"{"kind":"APIVersions","versions":["v1"]}"#),
            .json(#"{"groups":[{"name":"apps","versions":[{"groupVersion":"apps/v1","version":"v1"}]}]}"#),
            .json(resources), .json(resources), .failure(404, reason: "NotFound"),
        ])
        #expect(try await client.coreVersions() == ["v1"])
        #expect(try await client.apiGroups().first?.versions.first?.groupVersion == "apps/v1")
        let type = try await client.resourceType(apiVersion: "apps/v1", kind: "Deployment")
        #expect(type == ResourceType(group: "apps", version: "v1", kind: "Deployment", plural: "deployments"))
        #expect(try await client.resourceType(apiVersion: "apps/v1", kind: "Scale") == nil)
        #expect(try await client.resourceType(apiVersion: "v9", kind: "Pod") == nil)
        #expect(
            transport.requests.map(\.url) == [
                "http://h/api", "http://h/apis", "http://h/apis/apps/v1", "http://h/apis/apps/v1", "http://h/api/v9",
            ])
    }
}
