import Autoscaling
import TrafficModel

enum Watch {
    static func run(_ family: TrafficFamily, seed: UInt64, restlessness: Double, load: Int, every: Int) {
        let trace = family.trace(seed: seed, mean: 2000, restlessness: restlessness)
        let initial = trace.seconds.prefix(60).reduce(0) { $0 + $1.requests } / 60 / 1.2
        let settings = TrafficReplay.Settings(
            loadSeconds: load, initialReplicas: Int(initial.rounded(.up)), sloSeconds: 2.5, metricWindowSeconds: 60)
        func policy(_ d: HPADeviations) -> AutoscalerPolicy {
            AutoscalerPolicy(
                minReplicas: 1, maxReplicas: 20000,
                metrics: [MetricTarget(name: "requests_per_second", target: .averageValue(milli: 1200))],
                deviations: d)
        }
        var rows: [[(Double, Int, Int)]] = [[], []]
        for (i, rule) in [
            AutoscalerRule(name: "hpa", policy: policy(.strict), syncSeconds: 15),
            AutoscalerRule(name: "ours", policy: policy(.standard), syncSeconds: 5, forecasts: true),
        ].enumerated() {
            _ = TrafficReplay(settings).run(trace, rule: rule) { rows[i].append(($0.overSLO, $0.ready, $0.replicas)) }
        }
        var start = 0
        while start < trace.seconds.count {
            let range = start..<min(start + every, trace.seconds.count)
            func mean(_ f: (Int) -> Double) -> String { fixedPoint(range.reduce(0) { $0 + f($1) } / Double(range.count), digits: 0) }
            print(
                start, "need", mean { trace.seconds[$0].requests / 1.2 }, "| hpa", mean { Double(rows[0][$0].2) }, "over",
                mean { rows[0][$0].0 }, "| ours", mean { Double(rows[1][$0].2) }, "ready", mean { Double(rows[1][$0].1) },
                "over", mean { rows[1][$0].0 })
            start += every
        }
    }
}
