/// The field managers of server-side apply: one a concern. Each always sends all that it owns, since a field that a
/// manager stops sending is reset.
public enum FieldManager: String, Sendable, CaseIterable {
    /// A revision's Deployment without its replicas.
    case template = "deepseek-operator-template"
    /// `spec.replicas` of Deployments, and of the resource through /scale.
    case scaling = "deepseek-operator-scaling"
    /// HorizontalPodAutoscalers.
    case autoscaler = "deepseek-operator-autoscaler"
    /// Services.
    case network = "deepseek-operator-network"
    /// PodDisruptionBudgets.
    case availability = "deepseek-operator-availability"
    /// ServiceAccounts.
    case identity = "deepseek-operator-identity"
    /// ControllerRevisions, which are only created.
    case revision = "deepseek-operator-revision"
    /// What the autoscaler remembers.
    case memory = "deepseek-operator-memory"
    /// The status of the resource.
    case status = "deepseek-operator-status"
}
