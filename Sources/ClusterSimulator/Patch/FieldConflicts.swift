import KubeCore

/// The fields that an apply would change and that belong to others.
struct FieldConflicts: Error, Equatable {
    struct Conflict: Equatable {
        var owner: FieldOwner
        var time: String
        var path: [PathElement]
    }

    var conflicts: [Conflict]
    var isEmpty: Bool { conflicts.isEmpty }

    init(of fields: FieldSet, with managers: ManagedFields, except applier: FieldOwner) {
        conflicts = managers.entries
            .filter { $0.key != applier }
            .sorted { ($0.key.manager, $0.key.operation.rawValue) < ($1.key.manager, $1.key.operation.rawValue) }
            .flatMap { owner, entry in
                entry.fields.intersection(fields).paths.map {
                    Conflict(owner: owner, time: entry.time, path: $0)
                }
            }
    }

    /// The 409 that names every field and its manager.
    var status: Status {
        let causes = conflicts.map { conflict in
            Status.Cause(
                reason: "FieldManagerConflict", message: "conflict with \(conflict.who)",
                field: FieldSet.text(conflict.path))
        }
        return Status(
            code: 409, reason: "Conflict", message: "Apply failed with \(summary)", details: .init(causes: causes))
    }

    private var summary: String {
        let whos = conflicts.map(\.who)
        if conflicts.count == 1 {
            return "1 conflict: conflict with \(whos[0]): \(FieldSet.text(conflicts[0].path))"
        }
        var order: [String] = []
        for who in whos where !order.contains(who) { order.append(who) }
        let parts = order.map { who in
            let paths = conflicts.filter { $0.who == who }.map { "- " + FieldSet.text($0.path) }
            return "conflicts with \(who):\n" + paths.joined(separator: "\n")
        }
        return "\(conflicts.count) conflicts: " + parts.joined(separator: "\n")
    }
}

extension FieldConflicts.Conflict {
    fileprivate var who: String {
        let subresource = owner.subresource.isEmpty ? "" : " with subresource \"\(owner.subresource)\""
        let manager = "\"\(owner.manager)\"\(subresource)"
        return owner.operation == .update ? "\(manager) using \(owner.apiVersion) at \(time)" : manager
    }
}
