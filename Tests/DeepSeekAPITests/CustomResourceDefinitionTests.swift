import DeepSeekAPI
import KubeCore
import Testing
import YAML

struct CustomResourceDefinitionTests {
    @Test
    func theFileInTheRepositoryIsTheGeneratedOne() throws {
        let written = YAML.write(CustomResourceDefinition.deepSeekCluster)
        #expect(try Fixtures.text(CustomResourceDefinition.path) == written, "stale: run make crds")
        #expect(try YAML.parse(written) == CustomResourceDefinition.deepSeekCluster)
    }

    /// Client-side apply keeps the whole object in an annotation of at most 256 KiB.
    @Test
    func itIsSmallEnoughForClientSideApply() {
        #expect(CustomResourceDefinition.deepSeekCluster.serialized().count < 150 << 10)
        #expect(YAML.write(CustomResourceDefinition.deepSeekCluster).utf8.count < 150 << 10)
    }

    @Test
    func scaleAndColumnsPointAtFieldsOfTheSchema() throws {
        let version = try #require(CustomResourceDefinition.deepSeekCluster["spec"]?["versions"]?[0])
        let schema = try #require(version[path: "schema", "openAPIV3Schema"])
        let scale = try #require(version[path: "subresources", "scale"]?.objectValue)
        let columns = try #require(version["additionalPrinterColumns"]?.arrayValue)
        let paths = scale.values.compactMap(\.stringValue) + columns.compactMap { $0["jsonPath"]?.stringValue }
        #expect(paths.count == 12)
        for path in paths where path != ".metadata.creationTimestamp" {
            var current: JSONValue? = schema
            for part in path.split(separator: ".") {
                let isElement = part.hasSuffix("[0]")
                current = current?[path: "properties", String(isElement ? part.dropLast(3) : part)]
                if isElement { current = current?["items"] }
            }
            #expect(current != nil, "\(path)")
        }
    }
}
