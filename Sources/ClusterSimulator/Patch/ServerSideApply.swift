import KubeCore

/// Server-side apply: merges a configuration into an object and settles who owns what.
///
/// The algorithm of sigs.k8s.io/structured-merge-diff (`merge.Updater.Apply`): merge, remove what the manager applied
/// before and no longer does unless someone else owns it, then compare with the live object to find conflicts.
struct ServerSideApply {
    var schema: Schema
    var owner: FieldOwner
    var force: Bool
    /// Stamps the entry of the manager.
    var time: String

    struct Outcome {
        var object: JSONValue
        var managedFields: ManagedFields
    }

    /// Errors: `FieldConflicts` when fields to be changed belong to others and `force` is not set.
    func apply(
        _ configuration: JSONValue, to live: JSONValue, owned: ManagedFields
    ) throws(FieldConflicts) -> Outcome {
        var managers = owned
        let previous = managers[owner]
        let applied = configuration.fieldSet(schema).subtracting(ManagedFields.unowned)
        managers.set(applied, for: owner, at: time)
        let merged = live.merged(with: configuration, schema)
        let pruned = prune(merged, managers.union, previous)
        let change = FieldComparison(from: live, to: pruned, schema)
        let touched = change.modified.union(change.added)
        let conflicts = FieldConflicts(of: touched, with: managers, except: owner)
        if !conflicts.isEmpty, !force { throw conflicts }
        managers.take(touched.union(change.removed), sparing: owner)
        return Outcome(object: pruned, managedFields: managers)
    }

    /// Removes what the last applied configuration had and nobody owns any more.
    private func prune(_ merged: JSONValue, _ owned: FieldSet, _ previous: FieldSet?) -> JSONValue {
        guard let previous = previous?.withNamedFieldsAsMembers, !previous.isEmpty else { return merged }
        let all = merged.fieldSet(schema).withNamedFieldsAsMembers
        // First without everything applied before; then with what an owner still has put back; last with what was not
        // applied before but went along with it.
        let bare = merged.removing(previous, schema).fieldSet(schema).withNamedFieldsAsMembers
        let unowned = all.subtracting(bare).subtracting(owned.withNamedFieldsAsMembers)
        let kept = merged.removing(unowned, schema).fieldSet(schema).withNamedFieldsAsMembers
        return merged.removing(all.subtracting(kept).intersection(previous), schema)
    }
}
