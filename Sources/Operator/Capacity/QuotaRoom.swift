internal import KubeCore

/// How many replicas a namespace's quotas let in.
struct QuotaRoom {
    var quotas: [ResourceQuota]
    var pod: PodRequirements
    /// Pods that are there and count for the quotas already.
    var existing: Int

    var room: Room {
        let bounds = quotas.sorted { $0.metadata.name < $1.metadata.name }.flatMap(bounds)
        guard let tightest = bounds.min(by: { $0.replicas < $1.replicas }) else { return .unbounded }
        return .bounded(replicas: tightest.replicas, reason: tightest.reason)
    }

    /// What each line of a quota leaves.
    private func bounds(_ quota: ResourceQuota) -> [(replicas: Int32, reason: String)] {
        guard pod.matches(quota.spec) else { return [] }
        // A quota that its controller has not seen has no status: then the pods that we know are what is used.
        let hard = quota.status?.hard ?? quota.spec?.hard ?? [:]
        return hard.sorted { $0.key < $1.key }.compactMap { line, limit in
            let charge = pod.charge(line)
            guard charge > 0 else { return nil }
            let used = quota.status?.used?[line]?.nanos ?? charge * Int128(existing)
            let more = max(0, limit.nanos - used) / charge
            let reason =
                "ResourceQuota \(quota.metadata.name): \(Self.text(used)) of \(limit) \(line) used, a replica needs "
                + Self.text(charge)
            return (Int32(clamping: more + Int128(existing)), reason)
        }
    }

    private static func text(_ nanos: Int128) -> String {
        Int64(exactly: (nanos + 999_999) / 1_000_000).map { Quantity(milli: $0).description } ?? "very much"
    }
}
