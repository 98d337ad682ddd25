import KubeCore

extension SimulatedCluster {
    /// POST of a pod's binding or eviction.
    func writePodSubresource(_ request: APIRequest, _ target: RequestTarget) throws(Status) -> APIResponse {
        let body = try request.json()
        let write = WriteRequest(target.definition, try request.writeOptions(), subresource: target.subresource)
        try withState { (state) throws(Status) in
            if target.subresource == .binding {
                try state.bind(write, target.key, to: body["target"]?["name"]?.stringValue ?? "")
            } else {
                try state.evict(write.definition, target.key, body["deleteOptions"] ?? [:])
            }
        }
        return APIResponse(
            status: 201,
            json: ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201])
    }
}

extension ClusterState {
    /// Puts a pod on a node. Errors: 404, 409 when it is on one already.
    func bind(_ write: WriteRequest, _ name: NamespacedName, to node: String) throws(Status) {
        let time = JSONValue.string(now.description)
        var write = write
        // The real binding records spec and status together as one update of the main resource.
        write.subresource = nil
        let live = try object(write.definition, name)
        guard live.value["spec"]?["nodeName"]?.stringValue ?? "" == "" else {
            let bound = live.value["spec"]?["nodeName"]?.stringValue ?? ""
            throw write.definition.conflict(name.name, "pod \(name.name) is already assigned to node \"\(bound)\"")
        }
        _ = try update(write, name) { live in
            var object = live.value
            object[path: "spec", "nodeName"] = .string(node)
            return Change(object: object)
        }
        write.subresource = .status
        _ = try update(write, name) { live in
            var object = live.value
            var conditions = object["status"]?["conditions"]?.arrayValue ?? []
            conditions.removeAll { $0["type"] == "PodScheduled" }
            conditions.append(["type": "PodScheduled", "status": "True", "lastTransitionTime": time])
            object[path: "status", "conditions"] = .array(conditions)
            return Change(object: object)
        }
    }

    /// Deletes a pod unless a PodDisruptionBudget forbids it. Errors: 404, 429.
    func evict(_ definition: ResourceDefinition, _ name: NamespacedName, _ options: JSONValue) throws(Status) {
        let pod = try object(definition, name)
        let key = ResourceDefinition.StorageKey(group: "policy", plural: "poddisruptionbudgets")
        for budget in table(key).ordered(namespace: name.namespace) {
            guard let selector = try? budget.value["spec"]?["selector"]?.decoded(as: LabelSelector.self),
                selector.matches(pod.labels)
            else { continue }
            let allowed = budget.value["status"]?["disruptionsAllowed"]?.intValue ?? 0
            guard allowed > 0 || pod.value.isBeingDeleted else {
                var status = Status.tooManyRequests(
                    "Cannot evict pod as it would violate the pod's disruption budget.", retryAfterSeconds: 10)
                status.details?.causes = [
                    .init(
                        reason: "DisruptionBudget",
                        message: "The disruption budget \(budget.name.name) does not allow an eviction now")
                ]
                throw status
            }
        }
        _ = try delete(
            definition, name,
            DeleteOptions(
                uid: options["preconditions"]?["uid"]?.stringValue,
                gracePeriodSeconds: options["gracePeriodSeconds"]?.intValue))
    }
}
