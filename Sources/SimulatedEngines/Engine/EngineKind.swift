/// Which engine a server plays.
public enum EngineKind: String, Sendable, CaseIterable {
    case vllm
    case sglang
    case tensorRTLLM

    var metricsPath: String { self == .tensorRTLLM ? "/prometheus/metrics" : "/metrics" }

    /// Paths that answer 200 once the model is loaded.
    var healthPaths: [String] { self == .sglang ? ["/ready", "/health", "/health_generate"] : ["/health"] }

    /// How long requests in flight may go on after SIGTERM: vLLM cuts them unless it was started with
    /// `--shutdown-timeout`, SGLang waits for the last one, TensorRT-LLM waits for none.
    func drain(shutdownTimeout: Duration) -> Duration {
        switch self {
        case .vllm: shutdownTimeout
        case .sglang: .seconds(86_400)
        case .tensorRTLLM: .zero
        }
    }

    /// The names of its metrics.
    var names: MetricNames {
        switch self {
        case .vllm:
            MetricNames(
                running: "vllm:num_requests_running", waiting: "vllm:num_requests_waiting",
                cache: "vllm:kv_cache_usage_perc", firstToken: "vllm:time_to_first_token_seconds",
                latency: "vllm:e2e_request_latency_seconds", finished: "vllm:request_success_total",
                finishedLabel: #"finished_reason="stop""#, failed: "vllm:request_success_total",
                failedLabel: #"finished_reason="error""#)
        case .sglang:
            MetricNames(
                running: "sglang:num_running_reqs", waiting: "sglang:num_queue_reqs", cache: "sglang:token_usage",
                firstToken: "sglang:time_to_first_token_seconds", latency: "sglang:e2e_request_latency_seconds",
                finished: "sglang:num_requests_total", finishedLabel: #"engine_type="unified""#,
                failed: "sglang:http_responses_total", failedLabel: #"status_code="500""#)
        case .tensorRTLLM:
            MetricNames(
                running: "trtllm_num_requests_running", waiting: "trtllm_num_requests_waiting",
                cache: "trtllm_kv_cache_utilization", firstToken: "trtllm_time_to_first_token_seconds",
                latency: "trtllm_e2e_request_latency_seconds", finished: "trtllm_request_success_total",
                finishedLabel: #"finished_reason="stop""#, failed: nil, failedLabel: "")
        }
    }

    struct MetricNames: Sendable {
        var running: String
        var waiting: String
        var cache: String
        var firstToken: String
        var latency: String
        var finished: String
        var finishedLabel: String
        var failed: String?
        var failedLabel: String
    }
}
