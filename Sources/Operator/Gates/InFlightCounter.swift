internal import Base
internal import Engines
internal import MetricSources

/// Counts the requests that the pods of a revision have in flight, by their engines' own account.
struct InFlightCounter: Sendable {
    /// Requests in flight over the pods of one revision.
    struct Count: Sendable, Hashable {
        /// Running and waiting, of the pods that answered.
        var requests = 0
        /// Pods that may have requests and did not say how many.
        var silentPods = 0

        /// Nobody would be cut off.
        var isZero: Bool { requests == 0 && silentPods == 0 }
    }

    /// Pods that are asked at a time.
    private static let width = 16

    let probe: PodProbe

    /// A pod without metrics, or that does not answer, counts as silent: it may be busy, and is waited for up to the
    /// drain deadline. Errors: `CancellationError`.
    func count(_ pods: ServingPods) async throws -> Count {
        let addresses = pods.members.filter(\.mayServe).compactMap(\.address)
        guard let metrics = pods.metrics else { return Count(silentPods: addresses.count) }
        let answers = try await concurrentMap(addresses, width: Self.width) { address -> Int? in
            do throws(MetricSourceError) {
                return try await probe.read(metrics, address: address).inFlight
            } catch {
                try Task.checkCancellation()
                return nil
            }
        }
        return Count(
            requests: answers.compactMap(\.self).reduce(0) { Self.sum($0, $1) },
            silentPods: answers.count { $0 == nil })
    }

    /// Engines say what they like: no sum may trap.
    private static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
