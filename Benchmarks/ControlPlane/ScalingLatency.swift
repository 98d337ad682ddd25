import Base
import ClusterSimulator
import DeepSeekAPI
import KubeCore

/// Raises the load of every cluster, one after the other, and times how long the replicas take to follow.
struct ScalingLatency {
    let world: BenchmarkWorld
    let prometheus: BenchmarkPrometheus
    let clusters: Int

    private static let raisedRate = 900.0
    /// How long to wait for the last of them, in seconds.
    private static let patience = 60

    /// The times in milliseconds, from the first read of the raised value and from the change itself to the write.
    struct Result {
        var fromRead: [Double] = []
        var fromChange: [Double] = []
        var missing = 0

        var json: JSONValue {
            [
                "from_read_p50_ms": .double(Self.quantile(fromRead, 0.5)),
                "from_read_p99_ms": .double(Self.quantile(fromRead, 0.99)),
                "from_change_p99_ms": .double(Self.quantile(fromChange, 0.99)), "missing": JSONValue(missing),
            ]
        }

        private static func quantile(_ values: [Double], _ share: Double) -> Double {
            guard !values.isEmpty else { return -1 }
            return values.sorted()[min(values.count - 1, Int(Double(values.count) * share))]
        }
    }

    /// - Parameter spread: from the first cluster's change to the last one's; zero raises all at once.
    func measure(spread: Duration) async throws -> Result {
        let snapshot = try world.cluster.list(DeepSeekCluster.resourceType, namespace: nil)
        let watch = try world.cluster.watch(
            DeepSeekCluster.resourceType, namespace: nil, after: snapshot.resourceVersion)
        async let written = writes(watch)
        let stopwatch = Stopwatch()
        for index in 0..<clusters {
            try await stopwatch.sleep(until: spread * index / clusters)
            prometheus.setRate(Self.raisedRate, of: index)
        }
        return result(await written)
    }

    /// When each cluster's replicas were first seen above their old number.
    private func writes(_ watch: ObjectWatch) async -> [NamespacedName: ContinuousClock.Instant] {
        let found = Lock<[NamespacedName: ContinuousClock.Instant]>([:])
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while found.withLock({ $0.count }) < clusters, let events = await watch.next() {
                    let now = ContinuousClock.now
                    for event in events {
                        guard let replicas = event.object[path: "spec", "replicas"]?.intValue,
                            replicas > Int64(BenchmarkWorld.replicas)
                        else { continue }
                        let metadata = event.object["metadata"]
                        let key = NamespacedName(
                            namespace: metadata?["namespace"]?.stringValue ?? "",
                            name: metadata?["name"]?.stringValue ?? "")
                        found.withLock { if $0[key] == nil { $0[key] = now } }
                    }
                }
            }
            group.addTask { try? await Task.sleep(for: .seconds(Self.patience)) }
            await group.next()
            group.cancelAll()
        }
        return found.withLock { $0 }
    }

    private func result(_ written: [NamespacedName: ContinuousClock.Instant]) -> Result {
        var result = Result()
        for index in 0..<clusters {
            guard let end = written[BenchmarkWorld.key(index)], let times = prometheus.times(of: index) else {
                result.missing += 1
                continue
            }
            result.fromRead.append(times.read.duration(to: end) / .milliseconds(1))
            result.fromChange.append(times.changed.duration(to: end) / .milliseconds(1))
        }
        return result
    }
}
