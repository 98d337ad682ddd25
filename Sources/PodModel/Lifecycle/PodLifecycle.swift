public import KubeCore

/// The kubelet's part in a pod's life, as a function of the pod and the time.
///
/// Guarantees: the status is derived from the pod's own status, spec and the clock alone, so a kubelet that forgets
/// everything goes on where it was. One call makes one visible step; `wakeAt` may lie in the past when the next one
/// is due at once, and repeated calls reach a state without such a step.
///
/// Assumptions: the pod is bound to a node. Times in a status have whole seconds, so steps may come up to a second
/// early.
public enum PodLifecycle {
    /// The next step of a bound pod.
    public static func next(_ pod: PodView, in surroundings: PodSurroundings, now: Timestamp) -> PodTransition {
        if pod.isBeingDeleted { return PodTermination(pod: pod, surroundings: surroundings, now: now).next() }
        guard !pod.isTerminal else { return PodTransition() }
        guard pod.startTime != nil else { return start(pod, in: surroundings, now: now) }
        return run(pod, in: surroundings, now: now)
    }

    /// The kubelet has seen the pod: it has a start time and containers that are being created.
    private static func start(_ pod: PodView, in surroundings: PodSurroundings, now: Timestamp) -> PodTransition {
        var status = pod.status ?? .object([:])
        status["startTime"] = .string(now.description)
        status["hostIP"] = .string(surroundings.hostIP)
        status["hostIPs"] = [["ip": .string(surroundings.hostIP)]]
        status["qosClass"] = status["qosClass"] ?? .string(pod.qualityOfService)
        if !pod.initContainers.isEmpty {
            status["initContainerStatuses"] = .array(pod.initContainers.map { .finishedInit($0, now: now) })
        }
        status["containerStatuses"] = .array(pod.containers.map { .creating($0) })
        status = PodConditions.settle(status, of: pod, now: now)
        let pull = pod.containers.map { surroundings.rules.behavior(of: $0, in: pod).pullTime }.min() ?? .zero
        let pulling = pod.containers.map { PodEvent.normal("Pulling", "Pulling image \"\($0.image)\"") }
        return PodTransition(status: status, wakeAt: now + pull, events: pulling)
    }

    private static func run(_ pod: PodView, in surroundings: PodSurroundings, now: Timestamp) -> PodTransition {
        var transition = PodTransition()
        var statuses: [JSONValue] = []
        for container in pod.containers {
            let known = pod.containerStatus(container.name) ?? .creating(container)
            let step = ContainerLifecycle(
                container: container, behavior: surroundings.rules.behavior(of: container, in: pod),
                restartPolicy: pod.restartPolicy, podStart: pod.startTime ?? now, now: now
            ).next(known)
            statuses.append(step.status)
            transition.events += step.events
            transition.wakeAt = [transition.wakeAt, step.wakeAt].compactMap { $0 }.min()
        }
        var status = pod.status ?? .object([:])
        status["containerStatuses"] = .array(statuses)
        if pod.podIP == nil, statuses.contains(where: { $0["state"]?["running"] != nil }) {
            status["podIP"] = .string(surroundings.podIP)
            status["podIPs"] = [["ip": .string(surroundings.podIP)]]
        }
        status = PodConditions.settle(status, of: pod, now: now)
        if status != pod.status { transition.status = status }
        return transition
    }
}

extension PodView {
    /// The status of a container by name, as JSON.
    public func containerStatus(_ name: String) -> JSONValue? {
        status?["containerStatuses"]?.arrayValue?.first { $0["name"]?.stringValue == name }
    }

    /// The pod's QoS class by the rules of `qos.GetPodQOS`, over CPU and memory.
    var qualityOfService: String {
        let all = containers + initContainers
        var isGuaranteed = !all.isEmpty
        var isBestEffort = true
        for container in all {
            let requests = container.requests
            let limits = ResourceAmounts(container.json[path: "resources", "limits"])
            for resource in ["cpu", "memory"] {
                if requests[resource] > 0 || limits[resource] > 0 { isBestEffort = false }
                if limits[resource] == 0 || requests[resource] != limits[resource] { isGuaranteed = false }
            }
        }
        return isBestEffort ? "BestEffort" : isGuaranteed ? "Guaranteed" : "Burstable"
    }
}
