public import KubeCore

/// The CustomResourceDefinition of `DeepSeekCluster`, generated from the Swift types.
///
/// It is made of what Kubernetes 1.29 and later know. An older server drops `x-kubernetes-validations`; the operator
/// repeats those rules.
public enum CustomResourceDefinition {
    /// Where the generated file is kept in the repository.
    public static let path = "crds/serving.deepseek.io_deepseekclusters.yaml"

    /// The object, ready to be applied.
    public static let deepSeekCluster: JSONValue = {
        let type = DeepSeekCluster.resourceType
        return [
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": ["name": .string(type.groupResource)],
            "spec": [
                "group": .string(type.group),
                "scope": "Namespaced",
                "names": [
                    "kind": .string(type.kind), "listKind": .string(type.kind + "List"), "plural": .string(type.plural),
                    "singular": "deepseekcluster", "shortNames": ["dsc"], "categories": ["all", "inference"],
                ],
                "versions": [version(type)],
            ],
        ]
    }()

    private static func version(_ type: ResourceType) -> JSONValue {
        [
            "name": .string(type.version), "served": true, "storage": true,
            "schema": ["openAPIV3Schema": DeepSeekCluster.schema.json],
            "additionalPrinterColumns": .array(printerColumns),
            "subresources": [
                "status": [:],
                "scale": [
                    "specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas",
                    "labelSelectorPath": ".status.selector",
                ],
            ],
        ]
    }

    private static let printerColumns: [JSONValue] = [
        column("Phase", ".status.phase", "The state in one word"),
        column("Ready", ".status.readyReplicas", "Replicas that serve", type: "integer"),
        column("Desired", ".status.desiredReplicas", "Replicas that are wished for", type: "integer"),
        column("Active", ".status.activeRevision", "Revision that clients reach"),
        column("Preview", ".status.previewRevision", "Revision that is about to become active"),
        column("Model", ".spec.model.name", "Name of the model"),
        column("RPS", #".status.autoscaling.currentMetrics[0].value"#, "The first metric as a whole"),
        column("Age", ".metadata.creationTimestamp", "Time since creation", type: "date"),
        column("Message", ".status.message", "The state in one sentence", priority: 1),
    ]

    private static func column(
        _ name: String, _ path: String, _ description: String, type: String = "string", priority: Int64 = 0
    ) -> JSONValue {
        var column: JSONValue = [
            "name": .string(name), "type": .string(type), "jsonPath": .string(path),
            "description": .string(description),
        ]
        if priority != 0 { column["priority"] = .int(priority) }
        return column
    }
}

extension DeepSeekCluster: SchemaProviding {
    /// The longest name that leaves room for the names of a cluster's objects.
    public static let maximumNameLength = 40

    public static let schema = Schema.object(
        "A DeepSeek model served on GPUs of one's own: which version, on which engine and GPUs, how it scales, and how "
            + "it moves to the next version.",
        [
            "apiVersion": .bare("string"), "kind": .bare("string"), "metadata": .bare("object"),
            "spec": DeepSeekClusterSpec.schema, "status": DeepSeekClusterStatus.schema,
        ],
        required: ["spec"],
        rules: [
            Schema.Rule(
                "size(self.metadata.name) <= \(maximumNameLength)",
                message: "metadata.name must have at most \(maximumNameLength) characters"),
            Schema.Rule(
                "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
                message: "metadata.name must begin with a letter and hold only a-z, 0-9 and - (DNS-1035)"),
        ])
}
