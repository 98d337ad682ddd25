import KubeCore

/// What a candidate knows of the lease, and what it may do. Pure.
///
/// Times of others are never trusted: what counts is how long, on this process' monotonic clock, the lease has not
/// changed. So neither clock skew nor jumps of the wall clock matter, only clocks that run at very different speeds.
struct LeaseObservation: Sendable {
    enum Verdict: Equatable {
        case create
        /// Nobody holds it, its holder let it expire, or it is ours.
        case take(resourceVersion: String, transitions: Int, isRenewal: Bool)
        case heldByOther(String)
    }

    private(set) var lease: Lease?
    /// When the lease was first seen as it is now.
    private var observedAt = Duration.zero

    mutating func observe(_ lease: Lease?, now: Duration) {
        if lease?.spec != self.lease?.spec || lease?.metadata.uid != self.lease?.metadata.uid { observedAt = now }
        self.lease = lease
    }

    /// The holder's name, empty for none.
    var holder: String { lease?.spec?.holderIdentity ?? "" }

    /// - Parameter fallback: how long a lease without a usable leaseDurationSeconds is respected.
    func verdict(identity: String, now: Duration, leaseDuration fallback: Duration) -> Verdict {
        guard let lease else { return .create }
        let version = lease.metadata.resourceVersion ?? ""
        let transitions = lease.spec?.leaseTransitions ?? 0
        if holder == identity { return .take(resourceVersion: version, transitions: transitions, isRenewal: true) }
        let declared = lease.spec?.leaseDurationSeconds.flatMap { $0 > 0 ? Duration.seconds($0) : nil } ?? fallback
        if !holder.isEmpty, now < observedAt + declared { return .heldByOther(holder) }
        return .take(
            resourceVersion: version, transitions: min(max(0, transitions), Int(Int32.max) - 1) + 1, isRenewal: false)
    }
}
