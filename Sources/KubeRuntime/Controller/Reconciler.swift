public import KubeCore

/// What to reconcile: an object's key and nothing of why, so that any number of causes make one run.
public typealias ReconcileRequest = NamespacedName

/// How a reconcile ended well.
public enum ReconcileResult: Sendable, Hashable {
    /// Nothing to do until something changes.
    case done
    /// Come back after this long at the latest, even if nothing changes.
    case requeue(after: Duration)
}

/// Brings the world closer to what one object asks for.
///
/// It reads the present state and does what is missing, whatever happened before: it is called again after every
/// failure, and any number of times without need. Check for cancellation at long waits: a time-out cancels.
public protocol Reconciler: Sendable {
    /// - Throws: any error, to be tried again after a back-off; a `TerminalError` to wait for the next change instead.
    func reconcile(_ request: ReconcileRequest) async throws -> ReconcileResult
}

/// A failure that trying again cannot cure: only a change of the object can.
public struct TerminalError: Error, CustomStringConvertible {
    public let cause: any Error

    public init(_ cause: any Error) { self.cause = cause }

    public var description: String { "terminal: \(cause)" }
}

/// A reconciler from a closure.
struct ClosureReconciler: Reconciler {
    let body: @Sendable (ReconcileRequest) async throws -> ReconcileResult

    func reconcile(_ request: ReconcileRequest) async throws -> ReconcileResult { try await body(request) }
}
