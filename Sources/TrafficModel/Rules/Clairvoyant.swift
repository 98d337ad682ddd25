/// A yardstick that knows the whole trace: the fewest GPU-seconds that miss nothing that can be met.
///
/// It works in two steps. The need of each second is the flattest curve of work that lets no request wait longer than its
/// SLO leaves it (the taut string between the work that has come and the work that is due, as in Yao, Demers and Shenker,
/// "A scheduling model for reduced CPU energy", 1995), rounded up to pods. Then, for each pod of the most that are needed,
/// it keeps the pod through a time without need of it, or takes it away and starts it again so that it is ready in time,
/// whichever holds GPUs for less: a start holds them for the load time, an end for the drain.
///
/// The second step is the optimum for given needs, and a test proves it against all schedules of small traces. The first is
/// flattest, which is not always the cheapest to follow; what it misses of the optimum is less than a pod a second.
/// Requests that miss however many pods there are (a prompt longer than the SLO) are served and count as missed.
public struct Clairvoyant: ScalingRule {
    public let name = "clairvoyant"
    public let syncSeconds = 1
    /// By second: how many replicas are asked for.
    private let schedule: [Int]

    public init(_ trace: TrafficTrace, settings: TrafficReplay.Settings, bounds: ClosedRange<Int>) {
        let needs = Self.needs(trace, settings).map { min(max($0, bounds.lowerBound), bounds.upperBound) }
        schedule = Self.schedule(
            needs, initial: settings.initialReplicas, loadSeconds: settings.loadSeconds,
            drainSeconds: settings.drainSeconds)
    }

    public func decide(_ view: FleetView) -> Int {
        view.second < schedule.count ? schedule[view.second] : view.replicas
    }

    // MARK: - Needs

    /// Pods that must serve in each second.
    static func needs(_ trace: TrafficTrace, _ settings: TrafficReplay.Settings) -> [Int] {
        var come: [Double] = [0]
        var due = Array(repeating: 0.0, count: trace.seconds.count + 1)
        var total = 0.0
        for (second, traffic) in trace.seconds.enumerated() {
            let demand = demand(traffic, settings)
            total += demand.work
            come.append(total)
            due[min(second + demand.patience, trace.seconds.count - 1) + 1] = total
        }
        for index in due.indices.dropFirst() { due[index] = max(due[index], due[index - 1]) }
        if !due.isEmpty { due[due.count - 1] = total }
        return flattest(lower: due, upper: come).map { Int(clamping: Int64(($0 - 1e-9).rounded(.up))) }
    }

    /// A second's work in seconds of a pod, and for how many seconds it may wait.
    private static func demand(
        _ traffic: TrafficSecond, _ settings: TrafficReplay.Settings
    ) -> (work: Double, patience: Int) {
        guard traffic.requests > 0 else { return (0, 0) }
        let prefill = settings.speed.prefill(promptTokens: traffic.promptTokens)
        let cost = settings.speed.cost(
            promptTokens: traffic.promptTokens, generatedTokens: traffic.generatedTokens)
        let work = traffic.requests * cost
        let spare = settings.sloSeconds - prefill
        // It is late in any case: it must only not keep others waiting.
        guard spare > 0 else { return (work, 1) }
        var prompts = PromptLoad()
        prompts.add(prefill, requests: traffic.requests)
        let longest = min(Int(spare), settings.timeoutSeconds - 1)
        let pods = Int(clamping: Int64(min(work, 1e9).rounded(.up)))
        let queued = prompts.wait(pods: pods)
        if queued <= spare { return (work, min(longest, Int(spare - queued))) }
        // So few pods, and so busy, that prompts wait for each other: some more, and nothing may wait besides.
        var more = pods
        while prompts.wait(pods: more) > spare { more += 1 }
        return (Double(more), 0)
    }

    /// The increments of the shortest line between two curves that only rise, from their common beginning to their common
    /// end.
    static func flattest(lower: [Double], upper: [Double]) -> [Double] {
        let count = min(lower.count, upper.count) - 1
        guard count > 0 else { return [] }
        var increments = Array(repeating: 0.0, count: count)
        var from = 0
        var height = 0.0
        while from < count {
            let (to, slope) = corner(lower, upper, from: from, height: height)
            for index in from..<to { increments[index] = slope }
            height += slope * Double(to - from)
            // The line touches a curve there: no error adds up.
            height = min(max(height, lower[to]), upper[to])
            from = to
        }
        return increments
    }

    /// Where the line that is straight for longest has to turn, and how steep it is until there.
    private static func corner(
        _ lower: [Double], _ upper: [Double], from: Int, height: Double
    ) -> (to: Int, slope: Double) {
        var steepest = (at: from + 1, slope: Double.infinity)
        var flattest = (at: from + 1, slope: -Double.infinity)
        for index in (from + 1)..<min(lower.count, upper.count) {
            let length = Double(index - from)
            let high = (upper[index] - height) / length
            let low = (lower[index] - height) / length
            if low > steepest.slope { return (steepest.at, steepest.slope) }
            if high < flattest.slope { return (flattest.at, flattest.slope) }
            if high <= steepest.slope { steepest = (index, high) }
            if low >= flattest.slope { flattest = (index, low) }
        }
        return (flattest.at, flattest.slope)
    }

    // MARK: - Schedule

    /// Replicas to ask for in each second, so that as many are ready as are needed, for the fewest pod-seconds.
    ///
    /// What is asked for in a second is ready `loadSeconds` later, and what is taken away has served in that second.
    ///
    /// - Parameter initial: how many are ready at the beginning.
    static func schedule(_ needs: [Int], initial: Int, loadSeconds: Int, drainSeconds: Int) -> [Int] {
        // A pod that drains is held in the second in which it was told to end, too, which it has served.
        let restart = loadSeconds + max(drainSeconds - 1, 0)
        var change = Array(repeating: 0, count: needs.count + 1)
        /// For each pod, the lowest first: the second in which it was last needed.
        var lastNeeded = Array(repeating: 0, count: initial)
        var height = initial
        change[0] = initial
        for (second, need) in needs.enumerated() {
            while height > need {
                height -= 1
                lastNeeded[height] = max(second - 1, 0)
            }
            while height < need {
                if height == lastNeeded.count {
                    lastNeeded.append(second)
                    change[max(second - loadSeconds, 0)] += 1
                } else if second - lastNeeded[height] - 1 > restart {
                    change[lastNeeded[height]] -= 1
                    change[second - loadSeconds] += 1
                }
                height += 1
            }
        }
        for pod in lastNeeded.indices where pod >= height { change[lastNeeded[pod]] -= 1 }
        var replicas = 0
        return needs.indices.map { second in
            replicas += change[second]
            return replicas
        }
    }
}
