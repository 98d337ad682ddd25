import KubeCore

// What happens around a write besides storing it.

extension ClusterState {
    /// The admission plug-ins that matter here: priorities, Service addresses, quota. Errors: 403.
    func admit(_ definition: ResourceDefinition, _ object: inout JSONValue) throws(Status) {
        switch definition.type.groupResource {
        case "pods":
            try resolvePriority(definition, &object)
            try chargeQuota(definition, object)
        case "services": giveAddress(&object)
        default: break
        }
    }

    /// What follows from a stored change.
    func afterWrite(_ definition: ResourceDefinition, _ object: JSONValue) {
        if definition.type.kind == "CustomResourceDefinition" { serveDefinition(object) }
    }

    private func giveAddress(_ service: inout JSONValue) {
        guard service["spec"]?["type"] != "ExternalName" else { return }
        if service["spec"]?["clusterIP"]?.stringValue ?? "" == "" {
            service[path: "spec", "clusterIP"] = .string(newServiceAddress())
        }
        if let address = service["spec"]?["clusterIP"] { service[path: "spec", "clusterIPs"] = [address] }
    }

    private func resolvePriority(_ definition: ResourceDefinition, _ pod: inout JSONValue) throws(Status) {
        guard let name = pod["spec"]?["priorityClassName"]?.stringValue, !name.isEmpty else { return }
        let system: [String: Int64] = ["system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000]
        if let value = system[name] {
            pod[path: "spec", "priority"] = .int(value)
            return
        }
        let key = ResourceDefinition.StorageKey(group: "scheduling.k8s.io", plural: "priorityclasses")
        guard let found = table(key)[NamespacedName(namespace: "", name: name)] else {
            throw definition.forbidden(
                pod.metadataText("name"), "no PriorityClass with name \(name) was found")
        }
        pod[path: "spec", "priority"] = found.value["value"]
    }
}

// MARK: - Quota

extension ClusterState {
    /// Refuses a pod that exceeds a ResourceQuota of its namespace. What is used is counted afresh from the pods that
    /// have not finished, so that a simulated quota needs no controller to be exact.
    private func chargeQuota(_ definition: ResourceDefinition, _ pod: JSONValue) throws(Status) {
        let namespace = pod.metadataText("namespace")
        let quotas = table(ResourceDefinition.StorageKey(group: "", plural: "resourcequotas"))
            .ordered(namespace: namespace)
        guard !quotas.isEmpty else { return }
        let pods = table(definition).ordered(namespace: namespace).map(\.value).filter { pod in
            !["Succeeded", "Failed"].contains(pod["status"]?["phase"] ?? "")
        }
        for quota in quotas {
            for (name, limit) in quota.value.strings("spec", "hard").sorted(by: { $0.key < $1.key }) {
                guard let most = Quantity(limit) else { continue }
                let asked = PodResources.charge(pod, name)
                let used = pods.reduce(Int128(0)) { $0 + PodResources.charge($1, name) }
                guard asked > 0, used + asked > most.nanos else { continue }
                let text =
                    "exceeded quota: \(quota.name.name), requested: \(name)=\(PodResources.text(asked)), "
                    + "used: \(name)=\(PodResources.text(used)), limited: \(name)=\(limit)"
                throw definition.forbidden(pod.metadataText("name"), text)
            }
        }
    }
}

/// What a pod counts for in a quota.
enum PodResources {
    /// The charge against one line of a quota, in billionths: `pods`, `requests.<name>`, `limits.<name>`, or a bare
    /// resource, which means its requests.
    static func charge(_ pod: JSONValue, _ line: String) -> Int128 {
        if line == "pods" || line == "count/pods" { return 1_000_000_000 }
        if line.hasPrefix("limits.") { return sum(pod, "limits", String(line.dropFirst(7))) }
        if line.hasPrefix("requests.") { return sum(pod, "requests", String(line.dropFirst(9))) }
        return ["cpu", "memory", "ephemeral-storage"].contains(line) ? sum(pod, "requests", line) : 0
    }

    /// Containers add up; init containers run one by one before them.
    private static func sum(_ pod: JSONValue, _ kind: String, _ name: String) -> Int128 {
        func amounts(_ list: String) -> [Int128] {
            (pod["spec"]?[list]?.arrayValue ?? []).map { container in
                container["resources"]?[kind]?[name]?.stringValue.flatMap(Quantity.init)?.nanos ?? 0
            }
        }
        return max(amounts("containers").reduce(0, +), amounts("initContainers").max() ?? 0)
    }

    static func text(_ nanos: Int128) -> String {
        nanos % 1_000_000_000 == 0 ? String(nanos / 1_000_000_000) : "\(nanos / 1_000_000)m"
    }
}
