internal import Autoscaling
public import DeepSeekAPI
internal import KubeCore
internal import Operator
internal import TrafficModel
internal import YAML

/// One autoscaling setting that is tried.
public struct SimulatedSetting: Sendable {
    /// For reports: the file's name, or the resource's.
    public let name: String
    /// Requests a second that the setting wants each replica to serve.
    public let target: Double
    /// The replicas between which it scales.
    public let bounds: ClosedRange<Int>
    let policy: AutoscalerPolicy
    let syncSeconds: Int
    let forecasts: Bool

    /// Reads YAML or JSON: a DeepSeekCluster, its `spec`, or only what is under `spec.autoscaling`.
    public init(_ text: String, name: String) throws(SettingError) {
        let value: JSONValue
        do {
            value = try YAML.parse(text)
        } catch {
            throw SettingError(name, error.description)
        }
        let spec = value["spec"] ?? value
        let autoscaling = spec["autoscaling"] ?? spec
        do {
            try self.init(try autoscaling.decoded(as: AutoscalingSpec.self), name: name)
        } catch let error as SettingError {
            throw error
        } catch {
            throw SettingError(name, "it is no DeepSeekCluster and no autoscaling section of one: \(error)")
        }
    }

    public init(_ cluster: DeepSeekCluster, name: String) throws(SettingError) {
        guard let spec = cluster.spec.autoscaling else {
            throw SettingError(name, "it has no spec.autoscaling, so that there is nothing to simulate")
        }
        try self.init(spec, name: name)
    }

    init(_ spec: AutoscalingSpec, name: String) throws(SettingError) {
        self.name = name
        var spec = spec
        let isHPA = spec.resolvedMode == .horizontalPodAutoscaler
        spec.mode = .operator
        if isHPA { spec.compatibility = .strict }
        guard var policy = AutoscalerPolicy(spec, namespace: "") else {
            throw SettingError(name, "maxReplicas, minReplicas and metrics with a target are needed")
        }
        let shared = policy.metrics.filter { Self.milli($0) != nil }
        guard shared.count == 1, let metric = shared.first, let milli = Self.milli(metric), milli > 0 else {
            throw SettingError(
                name,
                "exactly one metric with a positive AverageValue is needed, requests a second; it has \(shared.count)")
        }
        guard policy.minReplicas >= 0, policy.minReplicas <= policy.maxReplicas, policy.maxReplicas > 0 else {
            throw SettingError(name, "minReplicas must be 0 or more and not above maxReplicas")
        }
        policy.metrics = [metric]
        policy.guards = []
        self.policy = policy
        target = Double(milli) / 1000
        bounds = Int(policy.minReplicas)...Int(policy.maxReplicas)
        // The controller-manager's period for all of them.
        syncSeconds = isHPA ? 15 : spec.resolvedSyncPeriodSeconds
        forecasts = !isHPA && spec.resolvedCompatibility == .standard && spec.resolvedForecastEnabled
    }

    /// The setting that flags describe.
    ///
    /// - Parameter target: positive.
    public init(target: Double, bounds: ClosedRange<Int>) {
        name = "default"
        let milli = Int64(exactly: min(max((target * 1000).rounded(), 1), 9e15)) ?? 1
        self.target = Double(milli) / 1000
        self.bounds = bounds
        policy = AutoscalerPolicy(
            minReplicas: Int32(clamping: bounds.lowerBound), maxReplicas: Int32(clamping: bounds.upperBound),
            metrics: [MetricTarget(name: "requests_per_second", target: .averageValue(milli: milli))])
        syncSeconds = 5
        forecasts = true
    }

    var rule: AutoscalerRule {
        AutoscalerRule(name: name, policy: policy, syncSeconds: syncSeconds, forecasts: forecasts)
    }

    /// HPA's defaults with this setting's target and bounds.
    var hpa: AutoscalerRule {
        let defaults = AutoscalerPolicy(
            minReplicas: policy.minReplicas, maxReplicas: policy.maxReplicas, metrics: policy.metrics,
            deviations: .strict)
        return AutoscalerRule(name: "hpa", policy: defaults, syncSeconds: 15)
    }

    private static func milli(_ metric: MetricTarget) -> Int64? {
        if case .averageValue(let milli) = metric.target { milli } else { nil }
    }
}
