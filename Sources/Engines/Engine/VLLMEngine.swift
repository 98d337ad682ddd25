internal import DeepSeekAPI

/// vLLM, `vllm serve MODEL`.
struct VLLMEngine: InferenceEngine {
    let drain = DrainSignal.metrics(
        path: "/metrics", gauges: ["vllm:num_requests_running", "vllm:num_requests_waiting"])

    func probes(_ spec: EngineSpec) -> EngineProbes { EngineProbes("/health") }

    /// gpuMemoryUtilizationPercent is passed on as it is: vLLM's share counts weights, activations and KV cache.
    func command(_ spec: DeepSeekClusterSpec, model: ModelLocation) -> [String]? {
        let engine = spec.engine
        var list = ArgumentList(["vllm", "serve", model.reference])
        list.add("--host", "0.0.0.0")
        list.add("--port", engine.resolvedPort)
        list.add("--served-model-name", spec.model.name)
        list.add("--revision", model.revision)
        list.add("--tensor-parallel-size", engine.resolvedTensorParallel)
        list.add("--pipeline-parallel-size", engine.resolvedPipelineParallel)
        if engine.resolvedDataParallel > 1 { list.add("--data-parallel-size", engine.resolvedDataParallel) }
        list.add("--enable-expert-parallel", when: engine.expertParallel == true)
        list.add("--max-model-len", spec.model.contextLength)
        list.add("--gpu-memory-utilization", engine.gpuMemoryUtilizationPercent.map(share))
        list.add("--max-num-seqs", engine.maxConcurrentSequences)
        switch spec.model.resolvedPrecision {
        case .fp8: list.add("--quantization", "fp8")
        case let precision: list.add("--dtype", precision.rawValue)
        }
        if spec.model.source?.s3 != nil { list.add("--load-format", "runai_streamer") }
        return list.arguments
    }
}
