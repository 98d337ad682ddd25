public import KubeCore

/// The pods around the engine: PodSpec fields, and the times of a pod's life.
public struct PodsSpec: Sendable, Hashable, Codable {
    public var resources: JSONValue?
    public var gpuResourceName: String?
    public var nodeSelector: [String: String]?
    public var tolerations: [JSONValue]?
    public var affinity: JSONValue?
    public var priorityClassName: String?
    public var runtimeClassName: String?
    public var topologySpreadConstraints: [JSONValue]?
    public var serviceAccountName: String?
    public var imagePullSecrets: [JSONValue]?
    public var schedulerName: String?
    public var securityContext: JSONValue?
    public var initContainers: [JSONValue]?
    public var volumes: [JSONValue]?
    public var labels: [String: String]?
    public var annotations: [String: String]?
    public var sharedMemory: QuantityText?
    /// A VolumeSource.
    public var modelCache: JSONValue?
    public var startupSeconds: Int?
    public var preStopSeconds: Int?
    public var drainSeconds: Int?

    public init() {}

    public var resolvedGPUResourceName: String { gpuResourceName ?? "nvidia.com/gpu" }
    public var resolvedSharedMemory: QuantityText { sharedMemory ?? "1Gi" }
    /// Seconds for loading the model.
    public var resolvedStartupSeconds: Int { startupSeconds ?? 1800 }
    /// Seconds for endpoints to spread, before the drain.
    public var resolvedPreStopSeconds: Int { preStopSeconds ?? 15 }
    /// Seconds for streams in flight.
    public var resolvedDrainSeconds: Int { drainSeconds ?? 570 }
    /// preStop + drain + 15 seconds for the process to end.
    public var terminationGracePeriodSeconds: Int { resolvedPreStopSeconds &+ resolvedDrainSeconds &+ 15 }
}

extension PodsSpec: SchemaProviding {
    public static let schema = Schema.object(
        "The pods around the engine, with the names of a PodSpec.",
        placement.merging(contents) { $1 }.merging(times) { $1 })

    private static let placement: [String: Schema] = [
        "gpuResourceName": .string(
            "Extended resource that stands for one GPU.", length: 1...253, default: "nvidia.com/gpu"),
        "nodeSelector": .map("Labels that a node must have.", of: .string("Value of the label.", length: 0...63)),
        "tolerations": .array(
            "Taints that the pods tolerate, as in a PodSpec.", of: .opaque("One toleration."), count: 0...64),
        "affinity": .opaque("Affinity of the pods, as in a PodSpec."),
        "priorityClassName": .string("PriorityClass of the pods."),
        "runtimeClassName": .string("RuntimeClass of the pods, often nvidia."),
        "topologySpreadConstraints": .array(
            "How the pods spread, as in a PodSpec. Absent: over nodes, where possible.", of: .opaque("One constraint."),
            count: 0...16),
        "schedulerName": .string("Scheduler of the pods. Absent or empty: the cluster's own."),
    ]

    private static let contents: [String: Schema] = [
        "resources": .object(
            "Requests and limits of the engine's container. GPUs are added from the engine.",
            [
                "requests": .map("What the scheduler sets aside.", of: .quantity("Amount.")),
                "limits": .map("What the container may use at most.", of: .quantity("Amount.")),
                "claims": .array("Claims of dynamic resource allocation.", of: .opaque("One claim."), count: 0...16),
            ]),
        "serviceAccountName": .string(
            "ServiceAccount of the pods. Absent or empty: one with the name of this resource is made."),
        "imagePullSecrets": .array(
            "Secrets of the same namespace for pulling images.",
            of: .object("One Secret.", ["name": .string("Name of the Secret.", length: 1...253)], required: ["name"]),
            count: 0...16, list: .map(key: "name")),
        "securityContext": .opaque("Security context of the pods, merged over the operator's own."),
        "initContainers": .array(
            "Containers that run before the engine, as in a PodSpec.",
            of: .opaque(
                "One container.",
                [
                    "name": .string("Name of the container.", length: 1...63),
                    "image": .string("Image of the container.", length: 1...512),
                ], required: ["name", "image"]), count: 0...16, list: .map(key: "name")),
        "volumes": .array(
            "Volumes beside the operator's own, as in a PodSpec. Mounted by engine.volumeMounts.",
            of: .opaque("One volume.", ["name": .string("Name of the volume.", length: 1...63)], required: ["name"]),
            count: 0...64, list: .map(key: "name")),
        "labels": .map(
            "Labels of the pods beside the operator's own.", of: .string("Value of the label.", length: 0...63)),
        "annotations": .map("Annotations of the pods.", of: .string("Value of the annotation.", length: 0...4096)),
        "sharedMemory": .quantity("Size of /dev/shm, which the processes of an engine share.", default: "1Gi"),
        "modelCache": .opaque(
            "A volume source, as in a PodSpec, for weights that are downloaded. Absent: a scratch volume, so that each "
                + "pod downloads again."),
    ]

    private static let times: [String: Schema] = [
        "startupSeconds": .integer("Budget for loading the model, in seconds.", 10...86400, default: "1800"),
        "preStopSeconds": .integer(
            "Seconds that a pod goes on serving while endpoints spread, before its drain.", 0...3600, default: "15"),
        "drainSeconds": .integer(
            "Seconds for streams in flight. The grace period is preStopSeconds + drainSeconds + 15; the cluster "
                + "autoscaler waits 600 at most.", 0...86400, default: "570"),
    ]
}
