internal import DeepSeekAPI

/// TensorRT-LLM, `trtllm-serve MODEL`. Precision is settled when its engine is built.
struct TensorRTLLMEngine: InferenceEngine {
    /// It does not drain, and only its newest releases tell how many requests are in flight.
    let drain = DrainSignal.connections

    /// Releases before the two gauges leave its load unknown; failures are not counted by any.
    let metrics: EngineMetrics? = EngineMetrics(
        path: "/prometheus/metrics", running: "trtllm_num_requests_running", waiting: "trtllm_num_requests_waiting",
        kvCache: ["trtllm_kv_cache_utilization"], timeToFirstToken: "trtllm_time_to_first_token_seconds",
        latency: "trtllm_e2e_request_latency_seconds", requests: .init(name: "trtllm_request_success_total"),
        errors: nil)

    func probes(_ spec: EngineSpec) -> EngineProbes { EngineProbes("/health") }

    /// gpuMemoryUtilizationPercent is the share of the memory that weights leave free. Its flag has a shorter name
    /// too, which older releases do not know.
    func command(_ spec: DeepSeekClusterSpec, model: ModelLocation) -> [String]? {
        let engine = spec.engine
        var list = ArgumentList(["trtllm-serve", model.reference])
        list.add("--host", "0.0.0.0")
        list.add("--port", engine.resolvedPort)
        list.add("--revision", model.revision)
        list.add("--tp_size", engine.resolvedTensorParallel)
        list.add("--pp_size", engine.resolvedPipelineParallel)
        if engine.expertParallel == true { list.add("--ep_size", engine.resolvedTensorParallel) }
        list.add("--max_seq_len", spec.model.contextLength)
        list.add("--max_batch_size", engine.maxConcurrentSequences)
        list.add("--kv_cache_free_gpu_memory_fraction", engine.gpuMemoryUtilizationPercent.map(share))
        return list.arguments
    }
}
