internal import Base
internal import KubeCore

/// What the autoscaler last said of each cluster, for its status.
final class ScalingReports: Sendable {
    private let reports = Lock<[NamespacedName: Boxed<ScalingReport>]>([:])

    subscript(cluster: NamespacedName) -> ScalingReport? { reports.withLock { $0[cluster]?.value } }

    /// Returns whether this says something new.
    func set(_ report: ScalingReport?, of cluster: NamespacedName) -> Bool {
        reports.withLock { reports in
            guard reports[cluster]?.value != report else { return false }
            reports[cluster] = report.map(Boxed.init)
            return true
        }
    }

    func forget(_ cluster: NamespacedName) { reports.withLock { $0[cluster] = nil } }
}
