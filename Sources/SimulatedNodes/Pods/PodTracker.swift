import Base
import KubeCore
import PodModel

/// What is known of the cluster's pods, and what is due for each of them.
///
/// Guarantees: a pod is looked at when it changes, when its time has come and, while no node takes it, when resources
/// become free; never twice at a time.
actor PodTracker {
    /// An element whenever there may be something to do. Holds one at most. For one reader.
    nonisolated let wakeUps: AsyncStream<Void>
    private let raise: AsyncStream<Void>.Continuation

    private let rules: BehaviorRules
    private let bindsPods: Bool
    private let hostAddresses: [String: String]
    private var pool = NodePool()
    private var addresses: PodAddresses
    private let requestsInFlight: @Sendable (String) -> Int?
    private var pods: [NamespacedName: PodView] = [:]
    private var queue: Set<NamespacedName> = []
    private var timers: [NamespacedName: Timestamp] = [:]
    private var failures: [NamespacedName: Int] = [:]
    /// Pods that no node could take.
    private var waiting: Set<NamespacedName> = []
    /// Uids of pods whose binding was asked for and has not been seen.
    private var binding: Set<String> = []
    private static let backoff = Backoff(initial: .milliseconds(200), maximum: .seconds(30))
    /// The least time between two looks at a pod that has not changed.
    private static let shortestWait: Duration = .milliseconds(100)

    init(
        nodes: [(node: SimulatedNode, address: String)], rules: BehaviorRules, bindsPods: Bool,
        network: PodNetwork = .standard, requestsInFlight: @escaping @Sendable (String) -> Int? = { _ in nil }
    ) {
        addresses = PodAddresses(network)
        self.requestsInFlight = requestsInFlight
        self.rules = rules
        self.bindsPods = bindsPods
        hostAddresses = Dictionary(nodes.map { ($0.node.name, $0.address) }) { first, _ in first }
        for (node, address) in nodes {
            var object = node.object
            object["status"] = node.status(address: address, now: Timestamp(seconds: 0))
            pool.update(NodeView(object))
        }
        (wakeUps, raise) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: Changes

    /// Takes over a list: pods that are not in it are gone.
    func replaceAll(with list: [JSONValue]) {
        let listed = Set(list.map { PodIdentity($0) })
        for pod in pods.values where !listed.contains(PodIdentity(pod)) { forget(PodIdentity(pod)) }
        for pod in list { observe(pod) }
    }

    /// Takes over the present state of a pod.
    func observe(_ json: JSONValue) {
        var json = json
        json[path: "metadata", "managedFields"] = nil  // Half of a pod's size, and nobody here reads them.
        let pod = PodView(json)
        let key = pod.namespacedName
        if let old = pods[key], old.uid != pod.uid { forget(PodIdentity(old)) }
        pods[key] = pod
        if let address = pod.podIP { addresses.keep(address, ofPod: pod.uid) }
        if pod.nodeName != nil {
            binding.remove(pod.uid)
            if pool.update(pod) { retryWaiting() }
        }
        enqueue(key)
    }

    /// The pod has left the API.
    func forget(_ pod: PodIdentity) {
        addresses.release(pod: pod.uid)
        binding.remove(pod.uid)
        if pool.removePod(uid: pod.uid) { retryWaiting() }
        guard pods[pod.key]?.uid == pod.uid else { return }
        pods[pod.key] = nil
        queue.remove(pod.key)
        waiting.remove(pod.key)
        timers[pod.key] = nil
        failures[pod.key] = nil
    }

    /// Lets the reader of `wakeUps` look again.
    nonisolated func wake() { raise.yield() }

    private func enqueue(_ key: NamespacedName) {
        queue.insert(key)
        raise.yield()
    }

    private func retryWaiting() {
        guard !waiting.isEmpty else { return }
        queue.formUnion(waiting)
        waiting = []
        raise.yield()
    }

    // MARK: Work

    /// When the next pod is due although nothing changes; nil for never.
    var nextTimer: Timestamp? { timers.values.min() }

    /// The writes that are due at `now`. Report each by `finish` before asking again.
    func takeJobs(at now: Timestamp) -> [PodJob] {
        let due = queue.union(timers.filter { $0.value <= now }.keys)
        queue = []
        return due.sorted().compactMap { key in
            timers[key] = nil
            guard let pod = pods[key] else { return nil }
            guard let node = pod.nodeName else { return schedule(pod) }
            guard let hostIP = hostAddresses[node] else { return nil }
            return advance(pod, hostIP: hostIP, now: now)
        }
    }

    private func schedule(_ pod: PodView) -> PodJob? {
        guard bindsPods, !pod.isBeingDeleted, !pod.isTerminal, !binding.contains(pod.uid),
            pod.schedulerName == "default-scheduler", pod.spec?["schedulingGates"]?.arrayValue?.isEmpty ?? true
        else { return nil }
        switch pool.place(pod) {
        case .node(let name):
            binding.insert(pod.uid)
            return PodJob(pod: pod, action: .bind(node: name))
        case .unschedulable(let message):
            waiting.insert(pod.namespacedName)
            guard pod.condition("PodScheduled")?["message"]?.stringValue != message else { return nil }
            return PodJob(pod: pod, action: .reportUnschedulable(message: message))
        }
    }

    private func advance(_ pod: PodView, hostIP: String, now: Timestamp) -> PodJob? {
        let surroundings = PodSurroundings(
            rules: rules, hostIP: hostIP, podIP: addresses.address(ofPod: pod.uid),
            requestsInFlight: requestsInFlight(pod.uid))
        let transition = PodLifecycle.next(pod, in: surroundings, now: now)
        guard transition.status == nil, !transition.isFinished else {
            return PodJob(pod: pod, action: .advance(transition))
        }
        timers[pod.namespacedName] = transition.wakeAt.map { max($0, now + Self.shortestWait) }
        return nil
    }

    /// Takes note of what became of a job.
    func finish(_ job: PodJob, _ outcome: PodJobOutcome, at now: Timestamp) {
        let pod = job.identity
        guard pods[pod.key]?.uid == pod.uid else { return }
        if case .bind = job.action { settleBinding(of: pod, outcome) }
        if case .failed = outcome {
            let attempt = failures[pod.key, default: 0]
            failures[pod.key] = attempt + 1
            timers[pod.key] = now + Self.backoff.delay(attempt: attempt)
            return
        }
        failures[pod.key] = nil
        if case .unchanged(let time) = outcome { timers[pod.key] = time.map { max($0, now + Self.shortestWait) } }
    }

    /// Gives the place back that a pod did not get. Where the pod has been seen bound since, the place is its own.
    private func settleBinding(of pod: PodIdentity, _ outcome: PodJobOutcome) {
        if case .changed = outcome { return }
        guard binding.remove(pod.uid) != nil else { return }
        if pool.removePod(uid: pod.uid) { retryWaiting() }
    }
}
