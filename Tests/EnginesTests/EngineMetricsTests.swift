import DeepSeekAPI
import Engines
import Testing

@Suite struct EngineMetricsTests {
    private static let vllm = """
        # HELP vllm:num_requests_running Number of requests in model execution batches.
        # TYPE vllm:num_requests_running gauge
        vllm:num_requests_running{engine="0",model_name="deepseek-r1"} 3.0
        vllm:num_requests_running{engine="1",model_name="deepseek-r1"} 2.0
        vllm:num_requests_waiting{engine="0",model_name="deepseek-r1"} 1.0
        vllm:kv_cache_usage_perc{engine="0"} 0.25
        vllm:kv_cache_usage_perc{engine="1"} 0.75
        vllm:time_to_first_token_seconds_bucket{le="0.5",engine="0"} 4.0
        vllm:time_to_first_token_seconds_bucket{le="1.0",engine="0"} 8.0
        vllm:time_to_first_token_seconds_bucket{le="+Inf",engine="0"} 10.0
        vllm:request_success_total{finished_reason="stop"} 90.0
        vllm:request_success_total{finished_reason="error"} 7.0
        vllm:request_success_total{finished_reason="abort"} 3.0
        python_gc_objects_collected_total{generation="0"} what ever

        """

    private static let sglang = """
        sglang:num_running_reqs{model_name="m",tp_rank="0"} 5.0
        sglang:num_queue_reqs{model_name="m"} 0.0
        sglang:token_usage{model_name="m"} 0.5
        sglang:num_requests_total{model_name="m"} 12.0
        sglang:http_responses_total{endpoint="/v1/completions",status_code="200",method="POST"} 10.0
        sglang:http_responses_total{endpoint="/v1/completions",status_code="503",method="POST"} 2.0
        """

    private static let tensorRTLLM = """
        trtllm_num_requests_running{model_name="m",engine_type="trtllm"} 1
        trtllm_num_requests_waiting{model_name="m",engine_type="trtllm"} 2
        trtllm_kv_cache_utilization 1e-1 1700000000000
        trtllm_request_success_total{finished_reason="stop"} 4
        """

    private static func read(_ type: EngineType, _ text: String) throws -> EngineReading {
        try #require(inferenceEngine(type).metrics).read(Array(text.utf8))
    }

    @Test(
        arguments: [
            (EngineType.vllm, vllm, 5, 1, 0.75, 100.0, 7.0), (.sglang, sglang, 5, 0, 0.5, 12, 2),
            (.tensorRTLLM, tensorRTLLM, 1, 2, 0.1, 4, nil),
        ] as [(EngineType, String, Int, Int, Double, Double, Double?)])
    func eachEngineIsReadByItsOwnNames(
        type: EngineType, text: String, running: Int, waiting: Int, cache: Double, requests: Double, errors: Double?
    ) throws {
        let reading = try Self.read(type, text)
        #expect(reading.running == running && reading.waiting == waiting)
        #expect(reading.inFlight == running + waiting)
        #expect(reading.kvCacheShare == cache)
        #expect(reading.requests == requests && reading.errors == errors)
    }

    @Test func enginesWithoutMetricsHaveNone() {
        #expect(inferenceEngine(.torchrun).metrics == nil && inferenceEngine(.custom).metrics == nil)
    }

    /// What an engine does not say is unknown: a pod must not seem idle for it.
    @Test(arguments: ["", "vllm:num_requests_running 0\n", "vllm:num_requests_waiting 0\n"])
    func aMissingGaugeIsNotZero(text: String) throws {
        #expect(try Self.read(.vllm, text).inFlight == nil)
    }

    @Test(arguments: ["NaN", "+Inf", "-1", "1e300"])
    func aGaugeThatIsNoCountIsUnknown(value: String) throws {
        let text = "vllm:num_requests_running \(value)\nvllm:num_requests_waiting 1\nvllm:kv_cache_usage_perc \(value)"
        let reading = try Self.read(.vllm, text)
        #expect(reading.running == nil && reading.inFlight == nil)
        if value != "1e300" { #expect(reading.kvCacheShare == nil) }
    }

    @Test(arguments: [
        ("vllm:num_requests_running", "line 1: the value of vllm:num_requests_running is not a number"),
        ("\nvllm:num_requests_running 0x10", "line 2: the value of vllm:num_requests_running is not a number"),
        ("vllm:num_requests_running{a=\"b} 1", "line 1: a label's value has no end"),
        ("vllm:num_requests_running{a=\"\\x\"} 1", "line 1: an escape other than \\\\, \\\" and \\n"),
        ("vllm:num_requests_running{a=\"1\" b=\"2\"} 1", "line 1: labels do not end with }"),
        ("vllm:num_requests_running{a=\"1\",a=\"2\"} 1", "line 1: label a twice"),
        ("vllm:num_requests_running{=\"1\"} 1", "line 1: a label has no name"),
        ("vllm:num_requests_running 1 x", "line 1: the timestamp is not a number"),
        ("vllm:num_requests_running 1 2 3", "line 1: there is something after the timestamp"),
        ("<html>", "line 1: does not begin with a metric's name"),
    ])
    func aMalformedLineIsNamed(text: String, message: String) throws {
        let error = #expect(throws: ExpositionText.Malformed.self) { try Self.read(.vllm, text) }
        #expect(error?.description == message)
    }

    @Test func textsAreBounded() throws {
        let metrics = try #require(inferenceEngine(.vllm).metrics)
        var limits = ExpositionText.Limits()
        (limits.bytes, limits.lineBytes, limits.samples, limits.labels) = (100, 50, 2, 1)
        let line = "vllm:num_requests_running 1\n"
        for text in [
            String(repeating: "\n", count: 101), String(repeating: "#", count: 51),
            String(repeating: line, count: 3), "vllm:num_requests_running{a=\"\",b=\"\"} 1",
        ] {
            #expect(throws: ExpositionText.Malformed.self) { try metrics.read(Array(text.utf8), limits: limits) }
        }
        #expect(try metrics.read(Array((line + line).utf8), limits: limits).running == 2)
    }

    @Test func labelsAreUnescaped() throws {
        let text = #"m{a="\\\"\n",b = "x" , } -Inf"#
        let sample = try #require(ExpositionText(parsing: Array(text.utf8), keeping: ["m"]).samples.first)
        #expect(sample.labels == ["a": "\\\"\n", "b": "x"] && sample.value == -.infinity)
    }
}

@Suite struct LatencyHistogramTests {
    private static let some = LatencyHistogram(counts: [0.5: 4, 1: 8, .infinity: 10])

    /// The values are histogram_quantile's.
    @Test(arguments: [(0.2, 0.25), (0.4, 0.5), (0.6, 0.75), (0.8, 1), (0.99, 1), (1, 1)])
    func quantilesInterpolate(share: Double, seconds: Double) throws {
        #expect(try #require(Self.some?.quantile(share)).isApproximately(seconds))
    }

    @Test func whatIsNoHistogramIsNone() {
        #expect(LatencyHistogram(counts: [:]) == nil)
        #expect(LatencyHistogram(counts: [1: 2]) == nil)
        #expect(LatencyHistogram(counts: [1: .nan, .infinity: 2]) == nil)
        #expect(LatencyHistogram(counts: [1: -1, .infinity: 2]) == nil)
        #expect(Self.some?.quantile(.nan) == nil && Self.some?.quantile(1.1) == nil)
        #expect(LatencyHistogram(counts: [1: 0, .infinity: 0])?.quantile(0.5) == nil)
    }

    @Test func whatCameSinceIsTheDifference() throws {
        let earlier = try #require(Self.some)
        let later = try #require(LatencyHistogram(counts: [0.5: 4, 1: 18, .infinity: 20]))
        let since = later.since(earlier)
        #expect(since.count == 10 && since.quantile(0.5) == 0.75)
        // The engine was restarted: its counts have begun anew.
        #expect(earlier.since(later) == earlier)
    }
}

extension Double {
    fileprivate func isApproximately(_ other: Double) -> Bool { abs(self - other) < 1e-9 }
}
