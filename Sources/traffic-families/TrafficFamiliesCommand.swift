import Autoscaling
import TrafficModel

/// Plays families of made traffic under HPA's defaults and ours, and prints a Markdown table of means over the seeds: the
/// families that the forecast was developed on, or with the argument `held-out` those that it was only judged on.
@main
enum TrafficFamiliesCommand {
    private static let loadSeconds = [30, 130, 300, 480]
    private static let target = 1.2

    private struct Sums {
        var hpa = 0.0
        var ours = 0.0
        var gpus = 0.0
    }

    static func main() {
        let isHeldOut = CommandLine.arguments.contains("held-out")
        let seeds: ClosedRange<UInt64> = isHeldOut ? 101...105 : 1...3
        print("Requests over the SLO in percent, HPA and ours, and GPU-seconds, ours by HPA's, at each load time.\n")
        print("| family | " + loadSeconds.map { "\($0) s: HPA | ours | GPU" }.joined(separator: " | ") + " |")
        print("|---|" + String(repeating: "--:|", count: loadSeconds.count * 3))
        for family in isHeldOut ? TrafficFamily.heldOut : TrafficFamily.developed {
            for (mean, restlessness) in [(2000.0, 0.0), (2000, 0.43), (60, 0)] {
                var sums = Array(repeating: Sums(), count: loadSeconds.count)
                for seed in seeds {
                    let trace = family.trace(seed: seed, mean: mean, restlessness: restlessness)
                    for index in sums.indices { play(trace, mean: mean, loadSeconds[index], &sums[index]) }
                }
                let name = "\(family.name) \(fixedPoint(mean, digits: 0))" + (restlessness > 0 ? " restless" : "")
                print("| \(name) | " + sums.map { row($0, Double(seeds.count)) }.joined(separator: " | ") + " |")
            }
        }
    }

    private static func play(_ trace: TrafficTrace, mean: Double, _ loadSeconds: Int, _ sums: inout Sums) {
        let initial = trace.seconds.prefix(60).reduce(0) { $0 + $1.requests } / 60 / target
        let replay = TrafficReplay(
            TrafficReplay.Settings(
                loadSeconds: loadSeconds, initialReplicas: Int(initial.rounded(.up)), metricWindowSeconds: 60))
        func policy(_ deviations: HPADeviations) -> AutoscalerPolicy {
            AutoscalerPolicy(
                maxReplicas: Int32(mean * 10),
                metrics: [MetricTarget(name: "rps", target: .averageValue(milli: Int64(target * 1000)))],
                deviations: deviations)
        }
        let hpa = replay.run(trace, rule: AutoscalerRule(name: "hpa", policy: policy(.strict), syncSeconds: 15))
        let ours = replay.run(
            trace, rule: AutoscalerRule(name: "ours", policy: policy(.standard), syncSeconds: 5, forecasts: true))
        sums.hpa += hpa.shareOverSLO * 100
        sums.ours += ours.shareOverSLO * 100
        sums.gpus += ours.gpuSeconds / max(hpa.gpuSeconds, 1)
    }

    private static func row(_ sums: Sums, _ count: Double) -> String {
        [(sums.hpa, 2), (sums.ours, 2), (sums.gpus, 3)].map { fixedPoint($0 / count, digits: $1) }
            .joined(separator: " | ")
    }
}
