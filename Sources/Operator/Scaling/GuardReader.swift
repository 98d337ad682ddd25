internal import Autoscaling
internal import Base
internal import DeepSeekAPI
internal import Engines
internal import HTTPTransport
internal import KubeCore
internal import MetricSources

/// Reads the loads that guards are about from the engines in the pods themselves.
///
/// Of many pods some are read and stand for the others, each within its time-out and all side by side, so that what a tick
/// costs is bounded.
final class GuardReader: Sendable {
    struct Result: Sendable {
        /// One for each guard, in their order.
        var readings: [GuardReading] = []
        /// What requests took of late from beginning to end, in seconds: the median.
        var requestSeconds: Double?
    }

    /// The pods of a cluster that are read at one tick.
    static let maximumPods = 32
    /// Latencies are those of the last half to whole minute.
    private static let window = Duration.seconds(30)

    private let transport: any Transport
    private let histories = Lock<[NamespacedName: [String: PodHistory]]>([:])
    private let stopwatch: Stopwatch

    init(transport: any Transport, clock: any Clock<Duration> = MonotonicClock()) {
        self.transport = transport
        stopwatch = Stopwatch(clock)
    }

    func forget(_ cluster: NamespacedName) { histories.withLock { $0[cluster] = nil } }

    /// - Parameter pods: of the active revision.
    func read(_ guards: [GuardSpec], of cluster: DeepSeekCluster, pods: [Pod], timeout: Duration) async -> Result {
        guard !guards.isEmpty else { return Result() }
        guard let metrics = inferenceEngine(cluster.spec.engine.type).metrics else {
            let failure = GuardReading.failed("the engine \(cluster.spec.engine.type.rawValue) does not tell its load")
            return Result(readings: guards.map { _ in failure })
        }
        let chosen = Self.chosen(pods)
        guard !chosen.isEmpty else { return Result(readings: guards.map { _ in .none }) }
        let probe = PodProbe(transport, timeout: min(timeout, .seconds(2)))
        let port = cluster.spec.engine.resolvedPort
        let answers = await withTaskGroup(of: (String, Swift.Result<EngineReading, MetricSourceError>).self) { group in
            for (uid, ip) in chosen {
                group.addTask { (uid, await Self.ask(probe, metrics, PodAddress(ip: ip, port: port))) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return result(guards, answers, of: cluster.namespacedName)
    }

    private static func ask(
        _ probe: PodProbe, _ metrics: EngineMetrics, _ address: PodAddress
    ) async -> Swift.Result<EngineReading, MetricSourceError> {
        do {
            return .success(try await probe.read(metrics, address: address))
        } catch {
            return .failure(error)
        }
    }

    /// The pods to read, by uid, with their addresses: all that are ready, or as many of them, evenly picked.
    private static func chosen(_ pods: [Pod]) -> [(uid: String, ip: String)] {
        let ready = pods.compactMap { pod -> (uid: String, ip: String)? in
            guard pod.isReady, let uid = pod.metadata.uid, let ip = pod.status?.podIP, !ip.isEmpty else { return nil }
            return (uid, ip)
        }.sorted { $0.uid < $1.uid }
        guard ready.count > maximumPods else { return ready }
        return (0..<maximumPods).map { ready[$0 * ready.count / maximumPods] }
    }

    // MARK: - What the answers mean

    private func result(
        _ guards: [GuardSpec], _ answers: [String: Swift.Result<EngineReading, MetricSourceError>],
        of cluster: NamespacedName
    ) -> Result {
        let readings = answers.compactMapValues { try? $0.get() }
        let firstFailure = answers.sorted { $0.key < $1.key }.lazy.compactMap { _, answer in
            if case .failure(let error) = answer { error.description } else { nil }
        }.first
        let recent = latencies(readings, of: cluster)
        let failure = firstFailure ?? "the engine's text does not have it"
        let loads = guards.map { limit -> GuardReading in
            switch limit.metric {
            case .inFlightPerReplica: Self.shared(readings.values.compactMap { $0.inFlight.map(Double.init) }, failure)
            case .queueDepth: Self.shared(readings.values.compactMap { $0.waiting.map(Double.init) }, failure)
            case .kvCachePercent: Self.shared(readings.values.compactMap { $0.kvCacheShare.map { $0 * 100 } }, failure)
            case .timeToFirstTokenMilliseconds:
                if readings.values.allSatisfy({ $0.timeToFirstToken == nil }) {
                    .failed(failure)
                } else {
                    recent.firstToken?.quantile(0.9).flatMap { Self.milli($0 * 1000) }.map { .whole(milli: $0) }
                        ?? .none
                }
            }
        }
        return Result(readings: loads, requestSeconds: recent.request?.quantile(0.5))
    }

    private static func shared(_ values: [Double], _ failure: String) -> GuardReading {
        guard !values.isEmpty, let sum = milli(values.reduce(0, +)) else { return .failed(failure) }
        return .shared(sumMilli: sum, pods: Int32(clamping: values.count))
    }

    /// Thousandths; nil for what is no load.
    private static func milli(_ value: Double) -> Int64? {
        guard value >= 0, value.isFinite else { return nil }
        return Int64(exactly: (value * 1000).rounded())
    }

    private func latencies(
        _ readings: [String: EngineReading], of cluster: NamespacedName
    ) -> (firstToken: LatencyHistogram?, request: LatencyHistogram?) {
        let now = stopwatch.elapsed
        return histories.withLock { histories in
            var kept = histories[cluster] ?? [:]
            kept = kept.filter { now - $0.value.readAt < .seconds(600) }
            var recent: (firstToken: LatencyHistogram?, request: LatencyHistogram?)
            for (uid, reading) in readings.sorted(by: { $0.key < $1.key }) {
                var history = kept[uid] ?? PodHistory(reading, at: now)
                let since = history.add(reading, at: now, window: Self.window)
                kept[uid] = history
                recent.firstToken = Self.sum(recent.firstToken, since.firstToken)
                recent.request = Self.sum(recent.request, since.request)
            }
            histories[cluster] = kept
            return recent
        }
    }

    /// Histograms of other buckets are left out: one engine has one kind.
    private static func sum(_ sum: LatencyHistogram?, _ next: LatencyHistogram?) -> LatencyHistogram? {
        guard let sum, let next else { return sum ?? next }
        return sum.adding(next) ?? sum
    }
}

/// Two earlier readings of one pod's histograms, so that what was measured of late can be told.
private struct PodHistory {
    private var base: EngineReading
    private var middle: EngineReading
    private var middleAt: Duration
    private(set) var readAt: Duration

    init(_ reading: EngineReading, at now: Duration) {
        base = reading
        middle = reading
        middleAt = now
        readAt = now
    }

    /// What was measured since a reading one to two windows old.
    mutating func add(
        _ reading: EngineReading, at now: Duration, window: Duration
    ) -> (firstToken: LatencyHistogram?, request: LatencyHistogram?) {
        readAt = now
        if now - middleAt >= window {
            base = middle
            middle = reading
            middleAt = now
        }
        func since(_ path: KeyPath<EngineReading, LatencyHistogram?>) -> LatencyHistogram? {
            guard let latest = reading[keyPath: path] else { return nil }
            return base[keyPath: path].map { latest.since($0) } ?? latest
        }
        return (since(\.timeToFirstToken), since(\.latency))
    }
}
