import Base
import KubeCore

/// The OpenAPI documents of one state of the registry, each written when it is first asked for: they are megabytes.
final class OpenAPICache: Sendable {
    private struct State {
        var revision = 0
        var documents: [String: [UInt8]] = [:]
    }

    private let state = Lock(State())

    /// The document below `/openapi/`, such as `v2` or `v3/apis/apps/v1`; nil when there is none.
    func document(_ path: String, _ registry: Registry) -> [UInt8]? {
        if let known = state.withLock({ $0.revision == registry.revision ? $0.documents[path] : nil }) { return known }
        // Outside the lock: two may write the same document, which is better than all waiting for one.
        guard let document = OpenAPI(registry: registry).document(path)?.serialized() else { return nil }
        state.withLock { state in
            // An answer from an old registry must not push out newer documents.
            guard registry.revision >= state.revision else { return }
            if registry.revision > state.revision { state = State(revision: registry.revision) }
            state.documents[path] = document
        }
        return document
    }
}
