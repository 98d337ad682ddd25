import KubeCore

/// The end of a pod whose deletion was asked for: the preStop hook, then the drain, both within the grace period.
///
/// A pod stays as ready as its probes say while it drains; that endpoints leave it out is the endpoint controllers'
/// work, who see its deletionTimestamp.
struct PodTermination {
    let pod: PodView
    let surroundings: PodSurroundings
    let now: Timestamp

    func next() -> PodTransition {
        let isRunning = pod.status?["containerStatuses"]?.arrayValue?.contains { $0["state"]?["running"] != nil }
        guard isRunning ?? false, let deadline = pod.deletionTimestamp, let start = pod.deletionStart else {
            return PodTransition(isFinished: true)
        }
        if now >= deadline { return stopped(code: 137, reason: "Error") }
        let hookEnd = min(start + preStopTime, deadline)
        guard now >= hookEnd else { return PodTransition(wakeAt: hookEnd) }
        if let inFlight = surroundings.requestsInFlight {
            guard inFlight > 0 else { return stopped(code: 0, reason: "Completed") }
            return PodTransition(wakeAt: min(now + Self.pollInterval, deadline))
        }
        let drainEnd = min(hookEnd + drainTime, deadline)
        return now >= drainEnd ? stopped(code: 0, reason: "Completed") : PodTransition(wakeAt: drainEnd)
    }

    /// How often requests in flight are counted while a pod drains.
    private static let pollInterval: Duration = .seconds(1)

    private var preStopTime: Duration {
        pod.containers.filter(\.hasPreStop)
            .map { $0.preStopSleep ?? surroundings.rules.behavior(of: $0, in: pod).preStopTime }
            .max() ?? .zero
    }

    private var drainTime: Duration {
        pod.containers.map { surroundings.rules.behavior(of: $0, in: pod).drainTime }.max() ?? .zero
    }

    /// Every container has ended. The phase is a last one, whatever the restart policy, since Kubernetes 1.27.
    private func stopped(code: Int64, reason: String) -> PodTransition {
        var status = pod.status ?? .object([:])
        let containers = (status["containerStatuses"]?.arrayValue ?? []).map { container -> JSONValue in
            guard let started = PodView.time(container[path: "state", "running", "startedAt"]) else { return container }
            var container = container
            container["state"] = ["terminated": .terminated(code: code, reason: reason, started: started, now: now)]
            container["ready"] = false
            container["started"] = false
            return container
        }
        status["containerStatuses"] = .array(containers)
        status = PodConditions.settle(status, of: pod, now: now)
        status["phase"] = code == 0 ? "Succeeded" : "Failed"
        return PodTransition(status: status, isFinished: true)
    }
}
