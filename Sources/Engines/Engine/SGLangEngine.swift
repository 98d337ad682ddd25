internal import DeepSeekAPI

/// SGLang, `python3 -m sglang.launch_server`.
struct SGLangEngine: InferenceEngine {
    /// `/health` generates a token and takes over a second; `/ready` does not.
    let readinessPath: String? = "/ready"
    /// The port alone: a server that is full is not ready, and must not be restarted for it.
    let livenessPath: String? = nil
    let drain = DrainSignal.metrics(path: "/metrics", gauges: ["sglang:num_running_reqs", "sglang:num_queue_reqs"])

    /// SGLang's static share counts weights and KV cache only, so 5 points of gpuMemoryUtilizationPercent are left
    /// for activations: 90 becomes 0.85, close to SGLang's own choice for one GPU.
    func command(_ spec: DeepSeekClusterSpec, model: ModelLocation) -> [String]? {
        let engine = spec.engine
        var list = ArgumentList(["python3", "-m", "sglang.launch_server"])
        list.add("--model-path", model.reference)
        list.add("--host", "0.0.0.0")
        list.add("--port", engine.resolvedPort)
        list.add("--served-model-name", spec.model.name)
        list.add("--revision", model.revision)
        list.add("--tp-size", engine.resolvedTensorParallel)
        list.add("--pp-size", engine.resolvedPipelineParallel)
        if engine.resolvedDataParallel > 1 { list.add("--dp-size", engine.resolvedDataParallel) }
        if engine.expertParallel == true { list.add("--ep-size", engine.resolvedTensorParallel) }
        list.add("--context-length", spec.model.contextLength)
        list.add("--mem-fraction-static", engine.gpuMemoryUtilizationPercent.map { share(percent: max(1, $0 - 5)) })
        list.add("--max-running-requests", engine.maxConcurrentSequences)
        switch spec.model.resolvedPrecision {
        case .fp8: list.add("--quantization", "fp8")
        case let precision: list.add("--dtype", precision.rawValue)
        }
        list.add("--enable-metrics", when: true)
        return list.arguments
    }
}
