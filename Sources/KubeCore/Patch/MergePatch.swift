extension JSONValue {
    /// Applies a JSON Merge Patch (RFC 7386, section 2): objects merge, null removes, anything else replaces.
    public func applying(mergePatch patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members = objectValue ?? [:]
        for (key, change) in changes {
            if change.isNull {
                members[key] = nil
            } else {
                members[key] = (members[key] ?? .null).applying(mergePatch: change)
            }
        }
        return .object(members)
    }

    /// The merge patch that makes `target` of this value; nil when they are equal. Nulls inside `target` cannot be
    /// expressed by a merge patch and are left out.
    public func mergePatch(to target: JSONValue) -> JSONValue? {
        guard self != target else { return nil }
        guard case .object(let old) = self, case .object(let new) = target else { return target }
        var patch: [String: JSONValue] = [:]
        for key in old.keys where new[key] == nil { patch[key] = .null }
        for (key, value) in new {
            if let previous = old[key] {
                if let change = previous.mergePatch(to: value) { patch[key] = change }
            } else {
                patch[key] = value
            }
        }
        return .object(patch)
    }
}
