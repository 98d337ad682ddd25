import Base
import FoundationEssentials
import KubeCore
import Testing

@testable import ClusterSimulator

/// Protobuf as requests carry it.
@Suite struct ProtobufRequestTests {
    private static let accept = "\(ProtobufBody.mediaType),application/json"

    private static func post(
        _ test: TestCluster, _ path: String, _ body: [UInt8], type: String = ProtobufBody.mediaType,
        accept: String = accept, query: [(name: String, value: String)] = [("fieldValidation", "Strict")]
    ) throws -> (status: Int, json: JSONValue) {
        let response = test.cluster.respond(
            to: APIRequest(
                method: "POST", path: path, query: query, headers: ["content-type": type, "accept": accept],
                body: body))
        guard case .bytes(let bytes) = response.body else { return (response.status, .null) }
        return (response.status, try JSONValue(parsing: bytes))
    }

    /// The same object comes of protobuf and of JSON.
    @Test(arguments: [Fixture.deployment("d", replicas: 0), Fixture.deployment("d", replicas: 3)])
    func objectsAreTheSameAsFromJSON(object: JSONValue) throws {
        let (protobuf, json) = (TestCluster(), TestCluster())
        let first = try Self.post(protobuf, Fixture.deployments, ProtobufEncoder.body(object))
        let second = try Self.post(json, Fixture.deployments, object.serialized(), type: "application/json")
        #expect(first.status == 201 && first.json["spec"] == second.json["spec"], "\(first.json.jsonText)")
        #expect(try json.json("GET", "\(Fixture.deployments)/d")["spec"] == first.json["spec"])
    }

    @Test func deletionsReadTheirOptions() throws {
        let test = TestCluster()
        try test.json("POST", Fixture.configMaps, Fixture.configMap("c"))
        let options: JSONValue = ["apiVersion": "v1", "kind": "DeleteOptions", "preconditions": ["uid": "other"]]
        let response = test.cluster.respond(
            to: APIRequest(
                method: "DELETE", path: "\(Fixture.configMaps)/c", headers: ["content-type": ProtobufBody.mediaType],
                body: try ProtobufEncoder.body(options)))
        #expect(response.status == 409)
    }

    @Test func unreadableBodiesAreRefused() throws {
        let test = TestCluster()
        let body = try ProtobufEncoder.body(Fixture.configMap("c"))
        let post = { (body: [UInt8], type: String) in try Self.post(test, Fixture.configMaps, body, type: type).status }
        #expect(try post(Array(body.dropFirst()), ProtobufBody.mediaType) == 400)
        #expect(try post([], ProtobufBody.mediaType) == 400)
        #expect(try post(ProtobufEncoder.body(Fixture.configMap("c"), encoding: "gzip"), ProtobufBody.mediaType) == 400)
        #expect(try post(body, "application/x-protobuf") == 415)
        let widget = try ProtobufEncoder.body(["apiVersion": "example.com/v1", "kind": "Widget"])
        #expect(try post(widget, ProtobufBody.mediaType) == 415)
        // An object of another kind than the path's is no better for being protobuf.
        #expect(try post(ProtobufEncoder.body(Fixture.pod("p")), ProtobufBody.mediaType) == 400)
        #expect(try post(body, "\(ProtobufBody.mediaType); charset=none") == 201)
    }

    /// Answers are JSON: who takes none is told so before anything is written.
    @Test(arguments: [
        ("application/vnd.kubernetes.protobuf", 406), ("application/yaml", 406),
        ("application/vnd.kubernetes.protobuf, */*", 201), ("", 201),
        ("application/json;as=Table;v=v1;g=meta.k8s.io", 201),
    ])
    func answersAreJSON(accept: String, status: Int) throws {
        let test = TestCluster()
        let body = try ProtobufEncoder.body(Fixture.configMap("c"))
        #expect(try Self.post(test, Fixture.configMaps, body, accept: accept).status == status)
        let stored = try test.json("GET", Fixture.configMaps)["items"]?.arrayValue?.count
        #expect(stored == (status == 201 ? 1 : 0))
    }

    // MARK: Damaged bodies

    @Test func everyCutIsABadRequest() throws {
        let test = TestCluster()
        let body = Array(try #require(Data(base64Encoded: ProtobufDecoderTests.kubectlsDeployment)))
        // Without its last two fields, both empty, the envelope is as good; with its type alone there is no object.
        let (typeEnd, whole) = (4 + 23, body.count - 4)
        for count in 0..<whole {
            let result = try Self.post(test, Fixture.deployments, Array(body.prefix(count)))
            #expect(result.status == (count == typeEnd ? 422 : count == 4 ? 415 : 400), "\(count): \(result.json)")
        }
    }

    @Test(arguments: 0..<20)
    func damagedBodiesAreAnswered(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let test = TestCluster()
        let body = Array(try #require(Data(base64Encoded: ProtobufDecoderTests.kubectlsDeployment)))
        for round in 0..<100 {
            var damaged = body
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: 4..<body.count, using: &random)] = UInt8.random(
                    in: .min ... .max, using: &random)
            }
            let result = try Self.post(test, "\(Fixture.deployments)", damaged, query: [("dryRun", "All")])
            #expect([201, 400, 415, 422].contains(result.status), "seed \(seed), round \(round): \(result.json)")
        }
    }
}
