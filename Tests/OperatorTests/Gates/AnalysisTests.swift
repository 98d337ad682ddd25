import DeepSeekAPI
import Engines
import KubeCore
import MetricSources
import Migration
import Testing

@testable import Operator

@Suite struct AnalysisTests {
    private static func check(
        _ noData: AnalysisSpec.Check.NoData = .pause, count: Int = 2, failures: Int = 0
    ) -> AnalysisSpec.Check {
        var check = AnalysisSpec.Check(name: "c", engineMetric: .errorRatePercent)
        (check.count, check.failureLimit, check.onNoData) = (count, failures, noData)
        return check
    }

    private static let pass = Measurement.passed("1")
    private static let fail = Measurement.failed("9 is above 5")
    private static let none = Measurement.noData("nothing")

    @Test(
        arguments: [
            (check(), [pass], nil), (check(), [pass, pass], .passed), (check(), [fail], .failed),
            (check(failures: 1), [fail], nil), (check(failures: 1), [fail, pass], .passed),
            (check(failures: 1), [fail, fail], .failed),
            // No data is never a pass, whatever it means.
            (check(), [none, none], .inconclusive), (check(), [none, pass, pass], .passed),
            (check(.fail), [none], .failed), (check(.ignore), [none, none], .inconclusive),
            (check(.ignore), [none, pass, pass], .passed),
        ] as [(AnalysisSpec.Check, [Measurement], GateResult.Outcome?)])
    func measurementsMakeAVerdict(
        check: AnalysisSpec.Check, measurements: [Measurement], outcome: GateResult.Outcome?
    ) {
        var progress = AnalysisProgress([check])
        for measurement in measurements { progress.add(measurement, of: check) }
        #expect(progress.verdict?.outcome == outcome)
        #expect(progress.isOpen(check) == (outcome == nil || outcome == .failed && measurements.count < 2))
    }

    @Test func oneCheckWithoutDataIsLeftOutWhereItMayBe() {
        let quiet = Self.check(.ignore)
        var other = Self.check()
        other.name = "d"
        var progress = AnalysisProgress([quiet, other])
        for _ in 0..<2 {
            progress.add(Self.none, of: quiet)
            progress.add(Self.pass, of: other)
        }
        #expect(progress.verdict?.outcome == .passed)
        #expect(progress.verdict?.message.contains("c was left out") == true)
    }

    // MARK: What engines count

    private static func reading(requests: Double, errors: Double, slow: Double = 0) -> EngineReading {
        var reading = EngineReading()
        (reading.requests, reading.errors) = (requests, errors)
        reading.latency = LatencyHistogram(counts: [1: requests - slow, 10: requests, .infinity: requests])
        return reading
    }

    private static let meter = AnalysisMeter(reader: MetricReader(), probe: PodProbe(NoTransport()))

    private static func measure(
        _ metric: AnalysisSpec.Check.EngineMetric, _ earlier: AnalysisMeter.Readings, _ later: AnalysisMeter.Readings,
        least: Int? = nil
    ) -> Measurement {
        var check = AnalysisSpec.Check(name: "c", engineMetric: metric)
        check.minRequests = least
        return meter.measure(check, from: earlier, to: later)
    }

    @Test func aRateIsOfWhatHappenedSinceTheLastLook() {
        // All failures lie before it, and a restarted engine has begun anew.
        let earlier = ["a": Self.reading(requests: 100, errors: 90), "b": Self.reading(requests: 50, errors: 0)]
        let later = ["a": Self.reading(requests: 200, errors: 92), "b": Self.reading(requests: 10, errors: 1)]
        #expect(Self.measure(.errorRatePercent, earlier, later) == .passed("2727m"))
        let worse = ["a": Self.reading(requests: 200, errors: 110), "b": Self.reading(requests: 60, errors: 0)]
        #expect(Self.measure(.errorRatePercent, earlier, worse) == .failed("18182m is above 5"))
    }

    @Test func latencyHasTheArticlesLimit() {
        let earlier = ["a": Self.reading(requests: 0, errors: 0)]
        let fast = ["a": Self.reading(requests: 100, errors: 0)]
        let slow = ["a": Self.reading(requests: 100, errors: 0, slow: 50)]
        #expect(Self.measure(.p99LatencySeconds, earlier, fast) == .passed("990m"))
        guard case .failed = Self.measure(.p99LatencySeconds, earlier, slow) else {
            Issue.record("slow answers pass")
            return
        }
    }

    @Test func tooFewRequestsAreNoData() {
        let earlier = ["a": Self.reading(requests: 0, errors: 0)]
        let later = ["a": Self.reading(requests: 9, errors: 0)]
        #expect(
            Self.measure(.errorRatePercent, earlier, later, least: 10)
                == .noData("9 requests; at least 10 are needed"))
        #expect(
            Self.measure(.errorRatePercent, earlier, earlier)
                == .noData("no engine tells of a request since the last look"))
        // A pod that is new, or did not answer, says nothing.
        #expect(
            Self.measure(.errorRatePercent, [:], later) == .noData("no engine tells of a request since the last look"))
    }

    // MARK: Prometheus

    private struct Answer: MetricSource {
        var query: String
        var samples: [MetricSample]
        var identity: MetricIdentity {
            MetricIdentity(place: .prometheus(PrometheusEndpoint(url: "http://p")), query: query)
        }
        func read() async throws(MetricSourceError) -> MetricResult { MetricResult(samples: samples) }
    }

    @Test(
        arguments: [
            ([.success(2_000)], Measurement.passed("2")),
            ([.success(2_000), .success(2_600)], .failed("2600m is above 2500m")),
            ([], .noData("the query gave no sample")), ([.failure(.notANumber)], .noData("a value is not a number")),
            ([.failure(.infinite(isNegative: false))], .failed("infinite is above 2500m")),
        ] as [([Result<Int64, InvalidSample>], Measurement)])
    func everySeriesMustPass(values: [Result<Int64, InvalidSample>], expected: Measurement) async throws {
        let check = AnalysisSpec.Check(name: "c", query: "p99{r=\"{{revision}}\"}", max: "2.5")
        let meter = AnalysisMeter(reader: MetricReader(), probe: PodProbe(NoTransport()))
        let measurement = try await meter.measure(
            check, revision: "abc",
            source: { Answer(query: $0, samples: values.map { MetricSample(value: $0, timestamp: nil) }) },
            requests: nil)
        #expect(measurement == expected)
    }
}
