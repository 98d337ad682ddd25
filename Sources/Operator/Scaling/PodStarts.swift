internal import Autoscaling
internal import KubeCore

/// Measures how long pods take from scheduled to ready, by revision.
///
/// A start counts when it was seen: the pod loaded at one look and was ready at a later one, and had never been ready in
/// between. The times are the pod's own conditions', so that it does not matter how often one looks.
struct PodStarts: Sendable, Hashable {
    /// By the uid of a pod that loads.
    private var loading: Set<String> = []
    private(set) var times: [String: ColdStartTimes] = [:]
    /// Revisions by when they were measured last, the latest first.
    private(set) var order: [String] = []

    /// Revisions that are remembered: the active one, one that loads, and two to roll back to.
    private static let capacity = 4

    init() {}

    /// As it was stored.
    init(times: [String: ColdStartTimes], order: [String]) {
        for revision in order.prefix(Self.capacity) where times[revision] != nil && self.times[revision] == nil {
            self.times[revision] = times[revision]
            self.order.append(revision)
        }
    }

    /// Looks at all pods of a cluster. Returns whether a start was measured.
    mutating func observe(_ pods: [Pod]) -> Bool {
        var isNew = false
        var stillLoading: Set<String> = []
        for pod in pods {
            guard let uid = pod.metadata.uid, !pod.metadata.isBeingDeleted else { continue }
            if pod.isLoadingFirst { stillLoading.insert(uid) }
            guard loading.contains(uid), pod.isReady, let scheduled = pod.scheduledAt,
                let ready = pod.status?.conditions?[type: "Ready"]?.lastTransitionTime,
                let revision = pod.metadata.labels?[Labels.revision]
            else { continue }
            record(ready.since(scheduled), of: revision)
            isNew = true
        }
        loading = stillLoading
        return isNew
    }

    private mutating func record(_ time: Duration, of revision: String) {
        times[revision, default: ColdStartTimes()].record(time)
        order.removeAll { $0 == revision }
        order.insert(revision, at: 0)
        for forgotten in order.dropFirst(Self.capacity) { times[forgotten] = nil }
        order = Array(order.prefix(Self.capacity))
    }

    /// The times of a revision; those of the revision measured last where it has none yet.
    func times(of revision: String?) -> ColdStartTimes? {
        revision.flatMap { times[$0] } ?? order.first.flatMap { times[$0] }
    }
}

extension Pod {
    /// When it got its node; nil before.
    var scheduledAt: Timestamp? {
        guard let condition = status?.conditions?[type: "PodScheduled"], condition.status == .true else { return nil }
        return condition.lastTransitionTime
    }

    /// Whether it has never been ready: not ready since before its containers ran, and none of them was restarted.
    fileprivate var isLoadingFirst: Bool {
        guard !isReady, status?.phase == "Pending" || status?.phase == "Running" else { return false }
        let containers = status?.containerStatuses ?? []
        guard containers.allSatisfy({ ($0.restartCount ?? 0) == 0 }) else { return false }
        guard let since = status?.conditions?[type: "Ready"]?.lastTransitionTime else { return true }
        return containers.allSatisfy { ($0.state?.running?.startedAt).map { since <= $0 } ?? true }
    }
}

extension PodsOnTheirWay {
    /// The pods of a revision that are not ready yet, and those that are asked for and not there yet.
    init(_ pods: [Pod], asked: Int) {
        let living = pods.filter {
            !$0.metadata.isBeingDeleted && !["Succeeded", "Failed"].contains($0.status?.phase ?? "")
        }
        let missing = max(0, min(asked - living.count, 100_000))
        self.init(
            scheduledAt: living.filter { !$0.isReady }.map(\.scheduledAt)
                + [Timestamp?](repeating: nil, count: missing))
    }
}
