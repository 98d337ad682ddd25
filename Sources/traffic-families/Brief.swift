import Autoscaling
import TrafficModel

enum Brief {
    static func run(_ families: [TrafficFamily], seeds: ClosedRange<UInt64>) {
        var groups: [String: (Double, Double, Double, Double)] = [:]
        for family in families {
            for (mean, restlessness) in [(2000.0, 0.0), (2000, 0.43), (60, 0)] {
                var sums = [(Double, Double, Double)](repeating: (0, 0, 0), count: 4)
                for seed in seeds {
                    let trace = family.trace(seed: seed, mean: mean, restlessness: restlessness)
                    for (index, load) in [30, 130, 300, 480].enumerated() {
                        let initial = trace.seconds.prefix(60).reduce(0) { $0 + $1.requests } / 60 / 1.2
                        let settings = TrafficReplay.Settings(
                            loadSeconds: load, initialReplicas: Int(initial.rounded(.up)), sloSeconds: 2.5,
                            metricWindowSeconds: 60)
                        func policy(_ d: HPADeviations) -> AutoscalerPolicy {
                            AutoscalerPolicy(
                                minReplicas: 1, maxReplicas: Int32(mean * 10),
                                metrics: [MetricTarget(name: "requests_per_second", target: .averageValue(milli: 1200))],
                                deviations: d)
                        }
                        let replay = TrafficReplay(settings)
                        let hpa = replay.run(trace, rule: AutoscalerRule(name: "hpa", policy: policy(.strict), syncSeconds: 15))
                        let ours = replay.run(
                            trace, rule: AutoscalerRule(name: "ours", policy: policy(.standard), syncSeconds: 5, forecasts: true))
                        sums[index].0 += hpa.shareOverSLO
                        sums[index].1 += ours.shareOverSLO
                        sums[index].2 += ours.gpuSeconds / hpa.gpuSeconds
                    }
                }
                let n = Double(seeds.count)
                let name = "\(family.name) \(fixedPoint(mean, digits: 0))" + (restlessness > 0 ? " restless" : "")
                var line = name + String(repeating: " ", count: max(24 - name.count, 1))
                for (index, load) in [30, 130, 300, 480].enumerated() {
                    let s = sums[index]
                    line += "| \(fixedPoint(s.0 / n * 100, digits: 2)) \(fixedPoint(s.1 / n * 100, digits: 2)) \(fixedPoint(s.2 / n, digits: 3)) "
                    let key = "\(restlessness > 0 ? "restless" : mean > 100 ? "plain   " : "small   ") \(load)"
                    var g = groups[key] ?? (0, 0, 0, 0)
                    g.0 += s.0 / n; g.1 += s.1 / n; g.2 += s.2 / n; g.3 += 1
                    groups[key] = g
                }
                print(line)
            }
        }
        for key in groups.keys.sorted() {
            let g = groups[key]!
            print("\(key): hpa \(fixedPoint(g.0 / g.3 * 100, digits: 2)) ours \(fixedPoint(g.1 / g.3 * 100, digits: 2)) gpu \(fixedPoint(g.2 / g.3, digits: 3))")
        }
    }
}
