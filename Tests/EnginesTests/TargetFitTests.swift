import DeepSeekAPI
import Engines
import KubeCore
import Testing

@Suite struct TargetFitTests {
    private static func fit(
        _ average: QuantityText, sequences: Int?, seconds: Double? = nil, name: String = "api_requests_per_second"
    ) -> TargetFit? {
        let target = MetricSpec.Target(type: .averageValue, averageValue: average)
        var engine = EngineSpec(type: .vllm, image: "i")
        engine.maxConcurrentSequences = sequences
        return TargetFit(
            MetricSpec(external: .init(metric: .init(name: name), target: target)), engine: engine,
            requestSeconds: seconds)
    }

    /// The numbers of the article: 180 requests a second at a batch of 16.
    @Test func aTargetThatNoModelCouldKeep() throws {
        let problem = try #require(Self.fit("180", sequences: 16)?.problem)
        #expect(
            problem.contains("180 requests a second") && problem.contains("16 at a time") && problem.contains("89 ms"))
    }

    @Test func measuredSpeedTellsMore() throws {
        #expect(Self.fit("20", sequences: 16)?.problem == nil)
        let problem = try #require(Self.fit("20", sequences: 16, seconds: 2)?.problem)
        #expect(
            problem.contains("800 ms") && problem.contains("they take 2.0 s") && problem.contains("at most 8 a second"))
        #expect(Self.fit("8", sequences: 16, seconds: 2)?.problem == nil)
    }

    @Test func whatIsNoRateOfRequestsIsLeftAlone() {
        #expect(Self.fit("180", sequences: 16, name: "queue_length") == nil)
        #expect(Self.fit("180", sequences: nil) == nil)
        #expect(Self.fit("0", sequences: 16) == nil)
        #expect(Self.fit("180", sequences: 16, name: "model:qps")?.problem != nil)
    }
}
