internal import DeepSeekAPI
internal import KubeCore

/// The last decisions of a cluster's autoscaler, for a person to read: stage by stage, with what changed the number and
/// why. A pure function of what is known.
struct Explanation {
    var cluster: DeepSeekCluster
    /// The latest first; empty where only the status is known.
    var decisions: [DecisionRecord]
    /// Why there are no decisions beside the status.
    var remark: String?

    var text: String {
        (header + (decisions.isEmpty ? lastDecision : decisions.flatMap(Self.lines)) + conditions)
            .joined(separator: "\n") + "\n"
    }

    // MARK: What is known of the cluster

    private var header: [String] {
        let status = cluster.status
        var lines = [
            "DeepSeekCluster \(cluster.namespacedName): \(status?.readyReplicas ?? 0) of \(status?.replicas ?? 0) replicas "
                + "ready, \(cluster.spec.replicas.map(String.init) ?? "none") wished for"
        ]
        guard let spec = cluster.spec.autoscaling else {
            return lines + ["", "There is no spec.autoscaling: nobody but people and other tools set the replicas."]
        }
        let bounds = "\(spec.resolvedMinReplicas) to \(spec.maxReplicas) replicas"
        switch spec.resolvedMode {
        case .operator: lines.append("The operator decides every \(spec.resolvedSyncPeriodSeconds) s, \(bounds).")
        case .horizontalPodAutoscaler:
            lines.append("A HorizontalPodAutoscaler decides, \(bounds): kubectl describe hpa \(cluster.metadata.name)")
        }
        if let cold = status?.autoscaling?.coldStart, let median = cold.p50Seconds, let slow = cold.p90Seconds {
            lines.append(
                "A replica takes \(median) s to start, 90 of 100 at most \(slow) s (\(cold.samples ?? 0) starts measured)."
            )
        }
        if let time = status?.autoscaling?.lastScaleTime { lines.append("The replicas were changed last at \(time).") }
        if let remark { lines.append(remark) }
        return lines
    }

    private var conditions: [String] {
        let types = ["AbleToScale", "ScalingActive", "ScalingLimited", "CapacityAvailable"]
        let found = types.compactMap { cluster.status?.conditions?[type: $0] }
        guard !found.isEmpty else { return [] }
        let rows = found.map { [$0.type, $0.status.rawValue, $0.reason, $0.message] }
        return ["", "Conditions"] + Self.table(rows)
    }

    /// What the status keeps of the last decision.
    private var lastDecision: [String] {
        guard let last = cluster.status?.autoscaling?.lastDecision else {
            let isOurs = cluster.spec.autoscaling?.resolvedMode == .operator
            return isOurs ? ["", "Nothing was decided yet."] : []
        }
        let stages = [
            ("raw", last.raw), ("tolerance", last.tolerance), ("forecast", last.forecast), ("guards", last.guards),
            ("stabilized", last.stabilized), ("rate-limited", last.limited), ("capacity", last.capacity),
            ("final", last.final),
        ]
        let metrics = (cluster.status?.autoscaling?.currentMetrics ?? []).map { metric in
            let average = metric.averageValue.map { ", \($0) a replica" } ?? ""
            return "  \(metric.name): \(metric.value.map { "\($0)" } ?? "unknown")\(average)"
        }
        return ["", "Last decision, as the status has it" + Self.reason(last.reason ?? "")] + metrics
            + Self.lines(stages.compactMap { name, replicas in replicas.map { .init(name: name, replicas: $0) } })
    }

    // MARK: One decision

    private static func lines(_ record: DecisionRecord) -> [String] {
        let repeats =
            record.decisions > 1 ? ", the same \(record.decisions) times until \(record.lastTime)" : ""
        let outcome =
            switch record.outcome {
            case .kept: "\(record.final) replicas, as there are"
            case .written: "from \(record.replicas.spec) to \(record.final) replicas"
            case .failed: "\(record.final) replicas, which could not be written: \(record.error ?? "unknown error")"
            }
        let schedules = record.bounds.schedules.isEmpty ? "" : " (\(record.bounds.schedules.joined(separator: ", ")))"
        let pods =
            "\(record.replicas.spec) wished for, \(record.replicas.ready) of \(record.replicas.status) ready"
            + (record.replicas.onTheirWay > 0 ? ", \(record.replicas.onTheirWay) on their way" : "")
        return ["", "\(record.time)  \(outcome)\(reason(record.reason))\(repeats)"]
            + ["  \(pods); bounds \(record.bounds.min) to \(record.bounds.max)\(schedules)"]
            + record.metrics.map(line) + record.guards.map(line) + lines(record.stages)
    }

    private static func reason(_ text: String) -> String { text.isEmpty ? "" : ": \(text)" }

    private static func line(_ metric: DecisionRecord.Metric) -> String {
        let target = "target \(metric.target)" + (metric.targetType == "AverageValue" ? " a replica" : "")
        if let failure = metric.failure { return "  \(metric.name), \(target): cannot be used: \(failure)" }
        let average = metric.averageValue.map { ", \($0) a replica" } ?? ""
        let value = "\(metric.value.map { "\($0)" } ?? "no value")\(average)"
        let meaning =
            if metric.isIgnored {
                "left out"
            } else if metric.isInactive {
                "counts as no load"
            } else if metric.isWithinTolerance {
                "within tolerance"
            } else {
                metric.replicas.map { "asks for \($0)" } ?? "asks for nothing"
            }
        return "  \(metric.name) \(value), \(target): \(meaning)"
    }

    private static func line(_ limit: DecisionRecord.Guard) -> String {
        if let failure = limit.failure {
            return "  guard \(limit.metric), max \(limit.max): cannot be used: \(failure)"
        }
        let value = limit.value.map { "\($0)" } ?? "no value"
        return "  guard \(limit.metric) \(value), max \(limit.max): \(limit.isExceeded ? "a step up" : "fine")"
    }

    // MARK: Stages

    /// What a stage does to the number of the one before.
    private static let meanings = [
        "raw": "what the metrics ask for", "tolerance": "too little deviation to act on",
        "forecast": "the load that is expected when a replica started now is ready",
        "guards": "a guard asks for a step up",
        "stabilized": "the window, or the forecast in its place, allows no other",
        "rate-limited": "behavior, minReplicas and maxReplicas allow no other", "capacity": "there is no room for more",
        "final": "what was decided",
    ]

    /// A line each, with its meaning where the number is another than before.
    private static func lines(_ stages: [DecisionRecord.Stage]) -> [String] {
        var rows: [[String]] = []
        var before: Int?
        for stage in stages {
            let meaning = stage.replicas == before ? "" : meanings[stage.name] ?? ""
            rows.append([stage.name, String(stage.replicas), meaning])
            before = stage.replicas
        }
        return table(rows)
    }

    /// Columns under each other, indented, without space at the ends of lines.
    private static func table(_ rows: [[String]]) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            let line = "    " + cells.joined(separator: "  ")
            return String(line.prefix(line.count - line.reversed().prefix { $0 == " " }.count))
        }
    }
}
