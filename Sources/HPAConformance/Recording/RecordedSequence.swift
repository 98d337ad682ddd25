public import Autoscaling
internal import FoundationEssentials
public import KubeCore

/// One line of a recording: a HorizontalPodAutoscaler, what its controller saw tick by tick, and what it did.
public struct RecordedSequence: Sendable, Decodable {
    public struct Metric: Sendable, Decodable {
        public var averageValue: Quantity?
        public var value: Quantity?
    }

    public struct Tick: Sendable, Decodable {
        /// Seconds since the tick before; of no effect on the first.
        public var after: Double
        public var specReplicas: Int32
        public var statusReplicas: Int32
        /// Pods that are ready, for Value targets; absent: all that there are.
        public var readyReplicas: Int32?
        /// Thousandths, for each metric; nil where it could not be read.
        public var values: [[Int64]?]
        /// What the controller made of `specReplicas`.
        public var replicas: Int32
        /// Type, status and reason of each condition after the tick, by type.
        public var conditions: [[String]]
    }

    /// 1 where absent.
    public var minReplicas: Int32?
    public var maxReplicas: Int32
    public var metrics: [Metric]
    public var behavior: ScalingBehavior?
    public var ticks: [Tick]

    /// Reads one line.
    ///
    /// - Parameter number: the line's number, from 1, for errors.
    public init(line: some StringProtocol, number: Int) throws(RecordingError) {
        do {
            self = try JSONDecoder().decode(RecordedSequence.self, from: Data(line.utf8))
        } catch {
            throw RecordingError(line: number, text: String(line), error)
        }
        if let problem { throw RecordingError(line: number, problem: problem) }
    }

    /// The policy of this HorizontalPodAutoscaler.
    public func policy(_ deviations: HPADeviations) -> AutoscalerPolicy {
        AutoscalerPolicy(
            minReplicas: minReplicas ?? 1, maxReplicas: maxReplicas, metrics: targets, behavior: behavior,
            deviations: deviations, canScaleFromZero: wasScaleToZeroEnabled)
    }

    /// A controller with the feature gate HPAScaleToZero sets the condition with its first rescale. Before that the gate
    /// changes nothing.
    private var wasScaleToZeroEnabled: Bool {
        ticks.contains { $0.conditions.contains { $0.first == AutoscalerCondition.scaledToZero } }
    }

    private var targets: [MetricTarget] {
        metrics.enumerated().compactMap { index, metric in
            let average = metric.averageValue?.milliValue.map { MetricTarget.Target.averageValue(milli: $0) }
            let target = average ?? metric.value?.milliValue.map { .value(milli: $0) }
            return target.map { MetricTarget(name: "m\(index)", target: $0) }
        }
    }

    // MARK: - Checks

    /// What is wrong beyond what the types say, or nil.
    private var problem: String? {
        if let minReplicas, minReplicas < 0 { return "minReplicas: \(minReplicas) is negative" }
        if maxReplicas < max(minReplicas ?? 1, 1) { return "maxReplicas: \(maxReplicas) is less than minReplicas or 1" }
        if metrics.isEmpty { return "metrics: there is none" }
        if ticks.isEmpty { return "ticks: there is none" }
        for (index, metric) in metrics.enumerated() {
            if let problem = Self.problem(metric) { return "metrics[\(index)]\(problem)" }
        }
        for (index, tick) in ticks.enumerated() {
            if let problem = problem(tick) { return "ticks[\(index)].\(problem)" }
        }
        return nil
    }

    private static func problem(_ metric: Metric) -> String? {
        switch (metric.averageValue, metric.value) {
        case (nil, nil): ": neither averageValue nor value is given"
        case (_?, _?): ": averageValue and value are both given"
        case (let target?, nil): problem(target).map { ".averageValue: \($0)" }
        case (nil, let target?): problem(target).map { ".value: \($0)" }
        }
    }

    private static func problem(_ target: Quantity) -> String? {
        guard let milli = target.milliValue else { return "\(target) is beyond 64 bits of thousandths" }
        return milli > 0 ? nil : "\(target) is not positive"
    }

    private func problem(_ tick: Tick) -> String? {
        if !(0...1e9).contains(tick.after) { return "after: \(tick.after) is not between 0 and 1e9 seconds" }
        if tick.specReplicas < 0 { return "specReplicas: \(tick.specReplicas) is negative" }
        if tick.statusReplicas < 0 { return "statusReplicas: \(tick.statusReplicas) is negative" }
        if let ready = tick.readyReplicas, ready < 0 { return "readyReplicas: \(ready) is negative" }
        if tick.values.count != metrics.count {
            return "values: there are \(tick.values.count) for \(metrics.count) metrics"
        }
        for (index, condition) in tick.conditions.enumerated() where condition.count != 3 {
            return "conditions[\(index)]: it should be type, status and reason"
        }
        return nil
    }
}
