import DeepSeekAPI
import KubeCore
import Testing
import YAML

struct ResourceTests {
    @Test(arguments: ["minimal", "complete"])
    func aResourceIsReadBackUnchanged(name: String) throws {
        let written = try Fixtures.resource(name)
        let read: DeepSeekCluster = try written.decoded()
        #expect(try JSONValue(encoding: read) == written)
    }

    @Test
    func nullsMeanAbsent() throws {
        let cluster = try cluster {
            $0[path: "spec", "replicas"] = .null
            $0[path: "spec", "engine", "gpusPerPod"] = .null
            $0[path: "spec", "migration"] = ["progressDeadlineSeconds": nil]
        }
        #expect(cluster.spec.replicas == nil)
        #expect(cluster.spec.engine.gpusPerPod == nil)
        #expect(cluster.spec.resolvedProgressDeadlineSeconds == 2400)
    }

    @Test
    func anotherKindIsRefused() {
        #expect(throws: DecodingError.self) { try cluster { $0["kind"] = "Deployment" } }
        #expect(throws: DecodingError.self) { try cluster { $0["apiVersion"] = "serving.deepseek.io/v1" } }
        // The items of a list have neither.
        #expect(throws: Never.self) { try cluster { $0["kind"] = nil } }
    }

    @Test
    func gpusPerPodFollowsTheParallelDegrees() throws {
        func gpus(_ engine: JSONValue) throws -> Int {
            try cluster {
                $0[path: "spec", "engine"] = $0[path: "spec", "engine"]?.applying(mergePatch: engine)
            }.spec.engine.resolvedGPUsPerPod
        }
        #expect(try gpus([:]) == 1)
        #expect(try gpus(["tensorParallel": 4, "pipelineParallel": 2]) == 8)
        #expect(try gpus(["tensorParallel": 8, "pipelineParallel": 2, "nodesPerReplica": 2]) == 8)
        #expect(try gpus(["tensorParallel": 2, "gpusPerPod": 0]) == 0)
    }

    @Test(arguments: [
        ("vllm/vllm-openai:v0.33.0", "0.33.0"), ("lmsysorg/sglang:0.5.23-cu126", "0.5.23"),
        ("localhost:5000/vllm", nil),
        ("localhost:5000/vllm:v1.2", "1.2"), ("vllm:latest", nil), ("vllm:v0.33.0@sha256:0123", "0.33.0"),
        ("vllm", nil),
        ("vllm@sha256:0123", nil), ("", nil), (":", nil),
    ])
    func theVersionIsReadFromTheImagesTag(image: String, version: String?) {
        #expect(EngineSpec(type: .vllm, image: image).resolvedVersion == version)
    }

    @Test
    func theGracePeriodHoldsPreStopAndDrain() {
        #expect(PodsSpec().terminationGracePeriodSeconds == 600)
    }
}
