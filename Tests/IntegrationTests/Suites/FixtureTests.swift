import DeepSeekAPI
import FoundationEssentials
import KubeClient
import KubeCore
import TestSupport
import Testing
import YAML

/// The good and the bad resources of Tests/Fixtures, put to the API servers.
@Suite struct FixtureTests {
    private static let folder = "Tests/Fixtures"

    private static func read(_ path: String) throws -> JSONValue {
        try YAML.parse(String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8))
    }

    private static func objects(_ scene: Scene) -> Api<JSONValue> {
        Api(scene.client, DeepSeekCluster.resourceType, namespace: scene.namespace)
    }

    /// What a server makes of null: nothing.
    private static func withoutNulls(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members): .object(members.filter { !$0.value.isNull }.mapValues(withoutNulls))
        case .array(let elements): .array(elements.map(withoutNulls))
        default: value
        }
    }

    @Test(arguments: Backend.available)
    func goodResourcesAreKeptAsTheyAre(backend: Backend) async throws {
        let scene = try await Scene(backend, "good")
        let minimal = try Self.read("resources/minimal.yaml")
        var resources = [minimal, try Self.read("resources/whole.yaml")]
        for patch in try #require(try Self.read("good-resources/patches.yaml").arrayValue) {
            resources.append(minimal.applying(mergePatch: ["spec": patch["spec"] ?? [:]]))
        }
        #expect(resources.count > 20)
        let api = Self.objects(scene)
        for (index, resource) in resources.enumerated() {
            var resource = resource
            resource["metadata"] = ["name": .string("good-\(index)")]
            _ = try await api.create(resource)
            let kept = try await api.get("good-\(index)")
            #expect(kept["spec"] == resource["spec"].map(Self.withoutNulls), "\(resource.jsonText)")
        }
    }

    private struct Expectation: Decodable {
        var file: String
        var refusedBy: String
        var field: String
    }

    /// The server refuses what its schema forbids, and names the field; the operator refuses the rest, as does a server
    /// that knows CEL rules where they speak of it.
    @Test(arguments: Backend.available)
    func badResourcesAreRefusedByTheFieldsName(backend: Backend) async throws {
        let scene = try await Scene(backend, "bad")
        let expectations = try Self.read("bad-resources/expected.yaml").decoded(as: [Expectation].self)
        try await scene.withOperator {
            var accepted: [String: Expectation] = [:]
            for expected in expectations {
                var resource = try Self.read("bad-resources/\(expected.file)")
                let name = String(expected.file.dropLast(".yaml".count))
                // Where the name is what is bad, it stays.
                if expected.field != "metadata.name" { resource["metadata"] = ["name": .string(name)] }
                do {
                    _ = try await Self.objects(scene).create(resource)
                    let created = resource[path: "metadata", "name"]?.stringValue ?? name
                    #expect(expected.refusedBy != "schema", "the server accepts \(expected.file)")
                    accepted[created] = expected
                } catch {
                    #expect(["schema", "cel"].contains(expected.refusedBy), "\(expected.file): \(error)")
                    let field = expected.field.replacing(/\[[^\]]*\]/, with: "").split(separator: ".").last ?? ""
                    #expect("\(error)".contains(field), "\(expected.file): \(error)")
                }
            }
            #expect(accepted.count >= 10)
            for (name, expected) in accepted {
                let status = try await scene.wait(for: "\(name) is refused", of: name) {
                    $0.conditions?[type: "Accepted"]?.status == .false
                }
                let message = status.conditions?[type: "Accepted"]?.message ?? ""
                #expect(message.contains(expected.field), "\(expected.file): \(message)")
            }
        }
    }
}
