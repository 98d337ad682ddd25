import Autoscaling
import KubeCore
import TrafficModel

/// Thirty days of traffic at ticks of a second, under the autoscaler with its forecast: what a person waits for who asks
/// what a month would have cost.
@main
enum WhatIfBenchmark {
    static func main() {
        let trace = month
        for syncSeconds in [1, 5] {
            let rule = AutoscalerRule(name: "ours", policy: policy, syncSeconds: syncSeconds, forecasts: true)
            let elapsed = ContinuousClock().measure {
                let report = TrafficReplay(TrafficReplay.Settings(initialReplicas: 500)).run(trace, rule: rule)
                precondition(report.scaleUps > 0)
            }
            print("what_if_seconds_\(syncSeconds) \(elapsed.inSeconds)")
        }
        print("decisions_per_second \(decisionsPerSecond())")
    }

    /// Decisions with forecast and all that belongs to them, on a load that goes up and down.
    private static func decisionsPerSecond() -> Double {
        let autoscaler = Autoscaler(policy)
        var state = AutoscalerState()
        var forecaster = ReplicaForecaster()
        var replicas: Int32 = 500
        let count = 500_000
        let elapsed = ContinuousClock().measure {
            for second in 0..<count {
                let now = Timestamp(seconds: 1_767_225_600 + Int64(second))
                let load = Int64(600_000 + 700 * (second % 4000 < 2000 ? second % 2000 : 2000 - second % 2000))
                var observation = Observation(
                    now: now, specReplicas: replicas, statusReplicas: replicas, readyReplicas: replicas,
                    readings: [.samples([MetricSample(milli: load, timestamp: now)])])
                forecaster.forecast(
                    &observation, policy: policy, coldStart: ColdStartTimes(), syncPeriod: .seconds(1))
                let decision = autoscaler.decide(observation, state: &state)
                autoscaler.recordRescale(decision, at: now, state: &state)
                replicas = decision.replicas
            }
        }
        return Double(count) / elapsed.inSeconds
    }

    private static let policy = AutoscalerPolicy(
        minReplicas: 50, maxReplicas: 4000,
        metrics: [MetricTarget(name: "requests_per_second", target: .averageValue(milli: 1200))])

    /// Thirty days between 600 and 2,000 requests a second.
    private static var month: TrafficTrace {
        let points = [(0, 600.0), (21_600, 700), (43_200, 2000), (64_800, 1500), (86_400, 600)]
        return TrafficShape(
            points: points.map { TrafficShape.Point(second: $0.0, rate: $0.1) }, periods: 30, batch: 1
        ).trace()
    }
}
