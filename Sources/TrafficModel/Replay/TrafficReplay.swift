/// Plays traffic over a fleet that a rule scales, second by second.
///
/// The whole fleet is one queue: what a router that picks the least-loaded pod comes close to.
public struct TrafficReplay: Sendable {
    public struct Settings: Sendable, Hashable {
        public var speed: ServingSpeed
        /// Seconds from asked for to ready: schedule, pull, load.
        public var loadSeconds: Int
        /// Ready replicas at the beginning.
        public var initialReplicas: Int
        /// Seconds to the first token that a request may take.
        public var sloSeconds: Double
        /// Seconds after which a client gives up.
        public var timeoutSeconds: Int
        /// Seconds over which the metric is a mean.
        public var metricWindowSeconds: Int

        /// Values below what makes sense are raised to it.
        public init(
            speed: ServingSpeed = ServingSpeed(), loadSeconds: Int = 130, initialReplicas: Int = 1,
            sloSeconds: Double = 2.5, timeoutSeconds: Int = 60, metricWindowSeconds: Int = 30
        ) {
            self.speed = speed
            self.loadSeconds = max(loadSeconds, 0)
            self.initialReplicas = max(initialReplicas, 0)
            self.sloSeconds = max(sloSeconds, 0)
            self.timeoutSeconds = max(timeoutSeconds, 1)
            self.metricWindowSeconds = max(metricWindowSeconds, 1)
        }

        /// Seconds from told to end to gone: a mean answer of the conversation trace.
        var drainSeconds: Int {
            let seconds = speed.residence(generatedTokens: 211).rounded(.up)
            return seconds < 1e9 ? Int(seconds) : 1_000_000_000
        }
    }

    public let settings: Settings

    public init(_ settings: Settings = Settings()) { self.settings = settings }

    /// Plays a trace from its beginning.
    ///
    /// - Parameter watch: gets every second once it is over.
    public func run(
        _ trace: TrafficTrace, rule: any ScalingRule, watch: (ReplaySecond) -> Void = { _ in }
    ) -> ReplayReport {
        var world = World(settings, rule)
        for (second, traffic) in trace.seconds.enumerated() {
            let overBefore = world.report.overSLO
            world.play(second, traffic)
            watch(
                ReplaySecond(
                    second: second, requests: traffic.requests, overSLO: world.report.overSLO - overBefore,
                    ready: world.fleet.ready, replicas: world.fleet.count))
        }
        return world.finish()
    }
}

/// One replay under way.
private struct World {
    let settings: TrafficReplay.Settings
    var rule: any ScalingRule
    var fleet: Fleet
    var queue = RequestQueue()
    var waits = WaitHistogram()
    var report: ReplayReport
    var history: ArrivalHistory

    init(_ settings: TrafficReplay.Settings, _ rule: any ScalingRule) {
        self.settings = settings
        self.rule = rule
        fleet = Fleet(
            ready: settings.initialReplicas, loadSeconds: settings.loadSeconds, drainSeconds: settings.drainSeconds)
        report = ReplayReport(rule: rule.name)
        // Knative's stable window is the longest that a rule here looks back.
        history = ArrivalHistory(capacity: max(settings.metricWindowSeconds, 60))
    }

    mutating func play(_ second: Int, _ traffic: TrafficSecond) {
        fleet.advance(to: second)
        report.requests += traffic.requests
        let cost = settings.speed.cost(
            promptTokens: traffic.promptTokens, generatedTokens: traffic.generatedTokens)
        queue.add(RequestQueue.Cohort(second: second, traffic: traffic, cost: cost))
        serve(second)
        lose(queue.giveUp(before: second - settings.timeoutSeconds + 1))
        history.add(traffic.requests)
        if second % rule.syncSeconds == 0 { decide(second) }
        report.gpuSeconds += Double(fleet.occupied * settings.speed.gpus)
        report.peakReplicas = max(report.peakReplicas, fleet.count)
    }

    mutating func finish() -> ReplayReport {
        lose(queue.requests)
        report.p50 = waits.quantile(0.5)
        report.p95 = waits.quantile(0.95)
        report.p99 = waits.quantile(0.99)
        return report
    }

    private mutating func serve(_ second: Int) {
        guard fleet.ready > 0 else { return }
        var served: [(RequestQueue.Cohort, Double)] = []
        _ = queue.serve(budget: Double(fleet.ready)) { served.append(($0, $1)) }
        var prompts = PromptLoad()
        for (cohort, requests) in served {
            prompts.add(settings.speed.prefill(promptTokens: cohort.traffic.promptTokens), requests: requests)
        }
        let queued = prompts.wait(pods: fleet.ready)
        for (cohort, requests) in served {
            let prefill = settings.speed.prefill(promptTokens: cohort.traffic.promptTokens)
            let wait = Double(second - cohort.second) + queued + prefill
            waits.add(wait, requests: requests)
            if wait > settings.sloSeconds { report.overSLO += requests }
        }
    }

    private mutating func lose(_ requests: Double) {
        report.unserved += requests
        report.overSLO += requests
    }

    private mutating func decide(_ second: Int) {
        let before = fleet.count
        let replicas = rule.decide(
            FleetView(
                second: second, replicas: before, ready: fleet.ready,
                rate: history.mean(over: settings.metricWindowSeconds), askedAt: fleet.askedAt,
                start: fleet.takeStart(), history: history))
        fleet.scale(to: replicas, at: second)
        if replicas > before { report.scaleUps += 1 }
        if replicas < before { report.scaleDowns += 1 }
    }
}
