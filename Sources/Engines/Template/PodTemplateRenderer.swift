public import DeepSeekAPI
public import KubeCore

/// Renders the pod template of a revision.
///
/// The result is kept in the revision's ControllerRevision and never rendered again for it, so that a newer renderer
/// moves no fleet.
public struct PodTemplateRenderer: Sendable {
    /// The name of the container that runs the engine.
    public static let containerName = "engine"
    /// The name of its port.
    public static let portName = "http"

    public init() {}

    /// A PodTemplateSpec. `labels` are the operator's own and win over the user's.
    public func render(_ cluster: DeepSeekCluster, labels: [String: String]) -> JSONValue {
        let pods = cluster.spec.pods
        var metadata: JSONValue = ["labels": JSONValue((pods?.labels ?? [:]).merging(labels) { $1 })]
        if let annotations = pods?.annotations, !annotations.isEmpty {
            metadata["annotations"] = JSONValue(annotations)
        }
        return ["metadata": metadata, "spec": PodSpecRenderer(cluster: cluster, labels: labels).render()]
    }
}

struct PodSpecRenderer {
    var spec: DeepSeekClusterSpec
    var name: String
    var labels: [String: String]
    var engine: any InferenceEngine
    var probes: EngineProbes
    var model: ModelMount

    init(cluster: DeepSeekCluster, labels: [String: String]) {
        spec = cluster.spec
        name = cluster.metadata.name
        self.labels = labels
        engine = inferenceEngine(cluster.spec.engine.type)
        probes = engine.probes(cluster.spec.engine)
        model = ModelMount(cluster.spec)
    }

    func render() -> JSONValue {
        let pods = spec.resolvedPods
        var result: JSONValue = [
            "containers": [container],
            "volumes": .array(volumes),
            "terminationGracePeriodSeconds": JSONValue(pods.terminationGracePeriodSeconds),
            "securityContext": podSecurityContext,
            "serviceAccountName": nonEmpty(pods.serviceAccountName.map(JSONValue.string)) ?? .string(name),
            // Inference needs no API access, and the environment that service links add breaks vLLM, which reads
            // VLLM_PORT: a Service named vllm would set it.
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "topologySpreadConstraints": topologySpreadConstraints,
        ]
        result["nodeSelector"] = nonEmpty(pods.nodeSelector.map { JSONValue($0) })
        result["tolerations"] = nonEmpty(pods.tolerations.map(JSONValue.array))
        result["affinity"] = nonEmpty(pods.affinity)
        result["priorityClassName"] = nonEmpty(pods.priorityClassName.map(JSONValue.string))
        result["runtimeClassName"] = nonEmpty(pods.runtimeClassName.map(JSONValue.string))
        result["schedulerName"] = nonEmpty(pods.schedulerName.map(JSONValue.string))
        result["imagePullSecrets"] = nonEmpty(pods.imagePullSecrets.map(JSONValue.array))
        result["initContainers"] = nonEmpty(pods.initContainers.map(JSONValue.array))
        return result
    }

    // MARK: Pod

    private var volumes: [JSONValue] {
        let memory: JSONValue = [
            "medium": "Memory", "sizeLimit": .string(spec.resolvedPods.sharedMemory?.description ?? "1Gi"),
        ]
        return model.volumes + [["name": "shared-memory", "emptyDir": memory]] + (spec.resolvedPods.volumes ?? [])
    }

    private var podSecurityContext: JSONValue {
        let standard: JSONValue = ["seccompProfile": ["type": "RuntimeDefault"]]
        return standard.applying(mergePatch: spec.resolvedPods.securityContext ?? [:])
    }

    private var topologySpreadConstraints: JSONValue {
        if let constraints = spec.resolvedPods.topologySpreadConstraints, !constraints.isEmpty {
            return .array(constraints)
        }
        return [
            [
                "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": ["matchLabels": JSONValue(labels)],
            ]
        ]
    }

    // MARK: Container

    private var container: JSONValue {
        let command = engine.command(spec, model: model.location)
        let mounts = model.mounts + [["name": "shared-memory", "mountPath": "/dev/shm"]]
        var result: JSONValue = [
            "name": .string(PodTemplateRenderer.containerName),
            "image": .string(spec.engine.image ?? ""),
            "ports": [
                [
                    "name": .string(PodTemplateRenderer.portName), "containerPort": JSONValue(spec.engine.resolvedPort),
                    "protocol": "TCP",
                ]
            ],
            "resources": resources,
            "volumeMounts": .array(mounts + (spec.engine.volumeMounts ?? [])),
            "securityContext": ["allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]]],
            "lifecycle": ["preStop": drainHook.json],
            "startupProbe": startupProbe,
            "readinessProbe": probe(probes.readiness, period: 5, timeout: 5, failures: 3),
            "livenessProbe": probe(probes.liveness, period: 20, timeout: 10, failures: 6),
        ]
        result["command"] = command.map { JSONValue($0) }
        result["args"] = nonEmpty(spec.engine.args.map { JSONValue($0) })
        result["env"] = nonEmpty(.array(environment))
        return result
    }

    /// The user's variables replace the operator's of the same name.
    private var environment: [JSONValue] {
        let own = spec.engine.env ?? []
        let names = Set(own.compactMap { $0["name"]?.stringValue })
        let forProbes = probes.environment.sorted { $0.key < $1.key }.map { name, value -> JSONValue in
            ["name": .string(name), "value": .string(value)]
        }
        return (model.environment + forProbes).filter { !names.contains($0["name"]?.stringValue ?? "") } + own
    }

    private var resources: JSONValue {
        let pods = spec.resolvedPods
        var result: JSONValue = pods.resources ?? [:]
        let gpus = spec.engine.resolvedGPUsPerPod
        if gpus > 0 {
            let resource = pods.resolvedGPUResourceName
            for section in ["requests", "limits"] {
                result[path: [section, resource]] = .string("\(gpus)")
            }
        }
        return result
    }

    private var drainHook: DrainHook {
        DrainHook(
            signal: engine.drain, port: spec.engine.resolvedPort,
            preStopSeconds: spec.resolvedPods.resolvedPreStopSeconds,
            drainSeconds: spec.resolvedPods.resolvedDrainSeconds)
    }

    /// The whole budget for loading the model, in tens of seconds.
    private var startupProbe: JSONValue {
        let failures = (spec.resolvedPods.resolvedStartupSeconds + 9) / 10
        return probe(probes.startup, period: 10, timeout: probes.startupTimeout, failures: max(1, failures))
    }

    private func probe(_ path: String?, period: Int, timeout: Int, failures: Int) -> JSONValue {
        var result: JSONValue = [
            "periodSeconds": JSONValue(period), "timeoutSeconds": JSONValue(timeout),
            "failureThreshold": JSONValue(failures),
        ]
        let port = JSONValue.string(PodTemplateRenderer.portName)
        if let path {
            result["httpGet"] = ["path": .string(path), "port": port]
        } else {
            result["tcpSocket"] = ["port": port]
        }
        return result
    }
}

/// Nil for what is absent or empty, so that it is left out of the template.
private func nonEmpty(_ value: JSONValue?) -> JSONValue? {
    switch value {
    case .none, .null, .string(""), .array([]), .object([:]): nil
    default: value
    }
}
