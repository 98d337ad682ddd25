internal import Autoscaling

/// What each rule did with a scenario at one load time.
public struct ScenarioResult: Sendable, Hashable {
    public var scenario: Scenario
    public var loadSeconds: Int
    public var hpa: ReplayReport
    public var kpa: ReplayReport
    public var instant: ReplayReport
    public var clairvoyant: ReplayReport
    public var ours: ReplayReport

    /// Plays a trace under all rules.
    ///
    /// - Parameter scenario: without a problem.
    public init(_ scenario: Scenario, trace: TrafficTrace, loadSeconds: Int) {
        self.scenario = scenario
        self.loadSeconds = loadSeconds
        let settings = TrafficReplay.Settings(
            loadSeconds: loadSeconds, initialReplicas: scenario.initialReplicas, sloSeconds: scenario.sloSeconds,
            metricWindowSeconds: scenario.metricWindowSeconds)
        let bounds = scenario.minReplicas...max(scenario.maxReplicas, scenario.minReplicas)
        let replay = TrafficReplay(settings)
        func run(_ rule: any ScalingRule) -> ReplayReport { replay.run(trace, rule: rule) }
        hpa = run(
            AutoscalerRule(
                name: "hpa", policy: Self.policy(scenario, .strict), syncSeconds: scenario.syncSeconds.hpa))
        kpa = run(KPARule(target: scenario.target, bounds: bounds, syncSeconds: scenario.syncSeconds.kpa))
        instant = run(InstantRule(target: scenario.target, bounds: bounds))
        clairvoyant = run(Clairvoyant(trace, settings: settings, bounds: bounds))
        ours = run(
            AutoscalerRule(
                name: "ours", policy: Self.policy(scenario, .standard), syncSeconds: scenario.syncSeconds.ours,
                forecasts: true))
    }

    public var all: [ReplayReport] { [hpa, kpa, ours, instant, clairvoyant] }

    private static func policy(_ scenario: Scenario, _ deviations: HPADeviations) -> AutoscalerPolicy {
        let milli = Int64(exactly: (scenario.target * 1000).rounded()) ?? .max
        return AutoscalerPolicy(
            minReplicas: Int32(clamping: scenario.minReplicas), maxReplicas: Int32(clamping: scenario.maxReplicas),
            metrics: [MetricTarget(name: "requests_per_second", target: .averageValue(milli: max(milli, 1)))],
            deviations: deviations)
    }
}

/// A goal, and how far a result is from it.
public struct ScenarioGoal: Sendable, Hashable {
    public var name: String
    /// The figure that should be at most `limit`; nil where both sides of it are zero.
    public var figure: Double?
    public var limit: Double

    public var isReached: Bool { figure.map { $0 <= limit } ?? true }

    /// A request or two in a million are no difference.
    static func ratio(_ name: String, _ ours: Double, to other: Double, limit: Double) -> ScenarioGoal {
        if ours < 0.5, other < 0.5 { return ScenarioGoal(name: name, figure: nil, limit: limit) }
        return ScenarioGoal(name: name, figure: other > 0 ? ours / other : .infinity, limit: limit)
    }
}

extension ScenarioResult {
    /// Of requests over the SLO and GPU-seconds: ours by those of the others.
    public var goals: [ScenarioGoal] {
        guard scenario.foreseeable else {
            let excess = max(ours.overSLO - instant.overSLO, 0)
            return [.ratio("excess/HPA", excess, to: max(hpa.overSLO - instant.overSLO, 0), limit: 0.2)]
        }
        let best = min(hpa.overSLO, kpa.overSLO)
        return [
            .ratio("over/HPA", ours.overSLO, to: hpa.overSLO, limit: 0.2),
            .ratio("GPU/HPA", ours.gpuSeconds, to: hpa.gpuSeconds, limit: 1),
            .ratio("over/best of HPA, KPA", ours.overSLO, to: best, limit: 0.5),
            .ratio("over/instant", ours.overSLO, to: instant.overSLO, limit: 0.5),
            .ratio("GPU/clairvoyant", ours.gpuSeconds, to: clairvoyant.gpuSeconds, limit: 1.15),
        ]
    }
}
