/// The pods of one revision: those that load, those that serve, and those that end their streams.
struct Fleet {
    /// Seconds from asked for to ready.
    let loadSeconds: Int
    /// Seconds from told to end to gone.
    let drainSeconds: Int
    private(set) var ready: Int
    /// When pods will be ready, the next first, with how many.
    private var loading: [(at: Int, pods: Int)] = []
    /// Whether pods became ready since this was last looked at.
    private var hasStarted: Bool
    private var draining: [(at: Int, pods: Int)] = []

    init(ready: Int, loadSeconds: Int, drainSeconds: Int) {
        self.ready = ready
        // They were started once, and how long that took is known.
        hasStarted = ready > 0
        self.loadSeconds = loadSeconds
        self.drainSeconds = drainSeconds
    }

    var loadingCount: Int { loading.reduce(0) { $0 + $1.pods } }
    /// What a Deployment's status.replicas counts.
    var count: Int { ready + loadingCount }
    /// Pods that hold GPUs.
    var occupied: Int { count + draining.reduce(0) { $0 + $1.pods } }

    /// Moves on to this second.
    mutating func advance(to second: Int) {
        while let next = loading.first, next.at <= second {
            ready += next.pods
            hasStarted = true
            loading.removeFirst()
        }
        draining.removeAll { $0.at <= second }
    }

    /// When the pods that load were asked for, the oldest first.
    var askedAt: [Int] { loading.map { $0.at - loadSeconds } }

    /// How long those starts took that ended since the last call: one for all of them, since all take as long.
    mutating func takeStart() -> Int? {
        defer { hasStarted = false }
        return hasStarted ? loadSeconds : nil
    }

    /// Adds pods, or takes some away: those that load first, the youngest before the older, as a ReplicaSet does.
    mutating func scale(to replicas: Int, at second: Int) {
        if replicas > count { loading.append((second + loadSeconds, replicas - count)) }
        var surplus = count - max(replicas, 0)
        while surplus > 0, let last = loading.last {
            let taken = min(surplus, last.pods)
            loading[loading.count - 1].pods -= taken
            if taken == last.pods { loading.removeLast() }
            surplus -= taken
        }
        guard surplus > 0 else { return }
        ready -= surplus
        draining.append((second + drainSeconds, surplus))
    }
}
