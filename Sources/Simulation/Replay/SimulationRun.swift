public import TrafficModel

/// What one rule did.
public struct Outcome: Sendable, Hashable {
    public var report: ReplayReport
    public var timeline: Timeline
}

/// Every setting and yardstick over one trace.
public struct SimulationRun: Sendable {
    public let trace: TrafficTrace
    public let replay: TrafficReplay.Settings
    private let rules: [any ScalingRule]

    /// - Parameter settings: at least one; the yardsticks get the first one's target and bounds.
    public init(_ trace: TrafficTrace, settings: [SimulatedSetting], options: SimulationOptions) {
        self.trace = trace
        let first = settings[0]
        let replay = TrafficReplay.Settings(
            speed: options.pod, loadSeconds: options.loadSeconds,
            initialReplicas: options.initialReplicas ?? Self.initialReplicas(trace, first),
            sloSeconds: options.sloSeconds, timeoutSeconds: options.timeoutSeconds,
            metricWindowSeconds: options.metricWindowSeconds)
        self.replay = replay
        let yardsticks = options.yardsticks.map { yardstick -> any ScalingRule in
            switch yardstick {
            case .hpa: first.hpa
            case .kpa: KPARule(target: first.target, bounds: first.bounds)
            case .instant: InstantRule(target: first.target, bounds: first.bounds)
            case .clairvoyant: Clairvoyant(trace, settings: replay, bounds: first.bounds)
            }
        }
        rules = settings.map(\.rule) + yardsticks
    }

    /// Plays the rules one after the other.
    ///
    /// - Parameter progress: told now and then, on a long run, how far it is.
    public func outcomes(progress: (String) -> Void = { _ in }) -> [Outcome] {
        rules.enumerated().map { index, rule in
            var timeline = Timeline(seconds: trace.seconds.count)
            let report = TrafficReplay(replay).run(trace, rule: rule) { second in
                timeline.add(second)
                if second.second % Self.progressSeconds == Self.progressSeconds - 1 {
                    let percent = (second.second + 1) * 100 / trace.seconds.count
                    progress("\(rule.name) (\(index + 1) of \(rules.count)): \(percent) %")
                }
            }
            return Outcome(report: report, timeline: timeline)
        }
    }

    /// Seconds of a trace that are played in the time in which a person begins to wonder.
    private static let progressSeconds = 500_000

    private static func initialReplicas(_ trace: TrafficTrace, _ setting: SimulatedSetting) -> Int {
        let minute = trace.seconds.prefix(60)
        let rate = minute.reduce(0) { $0 + $1.requests } / Double(max(minute.count, 1))
        let needed = Int(exactly: (rate / setting.target).rounded(.up)) ?? setting.bounds.upperBound
        return min(max(needed, setting.bounds.lowerBound), setting.bounds.upperBound)
    }
}
