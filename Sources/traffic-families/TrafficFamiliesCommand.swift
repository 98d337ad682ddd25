import TrafficModel

/// Plays families of made traffic, and prints how ours compares.
@main
enum TrafficFamiliesCommand {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        let isHeldOut = arguments.contains("held-out")
        let isBrief = arguments.contains("brief")
        let families = isHeldOut ? TrafficFamily.heldOut : TrafficFamily.developed
        let seeds: ClosedRange<UInt64> = isHeldOut ? 101...105 : isBrief ? 1...3 : 1...5
        if isBrief { return Brief.run(families, seeds: seeds) }
        for family in families {
            for (mean, restlessness) in [(2000.0, 0.0), (2000, 0.43), (60, 0)] {
                for loadSeconds in [30, 130, 300, 480] {
                    var sum = [Double](repeating: 0, count: 8)
                    for seed in seeds {
                        let trace = family.trace(seed: seed, mean: mean, restlessness: restlessness)
                        let scenario = scenario(family.name, mean: mean, trace, loadSeconds)
                        let result = ScenarioResult(scenario, trace: trace, loadSeconds: loadSeconds)
                        sum[0] += result.hpa.shareOverSLO
                        sum[1] += result.kpa.shareOverSLO
                        sum[2] += result.ours.shareOverSLO
                        sum[3] += result.instant.shareOverSLO
                        let base = result.clairvoyant.gpuSeconds
                        sum[4] += result.hpa.gpuSeconds / base
                        sum[5] += result.kpa.gpuSeconds / base
                        sum[6] += result.ours.gpuSeconds / base
                        sum[7] += result.instant.gpuSeconds / base
                    }
                    let count = Double(seeds.count)
                    let over = sum[..<4].map { fixedPoint($0 / count * 100, digits: 2) }
                    let gpu = sum[4...].map { fixedPoint($0 / count, digits: 2) }
                    let name = "\(family.name) \(fixedPoint(mean, digits: 0))" + (restlessness > 0 ? " restless" : "")
                    let ratios = [
                        sum[0] > 0 ? fixedPoint(sum[2] / sum[0], digits: 2) : "-",
                        fixedPoint(sum[6] / sum[4], digits: 3),
                    ]
                    print("| " + ([name, "\(loadSeconds)"] + over + gpu + ratios).joined(separator: " | ") + " |")
                }
            }
        }
    }

    private static func scenario(
        _ name: String, mean: Double, _ trace: TrafficTrace, _ loadSeconds: Int
    ) -> Scenario {
        let initial = trace.seconds.prefix(60).reduce(0) { $0 + $1.requests } / 60 / 1.2
        return Scenario(
            name: name, about: "", foreseeable: true, traffic: Scenario.Traffic(), target: 1.2,
            minReplicas: 1, maxReplicas: Int(mean * 10), initialReplicas: Int(initial.rounded(.up)),
            sloSeconds: 2.5, metricWindowSeconds: 60, loadSeconds: [loadSeconds],
            syncSeconds: Scenario.SyncSeconds(hpa: 15, kpa: 2, ours: 5))
    }
}
