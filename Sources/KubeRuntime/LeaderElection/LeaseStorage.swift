public import KubeCore

/// Where the elector keeps its lease. Tests bring their own.
public protocol LeaseStorage: Sendable {
    /// The lease, nil when there is none.
    func read() async throws -> Lease?
    /// Creates the lease. Fails when somebody else did first.
    func create(_ spec: Lease.Spec) async throws -> Lease
    /// Changes the lease if it still is at `resourceVersion`, and fails otherwise.
    func update(_ spec: Lease.Spec, resourceVersion: String) async throws -> Lease
}
