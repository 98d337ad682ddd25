public import KubeCore

/// Adds and removes one finalizer by JSON patches that fail rather than touch another state of the object.
public struct Finalizer: Sendable, Hashable {
    /// A qualified name, such as `serving.deepseek.io/cleanup`.
    public let name: String

    public init(_ name: String) { self.name = name }

    public func isPresent(on metadata: ObjectMeta) -> Bool { metadata.finalizers?.contains(name) ?? false }

    /// The patch that adds the finalizer. Nil when it is there already, or when the object is being deleted: the server
    /// accepts no new finalizers then.
    ///
    /// The patch holds for the very resourceVersion that was read; another state answers 422 (a `test` failed).
    public func addition(to metadata: ObjectMeta) -> JSONPatch? {
        guard !isPresent(on: metadata), !metadata.isBeingDeleted else { return nil }
        let path = JSONPointer(tokens: ["metadata", "finalizers"])
        let hasList = metadata.finalizers?.isEmpty == false
        let add: JSONPatch.Operation =
            hasList
            ? .add(JSONPointer(tokens: path.tokens + ["-"]), .string(name)) : .add(path, .array([.string(name)]))
        return JSONPatch(preconditions(metadata) + [add])
    }

    /// The patch that removes the finalizer, nil when it is not there. It names the finalizer at its place, so that
    /// changes of anything else do not hinder it; another finalizer in that place answers 422.
    public func removal(from metadata: ObjectMeta) -> JSONPatch? {
        guard let index = metadata.finalizers?.firstIndex(of: name) else { return nil }
        let place = JSONPointer(tokens: ["metadata", "finalizers", String(index)])
        var operations: [JSONPatch.Operation] = [.test(place, .string(name)), .remove(place)]
        if let uid = metadata.uid {
            operations.insert(.test(JSONPointer(tokens: ["metadata", "uid"]), .string(uid)), at: 0)
        }
        return JSONPatch(operations)
    }

    private func preconditions(_ metadata: ObjectMeta) -> [JSONPatch.Operation] {
        let tests = [("uid", metadata.uid), ("resourceVersion", metadata.resourceVersion)]
        return tests.compactMap { field, value in
            value.map { .test(JSONPointer(tokens: ["metadata", field]), .string($0)) }
        }
    }
}
