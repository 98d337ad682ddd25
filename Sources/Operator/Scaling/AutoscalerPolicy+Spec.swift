package import Autoscaling
package import DeepSeekAPI
internal import KubeCore

extension AutoscalerPolicy {
    /// The policy of an accepted spec. Nil where the operator does not decide, or a number does not fit, which
    /// validation refuses first.
    ///
    /// - Parameter namespace: where the metrics are read, for HPA's messages.
    package init?(_ spec: AutoscalingSpec, namespace: String) {
        guard spec.resolvedMode == .operator, let maximum = Int32(exactly: spec.maxReplicas),
            let minimum = Int32(exactly: spec.resolvedMinReplicas)
        else { return nil }
        let targets = spec.metrics.compactMap(MetricTarget.init)
        guard targets.count == spec.metrics.count, !targets.isEmpty else { return nil }
        let isStrict = spec.resolvedCompatibility == .strict
        self.init(
            minReplicas: minimum, maxReplicas: maximum, metrics: targets,
            behavior: spec.behavior.map(ScalingBehavior.init), deviations: isStrict ? .strict : .standard,
            staleness: isStrict ? nil : .seconds(spec.resolvedStalenessSeconds), fallback: Fallback(spec),
            guards: (spec.guards ?? []).map(LoadGuard.init), namespace: namespace)
    }
}

extension Fallback {
    init(_ spec: AutoscalingSpec) {
        let fallback = spec.resolvedFallback
        if fallback.resolvedPolicy == .atLeast, let replicas = fallback.replicas.flatMap(Int32.init(exactly:)) {
            self = .atLeast(replicas, after: .seconds(fallback.resolvedAfterSeconds))
        } else {
            self = .hold
        }
    }
}

extension LoadGuard {
    init(_ spec: GuardSpec) {
        self.init(name: spec.metric.rawValue, maxMilli: Int64(clamping: spec.max).multipliedClamped(by: 1000))
    }
}

extension Int64 {
    fileprivate func multipliedClamped(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}

extension MetricTarget {
    init?(_ spec: MetricSpec) {
        guard let external = spec.external, let milli = external.target.quantity?.milliValue else { return nil }
        let target: Target =
            switch external.target.type {
            case .averageValue: .averageValue(milli: milli)
            case .value: .value(milli: milli)
            }
        let onEmpty: OnEmpty =
            switch spec.resolvedOnEmpty {
            case .hold: .hold
            case .zero: .zero
            case .ignore: .ignore
            }
        self.init(
            name: external.metric.name, selector: external.metric.selector, target: target, onEmpty: onEmpty,
            activationMilli: spec.activationThreshold?.quantity?.milliValue)
    }
}

extension ScalingBehavior {
    init(_ spec: BehaviorSpec) {
        self.init(scaleUp: spec.scaleUp.map(ScalingRules.init), scaleDown: spec.scaleDown.map(ScalingRules.init))
    }
}

extension ScalingRules {
    init(_ rules: BehaviorSpec.Rules) {
        self.init(
            stabilizationWindowSeconds: rules.stabilizationWindowSeconds.map(Int32.init(clamping:)),
            selectPolicy: rules.selectPolicy.flatMap { SelectPolicy(rawValue: $0.rawValue) },
            policies: rules.policies?.compactMap { policy in
                ScalingPolicy.Kind(rawValue: policy.type.rawValue).map {
                    ScalingPolicy(
                        type: $0, value: Int32(clamping: policy.value),
                        periodSeconds: Int32(clamping: policy.periodSeconds))
                }
            },
            tolerance: rules.tolerance?.quantity)
    }
}
