import KubeClient
import KubeCore
import PodModel

/// The requests of kubelets and scheduler.
struct PodWriter: Sendable {
    let client: KubeClient

    private func api(_ pod: PodView) -> Api<JSONValue> { Api(client, Pod.resourceType, namespace: pod.namespace) }

    /// Errors: `KubeError`; a conflict when the pod is not, or not any more, as the job saw it.
    func carryOut(_ job: PodJob, now: Timestamp) async throws(KubeError) -> PodJobOutcome {
        switch job.action {
        case .bind(let node):
            try await bind(job.pod, to: node)
            return .changed
        case .reportUnschedulable(let message):
            return try await write(job.pod.statusWhenUnschedulable(message, now: now), to: job.pod, lookAt: nil)
        case .advance(let transition):
            return try await advance(job.pod, transition)
        }
    }

    private func bind(_ pod: PodView, to node: String) async throws(KubeError) {
        let binding: JSONValue = [
            "apiVersion": "v1", "kind": "Binding",
            "metadata": ["name": .string(pod.name), "namespace": .string(pod.namespace), "uid": .string(pod.uid)],
            "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
        ]
        try await api(pod).createSubresource("binding", of: pod.name, binding)
    }

    private func advance(_ pod: PodView, _ transition: PodTransition) async throws(KubeError) -> PodJobOutcome {
        var outcome = PodJobOutcome.unchanged(lookAt: transition.wakeAt)
        if let status = transition.status { outcome = try await write(status, to: pod, lookAt: transition.wakeAt) }
        guard transition.isFinished else { return outcome }
        try await api(pod).delete(pod.name, options: DeleteOptions(gracePeriodSeconds: 0, uid: pod.uid))
        return .changed
    }

    /// Merges a status into the pod, if the pod is still as it was seen.
    private func write(
        _ status: JSONValue, to pod: PodView, lookAt time: Timestamp?
    ) async throws(KubeError) -> PodJobOutcome {
        let version = pod.json[path: "metadata", "resourceVersion"]
        let precondition: JSONValue = ["uid": .string(pod.uid), "resourceVersion": version ?? .null]
        let patch = Patch.merge(["metadata": precondition, "status": status])
        let written = try await api(pod).patchStatus(pod.name, patch)
        return written[path: "metadata", "resourceVersion"] == version ? .unchanged(lookAt: time) : .changed
    }
}

extension PodView {
    /// The status with a PodScheduled condition that says why no node takes the pod.
    func statusWhenUnschedulable(_ message: String, now: Timestamp) -> JSONValue {
        let known = condition("PodScheduled")
        var scheduled: JSONValue = [
            "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": .string(message),
        ]
        scheduled["lastTransitionTime"] =
            known?["status"] == "False" ? known?["lastTransitionTime"] : .string(now.description)
        let others = (status?["conditions"]?.arrayValue ?? []).filter { $0["type"]?.stringValue != "PodScheduled" }
        return ["conditions": .array(others + [scheduled])]
    }
}
