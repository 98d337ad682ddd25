internal import DeepSeekAPI
internal import KubeCore

extension Manifests {
    /// The HPA of a spec. It scales the DeepSeekCluster, never a Deployment, which would fight a migration.
    func autoscaler(_ spec: AutoscalingSpec, _ type: ResourceType) -> JSONValue {
        let target = DeepSeekCluster.resourceType
        var result = object(type, name: ObjectNames(cluster: cluster.metadata.name).autoscaler)
        result["spec"] = [
            "scaleTargetRef": [
                "apiVersion": .string(target.apiVersion), "kind": .string(target.kind),
                "name": .string(cluster.metadata.name),
            ],
            "minReplicas": JSONValue(spec.resolvedMinReplicas),
            "maxReplicas": JSONValue(spec.maxReplicas),
            "metrics": .array(
                spec.metrics.compactMap { entry in
                    entry.external.map { metric($0, isServedByUs: spec.source(of: entry)?.prometheus != nil) }
                }),
        ]
        if let behavior = spec.behavior {
            result[path: "spec", "behavior", "scaleUp"] = behavior.scaleUp.map(rules)
            result[path: "spec", "behavior", "scaleDown"] = behavior.scaleDown.map(rules)
        }
        return result
    }

    /// What the operator itself serves is found by the cluster's name: another cluster of the namespace may have a
    /// metric of the same name, and an HPA adds up all that it finds.
    private func metric(_ external: MetricSpec.External, isServedByUs: Bool) -> JSONValue {
        let selector =
            isServedByUs
            ? LabelSelector(matchLabels: [Labels.cluster: cluster.metadata.name]) : external.metric.selector
        var result: JSONValue = ["metric": ["name": .string(external.metric.name)]]
        result[path: "metric", "selector"] = selector.map(Self.json)
        let target = external.target
        result[path: "target", "type"] = .string(target.type.rawValue)
        result[path: "target", "averageValue"] = target.averageValue.map { .string($0.description) }
        result[path: "target", "value"] = target.value.map { .string($0.description) }
        return ["type": "External", "external": result]
    }

    private static func json(_ selector: LabelSelector) -> JSONValue {
        var result: JSONValue = [:]
        result["matchLabels"] = selector.matchLabels.map { JSONValue($0) }
        result["matchExpressions"] = selector.matchExpressions.map { requirements in
            .array(
                requirements.map { requirement in
                    var json: JSONValue = [
                        "key": .string(requirement.key), "operator": .string(requirement.operator.rawValue),
                    ]
                    json["values"] = requirement.values.map { JSONValue($0) }
                    return json
                })
        }
        return result
    }

    private func rules(_ rules: BehaviorSpec.Rules) -> JSONValue {
        var result: JSONValue = [:]
        result["stabilizationWindowSeconds"] = rules.stabilizationWindowSeconds.map { JSONValue($0) }
        result["selectPolicy"] = rules.selectPolicy.map { .string($0.rawValue) }
        result["tolerance"] = rules.tolerance.map { .string($0.description) }
        result["policies"] = rules.policies.map { policies in
            .array(
                policies.map {
                    [
                        "type": .string($0.type.rawValue), "value": JSONValue($0.value),
                        "periodSeconds": JSONValue($0.periodSeconds),
                    ]
                })
        }
        return result
    }
}
