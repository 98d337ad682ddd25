internal import DeepSeekAPI

/// TensorRT-LLM, `trtllm-serve MODEL`. Precision is settled when its engine is built.
struct TensorRTLLMEngine: InferenceEngine {
    /// It neither drains nor tells how many requests are in flight.
    let drain = DrainSignal.connections

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
