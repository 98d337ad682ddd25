public import KubeCore

/// autoscaling/v2 HorizontalPodAutoscalerBehavior. A behavior that is set, even to nothing, is not the same as none:
/// with none, HPA's older rules hold (`AutoscalerPolicy.behavior`).
public struct ScalingBehavior: Sendable, Hashable, Codable {
    public var scaleUp: ScalingRules?
    public var scaleDown: ScalingRules?

    public init(scaleUp: ScalingRules? = nil, scaleDown: ScalingRules? = nil) {
        self.scaleUp = scaleUp
        self.scaleDown = scaleDown
    }
}

/// autoscaling/v2 HPAScalingRules: how fast one direction may go.
public struct ScalingRules: Sendable, Hashable, Codable {
    /// autoscaling/v2 ScalingPolicySelect.
    public enum SelectPolicy: String, Sendable, Hashable, Codable {
        case max = "Max"
        case min = "Min"
        case disabled = "Disabled"
    }

    /// 0 to 3600. Default: 0 upwards, the controller's setting (300) downwards.
    public var stabilizationWindowSeconds: Int32?
    /// Which policy counts where there are several. Default: Max, the one that allows most change.
    public var selectPolicy: SelectPolicy?
    /// Default upwards: 4 pods or 100 % in 15 s. Default downwards: 100 % in 15 s.
    public var policies: [ScalingPolicy]?
    /// The share of the target by which usage may be off before anything is done: `100m` is 10 %. Default: the
    /// controller's setting.
    public var tolerance: Quantity?

    public init(
        stabilizationWindowSeconds: Int32? = nil, selectPolicy: SelectPolicy? = nil, policies: [ScalingPolicy]? = nil,
        tolerance: Quantity? = nil
    ) {
        self.stabilizationWindowSeconds = stabilizationWindowSeconds
        self.selectPolicy = selectPolicy
        self.policies = policies
        self.tolerance = tolerance
    }
}

/// autoscaling/v2 HPAScalingPolicy: at most `value` pods or percent of change in `periodSeconds`.
public struct ScalingPolicy: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable {
        case pods = "Pods"
        case percent = "Percent"
    }

    public var type: Kind
    /// Positive.
    public var value: Int32
    /// 1 to 1800.
    public var periodSeconds: Int32

    public init(type: Kind, value: Int32, periodSeconds: Int32) {
        self.type = type
        self.value = value
        self.periodSeconds = periodSeconds
    }
}

/// One direction's rules with the defaults that the API server fills in.
struct EffectiveRules: Sendable {
    var windowSeconds: Int32
    var selectPolicy: ScalingRules.SelectPolicy
    var policies: [ScalingPolicy]

    private init(_ rules: ScalingRules?, windowSeconds: Int32, policies: [ScalingPolicy]) {
        self.windowSeconds = rules?.stabilizationWindowSeconds ?? windowSeconds
        self.selectPolicy = rules?.selectPolicy ?? .max
        let given = rules?.policies ?? []
        self.policies = given.isEmpty ? policies : given
    }

    static func up(_ rules: ScalingRules?) -> EffectiveRules {
        EffectiveRules(
            rules, windowSeconds: 0,
            policies: [
                ScalingPolicy(type: .pods, value: 4, periodSeconds: 15),
                ScalingPolicy(type: .percent, value: 100, periodSeconds: 15),
            ])
    }

    static func down(_ rules: ScalingRules?, windowSeconds: Int32) -> EffectiveRules {
        EffectiveRules(
            rules, windowSeconds: windowSeconds,
            policies: [ScalingPolicy(type: .percent, value: 100, periodSeconds: 15)])
    }

    /// The longest time that an event can matter for.
    var longestPeriod: Duration { .seconds(policies.map(\.periodSeconds).max() ?? 0) }
}
