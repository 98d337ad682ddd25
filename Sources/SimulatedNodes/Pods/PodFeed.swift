import Base
import KubeClient
import KubeCore

/// Tells the tracker of every pod and every change: a list, then watches that go on from it.
struct PodFeed: Sendable {
    let pods: Api<JSONValue>
    let tracker: PodTracker
    let clock: any Clock<Duration>
    let log: @Sendable (String) -> Void

    private static let backoff = Backoff(initial: .milliseconds(200), maximum: .seconds(10))

    init(
        pods: Api<JSONValue>, tracker: PodTracker, clock: any Clock<Duration>, log: @escaping @Sendable (String) -> Void
    ) {
        self.pods = pods
        self.tracker = tracker
        self.clock = clock
        self.log = log
    }

    /// Runs until the task is cancelled. Whatever breaks the watch, the next step is another list.
    func run() async {
        var failures = 0
        while !Task.isCancelled {
            do throws(KubeError) {
                let list = try await pods.listAll()
                await tracker.replaceAll(with: list.items)
                failures = 0
                try await follow(from: list.metadata.resourceVersion)
            } catch {
                if Task.isCancelled { return }
                log("pods cannot be watched: \(error)")
            }
            var generator = SystemRandomNumberGenerator()
            guard await pause(Self.backoff.delay(attempt: failures, using: &generator)) else { return }
            failures += 1
        }
    }

    /// Watches, again and again as the server ends watches in good order. Returns when the version has expired.
    private func follow(from resourceVersion: String?) async throws(KubeError) {
        var version = resourceVersion
        while !Task.isCancelled {
            let start = Stopwatch(clock)
            for try await event in try await pods.watch(WatchOptions(resourceVersion: version)) {
                switch event {
                case .added(let pod), .modified(let pod):
                    version = pod[path: "metadata", "resourceVersion"]?.stringValue ?? version
                    await tracker.observe(pod)
                case .deleted(let pod):
                    version = pod[path: "metadata", "resourceVersion"]?.stringValue ?? version
                    await tracker.forget(PodIdentity(pod))
                case .bookmark(let bookmark):
                    version = bookmark.resourceVersion
                case .error(let status):
                    guard status.isExpired else { throw .api(status) }
                    return
                }
            }
            // A server that ends watches at once must not be asked without end.
            if start.elapsed < .seconds(1), !(await pause(.seconds(1))) { return }
        }
    }

    /// Returns false when the task was cancelled.
    private func pause(_ duration: Duration) async -> Bool {
        do {
            try await clock.sleep(for: duration)
            return true
        } catch {
            return false
        }
    }
}
