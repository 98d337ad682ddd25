internal import DeepSeekAPI
internal import KubeCore
internal import Migration

/// `status.history`: revisions that became active or were given up, the latest first.
struct RevisionHistory {
    var situation: Situation
    var now: Timestamp

    /// Nil when there is nothing to tell.
    func entries(after old: [RevisionStatus]) -> [RevisionStatus]? {
        let rejections = situation.record?.rejected ?? []
        var entries = old.filter { entry in
            entry.promotedAt != nil || rejections.contains { $0.revision == entry.revision }
        }
        if let active = situation.active, !isKnown(active, in: entries) {
            entries.removeAll { $0.revision == active }
            entries.insert(
                RevisionStatus(revision: active, version: version(of: active), promotedAt: now), at: 0)
        }
        for rejection in rejections where !entries.contains(where: { $0.revision == rejection.revision }) {
            entries.insert(
                RevisionStatus(revision: rejection.revision, version: version(of: rejection.revision)), at: 0)
        }
        for index in entries.indices {
            entries[index].rejected = rejections.first { $0.revision == entries[index].revision }.map {
                .init(reason: $0.reason.rawValue, at: $0.at)
            }
        }
        entries = entries.enumerated().sorted { left, right in
            (Self.time(right.element), left.offset) < (Self.time(left.element), right.offset)
        }.map(\.element)
        let limit = situation.cluster.spec.resolvedRevisionHistoryLimit + 1 + rejections.count
        return entries.isEmpty ? nil : Array(entries.prefix(min(limit, 101)))
    }

    /// Whether the revision that is active was so already when the status was written last.
    private func isKnown(_ active: String, in entries: [RevisionStatus]) -> Bool {
        let before = situation.cluster.status?.activeRevision
        return (before == nil || before == active)
            && entries.contains { $0.revision == active && $0.promotedAt != nil }
    }

    private func version(of revision: String) -> String? {
        situation.world.controllerRevision(revision)?.data?[path: "inputs", "model", "version"]?.stringValue
    }

    private static func time(_ entry: RevisionStatus) -> Timestamp {
        [entry.promotedAt, entry.rejected?.at].compactMap(\.self).max() ?? Timestamp(seconds: 0)
    }
}
