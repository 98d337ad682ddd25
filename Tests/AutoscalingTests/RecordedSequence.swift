import Autoscaling
import FoundationEssentials
import KubeCore
import TestSupport
import Testing

/// One line of Tests/Fixtures/vectors: a real controller's decisions.
struct RecordedSequence: Decodable {
    struct Metric: Decodable {
        var averageValue: Quantity?
        var value: Quantity?
    }

    struct Tick: Decodable {
        var after: Int64
        var specReplicas: Int32
        var statusReplicas: Int32
        var values: [[Int64]?]
        var replicas: Int32
        var conditions: [[String]]
    }

    var minReplicas: Int32?
    var maxReplicas: Int32
    var metrics: [Metric]
    var behavior: ScalingBehavior?
    var ticks: [Tick]

    func policy(_ deviations: HPADeviations) throws -> AutoscalerPolicy {
        let targets = try metrics.enumerated().map { index, metric in
            let averageValue = metric.averageValue?.milliValue.map { MetricTarget.Target.averageValue(milli: $0) }
            let value = metric.value?.milliValue.map { MetricTarget.Target.value(milli: $0) }
            return MetricTarget(name: "m\(index)", target: try #require(averageValue ?? value))
        }
        return AutoscalerPolicy(
            minReplicas: minReplicas ?? 1, maxReplicas: maxReplicas, metrics: targets, behavior: behavior,
            deviations: deviations)
    }

    /// Plays the sequence; says where the first decision differs, or nil.
    func firstDifference(_ deviations: HPADeviations) throws -> String? {
        let autoscaler = Autoscaler(try policy(deviations))
        var state = AutoscalerState()
        var conditions: [Condition] = []
        var now = Timestamp(seconds: 1_767_225_600)
        for (index, tick) in ticks.enumerated() {
            if index > 0 { now = now + .seconds(tick.after) }
            let readings = tick.values.map { values in
                values.map { .samples($0.map { MetricSample(milli: $0, timestamp: now) }) }
                    ?? MetricReading.failed("recorded as unreadable")
            }
            let decision = autoscaler.decide(
                Observation(
                    now: now, specReplicas: tick.specReplicas, statusReplicas: tick.statusReplicas,
                    readyReplicas: tick.statusReplicas, readings: readings),
                state: &state)
            autoscaler.recordRescale(decision, at: now, state: &state)
            for condition in decision.conditions { conditions.set(condition, now: now) }
            let got = conditions.sorted { $0.type < $1.type }.map { [$0.type, $0.status.rawValue, $0.reason] }
            if decision.replicas != tick.replicas || got != tick.conditions {
                return "tick \(index): expected \(tick.replicas) \(tick.conditions), got \(decision.replicas) \(got); "
                    + "\(decision.trace)"
            }
        }
        return nil
    }
}

/// Reads the lines of a gzip file, through gzip itself.
func gunzippedLines(_ path: String) async throws -> [Substring] {
    let folder = try TemporaryFolder()
    let output = "\(folder.path)/lines"
    let status = try await ChildProcess("gzip", ["-dc", "--", path], output: output).wait()
    try #require(status == 0, "gzip could not read \(path)")
    return String(decoding: try Data(contentsOf: URL(filePath: output)), as: UTF8.self).split(separator: "\n")
}
