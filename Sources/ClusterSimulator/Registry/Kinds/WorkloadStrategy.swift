import KubeCore

/// Deployments, ReplicaSets, StatefulSets and DaemonSets: a template and a selector over its pods.
struct WorkloadStrategy: ResourceStrategy {
    enum Kind: Sendable {
        case deployment, replicaSet, statefulSet, daemonSet
    }

    var kind: Kind
    var hasGeneration: Bool { true }

    func applyDefaults(_ object: inout JSONValue) {
        object.change("spec") { spec in
            if kind != .daemonSet { spec.fill(["replicas": 1]) }
            spec.change("template") { $0.change("spec", PodDefaults.apply) }
            switch kind {
            case .deployment: Self.deploymentDefaults(&spec)
            case .statefulSet:
                spec.fill([
                    "podManagementPolicy": "OrderedReady", "revisionHistoryLimit": 10,
                    "updateStrategy": ["type": "RollingUpdate", "rollingUpdate": ["partition": 0]],
                ])
            case .daemonSet:
                spec.fill([
                    "revisionHistoryLimit": 10,
                    "updateStrategy": [
                        "type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": 1, "maxSurge": 0],
                    ],
                ])
            case .replicaSet: break
            }
        }
    }

    private static func deploymentDefaults(_ spec: inout JSONValue) {
        spec.fill(["revisionHistoryLimit": 10, "progressDeadlineSeconds": 600, "strategy": [:]])
        spec.change("strategy") { strategy in
            strategy.fill(["type": "RollingUpdate"])
            guard strategy["type"] == "RollingUpdate" else { return }
            strategy.fill(["rollingUpdate": [:]])
            strategy.change("rollingUpdate") { $0.fill(["maxUnavailable": "25%", "maxSurge": "25%"]) }
        }
    }

    func prepareForCreate(_ object: inout JSONValue) { object["status"] = [:] }

    func changesGeneration(_ object: JSONValue, live: JSONValue) -> Bool {
        let hasNewSpec = object["spec"] != live["spec"]
        guard kind == .deployment else { return hasNewSpec }
        // A Deployment's annotations are copied to its ReplicaSets, so they count as its wish.
        return hasNewSpec || object["metadata"]?["annotations"] != live["metadata"]?["annotations"]
    }

    func validate(_ object: JSONValue) -> [FieldError] {
        var errors: [FieldError] = []
        let spec = object["spec"] ?? [:]
        if let replicas = spec["replicas"]?.intValue, replicas < 0 {
            errors.append(.invalid("spec.replicas", .int(replicas), "must be greater than or equal to 0"))
        }
        errors += selectorErrors(spec)
        errors += PodValidation.errors(spec: spec["template"]?["spec"] ?? [:], path: "spec.template.spec")
        if let policy = spec["template"]?["spec"]?["restartPolicy"], policy != "Always" {
            errors.append(.unsupported("spec.template.spec.restartPolicy", policy, ["Always"]))
        }
        if kind == .deployment { errors += strategyErrors(spec["strategy"] ?? [:]) }
        return errors
    }

    private func selectorErrors(_ spec: JSONValue) -> [FieldError] {
        guard let json = spec["selector"] else { return [.required("spec.selector")] }
        guard !json.isBare, let selector = try? json.decoded(as: LabelSelector.self) else {
            return [.invalid("spec.selector", json, "empty selector is invalid for deployment")]
        }
        let labels = spec["template"]?["metadata"]?["labels"]
        guard selector.matches(labels?.strings() ?? [:]) else {
            return [
                .invalid(
                    "spec.template.metadata.labels", labels ?? [:], "`selector` does not match template `labels`")
            ]
        }
        return []
    }

    private func strategyErrors(_ strategy: JSONValue) -> [FieldError] {
        let type = strategy["type"] ?? .null
        guard ["RollingUpdate", "Recreate"].contains(type) else {
            return [.unsupported("spec.strategy.type", type, ["Recreate", "RollingUpdate"])]
        }
        if type == "Recreate", strategy["rollingUpdate"] != nil {
            return [
                .forbidden(
                    "spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")
            ]
        }
        let zeros: [JSONValue] = [0, "0", "0%"]
        let rolling = strategy["rollingUpdate"] ?? [:]
        if type == "RollingUpdate", zeros.contains(rolling["maxUnavailable"] ?? 0),
            zeros.contains(rolling["maxSurge"] ?? 0)
        {
            return [
                .invalid(
                    "spec.strategy.rollingUpdate.maxUnavailable", rolling["maxUnavailable"] ?? 0,
                    "may not be 0 when `maxSurge` is 0")
            ]
        }
        return []
    }

    func validateUpdate(_ object: JSONValue, live: JSONValue) -> [FieldError] {
        guard object["spec"]?["selector"] != live["spec"]?["selector"] else { return [] }
        return [.invalid("spec.selector", object["spec"]?["selector"] ?? .null, "field is immutable")]
    }
}
