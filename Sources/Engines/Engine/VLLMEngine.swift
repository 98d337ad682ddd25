internal import DeepSeekAPI

/// vLLM, `vllm serve MODEL`.
struct VLLMEngine: InferenceEngine {
    let drain = DrainSignal.metrics(
        path: "/metrics", gauges: ["vllm:num_requests_running", "vllm:num_requests_waiting"])

    /// `gpu_cache_usage_perc` was the name before 0.10.
    let metrics: EngineMetrics? = EngineMetrics(
        path: "/metrics", running: "vllm:num_requests_running", waiting: "vllm:num_requests_waiting",
        kvCache: ["vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"],
        timeToFirstToken: "vllm:time_to_first_token_seconds", latency: "vllm:e2e_request_latency_seconds",
        requests: .init(name: "vllm:request_success_total"),
        errors: .init(name: "vllm:request_success_total", label: "finished_reason", prefix: "error"))

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
