import DeepSeekAPI
import Engines
import KubeCore
import Testing
import YAML

@Suite struct MemoryFitTests {
    private static func fit(_ model: String, _ engine: String, gpu: String) throws -> MemoryFit? {
        let text = """
            apiVersion: serving.deepseek.io/v1alpha1
            kind: DeepSeekCluster
            metadata: {name: r1, namespace: default, uid: u1}
            spec:
              model: \(model)
              engine: \(engine)
              pods: {nodeSelector: \(gpu)}
            """
        return MemoryFit(try YAML.parse(text).decoded(as: DeepSeekCluster.self).spec)
    }

    private static let a100 = "{nvidia.com/gpu.product: NVIDIA-A100-SXM4-80GB}"

    @Test(arguments: [
        // The numbers of the design: 671 GB do not fit eight A100, 141 GB suit four.
        ("{name: deepseek-r1, contextLength: 32768}", "{type: sglang, image: e, tensorParallel: 8}", a100, "671 GB"),
        ("{name: deepseek-r1, precision: bfloat16}", "{type: vllm, image: e, tensorParallel: 16}", a100, "1342 GB"),
        (
            "{name: r1, source: {huggingFace: {repository: deepseek-ai/DeepSeek-R1-Distill-Llama-70B}}}",
            "{type: vllm, image: e}", a100, "141 GB"
        ),
        ("{name: deepseek-r1-distill-qwen-32b, contextLength: 131072}", "{type: vllm, image: e}", a100, "34 GB of KV"),
        (
            "{name: deepseek-r1-distill-qwen-14b}", "{type: tensorrt-llm, image: e}", "{gpu.memory: '1', x: t4-16gb}",
            "30 GB"
        ),
        (
            "{name: deepseek-r1-distill-llama-8b}", "{type: vllm, image: e}", "{nvidia.com/gpu.memory: '15360'}",
            "1 x 15 GiB"
        ),
    ])
    func whatDoesNotFitIsSaidWithNumbers(model: String, engine: String, gpu: String, words: String) throws {
        let problem = try #require(try Self.fit(model, engine, gpu: gpu)?.problem)
        #expect(problem.contains(words), "\(problem)")
    }

    @Test(arguments: [
        ("{name: deepseek-r1-0528-qwen3-8b, contextLength: 32768}", "{type: vllm, image: e}", a100),
        (
            "{name: deepseek-r1-distill-llama-70b, precision: bfloat16, contextLength: 32768}",
            "{type: vllm, image: e, tensorParallel: 4}", a100
        ),
        (
            "{name: deepseek-r1, contextLength: 32768}", "{type: sglang, image: e, tensorParallel: 8}",
            "{nvidia.com/gpu.product: NVIDIA-H200-141GB}"
        ),
        (
            "{name: deepseek-r1-distill-qwen-7b, contextLength: 32768}",
            "{type: vllm, image: e, tensorParallel: 2, gpuMemoryUtilizationPercent: 90}", a100
        ),
    ])
    func whatFitsIsNoProblem(model: String, engine: String, gpu: String) throws {
        let fit = try #require(try Self.fit(model, engine, gpu: gpu))
        #expect(fit.problem == nil, "\(fit)")
    }

    /// Who cannot know does not warn.
    @Test(arguments: [
        ("{name: deepseek-r1-3b-mine}", "{type: vllm, image: e}", a100),
        ("{name: deepseek-r1-awq}", "{type: vllm, image: e}", a100),
        ("{name: my-model-7b}", "{type: vllm, image: e}", a100),
        ("{name: deepseek-r1}", "{type: custom, image: e}", a100),
        ("{name: deepseek-r1}", "{type: vllm, image: e, gpusPerPod: 0}", a100),
        ("{name: deepseek-r1}", "{type: vllm, image: e}", "{}"),
        ("{name: deepseek-r1}", "{type: vllm, image: e}", "{nvidia.com/gpu.memory: '-5', a: 9999999999999999999999gb}"),
    ])
    func theUnknownIsNotJudged(model: String, engine: String, gpu: String) throws {
        #expect(try Self.fit(model, engine, gpu: gpu) == nil)
    }
}
