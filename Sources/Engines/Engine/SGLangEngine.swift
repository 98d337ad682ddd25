internal import DeepSeekAPI

/// SGLang, `python3 -m sglang.launch_server`.
struct SGLangEngine: InferenceEngine {
    let drain = DrainSignal.metrics(path: "/metrics", gauges: ["sglang:num_running_reqs", "sglang:num_queue_reqs"])

    /// Aborted requests are no failures: clients that leave are among them.
    let metrics: EngineMetrics? = EngineMetrics(
        path: "/metrics", running: "sglang:num_running_reqs", waiting: "sglang:num_queue_reqs",
        kvCache: ["sglang:token_usage"], timeToFirstToken: "sglang:time_to_first_token_seconds",
        latency: "sglang:e2e_request_latency_seconds", requests: .init(name: "sglang:num_requests_total"),
        errors: .init(name: "sglang:http_responses_total", label: "status_code", prefix: "5"))

    /// The first release with `/ready`, which costs nothing.
    private static let ready = EngineVersion("0.5.20")

    /// Before `/ready`, `/health_generate` is the one path that tells a loaded model from an open port in every
    /// release; it generates a token and takes over a second. `/health` (an open port in 0.4.6, a token in 0.5.5) is
    /// free of that from 0.5.8 on where the variable says so. Alive is the port alone: a server that is full must not be restarted for it.
    func probes(_ spec: EngineSpec) -> EngineProbes {
        var probes = EngineProbes("/ready")
        probes.liveness = nil
        guard spec.isOlder(than: Self.ready) else { return probes }
        probes.startup = "/health_generate"
        probes.startupTimeout = 25
        probes.readiness = "/health"
        probes.environment = ["SGLANG_ENABLE_HEALTH_ENDPOINT_GENERATION": "false"]
        return probes
    }

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
        // Older releases do not know the flag.
        if engine.resolvedPipelineParallel > 1 { list.add("--pp-size", engine.resolvedPipelineParallel) }
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
