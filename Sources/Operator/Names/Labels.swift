/// Annotations of objects that the operator makes.
public enum Annotations {
    /// On a pod template: when a person last said Restart.
    public static let restartedAt = "serving.deepseek.io/restartedAt"
}

/// The labels that every object of the operator's carries.
public enum Labels {
    public static let managedBy = "app.kubernetes.io/managed-by"
    public static let name = "app.kubernetes.io/name"
    public static let instance = "app.kubernetes.io/instance"
    /// The name of the DeepSeekCluster.
    public static let cluster = "serving.deepseek.io/cluster"
    /// The hash of the revision that an object belongs to.
    public static let revision = "serving.deepseek.io/revision"

    public static let managedByValue = "deepseek-operator"

    /// Selects all that the operator made.
    public static let managedSelector = "\(managedBy)=\(managedByValue)"

    /// What all objects of a cluster carry.
    public static func common(cluster: String) -> [String: String] {
        [
            managedBy: managedByValue, name: "deepseek-inference", instance: cluster, Labels.cluster: cluster,
        ]
    }

    /// What objects of one revision carry besides.
    public static func revision(_ revision: String, cluster: String) -> [String: String] {
        common(cluster: cluster).merging([Labels.revision: revision]) { $1 }
    }

    /// What selects the pods of one revision.
    public static func selector(revision: String, cluster: String) -> [String: String] {
        [Labels.cluster: cluster, Labels.revision: revision]
    }

    /// The same as a query, as `status.selector` tells it to HPA.
    public static func selectorText(revision: String, cluster: String) -> String {
        "\(Labels.cluster)=\(cluster),\(Labels.revision)=\(revision)"
    }
}
