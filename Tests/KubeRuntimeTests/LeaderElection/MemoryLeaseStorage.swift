import Base
import KubeCore
import KubeRuntime

/// A lease in memory with the API's optimistic concurrency. Faults are injected per candidate.
final class MemoryLease: Sendable {
    struct State {
        var lease: Lease?
        var version = 0
        var writes: [String] = []
    }
    let state = Lock(State())
    let changes = Recorder<String>()

    var lease: Lease? { state.withLock { $0.lease } }

    func put(_ spec: Lease.Spec, expecting version: String?) throws -> Lease {
        let written = try state.withLock { state in
            guard state.lease?.metadata.resourceVersion == version else {
                throw Status(code: 409, reason: "Conflict", message: "the lease has changed")
            }
            state.version += 1
            var metadata = ObjectMeta(name: "lease", namespace: "ns")
            metadata.uid = "uid"
            metadata.resourceVersion = String(state.version)
            let lease = Lease(metadata: metadata, spec: spec)
            state.lease = lease
            return lease
        }
        changes.record(spec.holderIdentity ?? "")
        return written
    }
}

/// One candidate's connection to the lease.
final class MemoryLeaseStorage: LeaseStorage {
    enum Fault: Sendable { case none, failing, hanging }
    private let shared: MemoryLease
    private let fault = Lock(Fault.none)
    let attempts = Recorder<Void>()

    init(_ shared: MemoryLease) { self.shared = shared }

    func set(_ fault: Fault) { self.fault.withLock { $0 = fault } }

    private func connect() async throws {
        attempts.record(())
        switch fault.withLock({ $0 }) {
        case .none: break
        case .failing: throw Status.unavailable
        case .hanging: try await Latch().wait()
        }
    }

    func read() async throws -> Lease? {
        try await connect()
        return shared.lease
    }

    func create(_ spec: Lease.Spec) async throws -> Lease {
        try await connect()
        return try shared.put(spec, expecting: nil)
    }

    func update(_ spec: Lease.Spec, resourceVersion: String) async throws -> Lease {
        try await connect()
        return try shared.put(spec, expecting: resourceVersion)
    }
}
