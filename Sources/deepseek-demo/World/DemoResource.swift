import DeepSeekAPI
import KubeClient
import KubeCore
import YAML

/// The DeepSeekCluster that the demo applies.
enum DemoResource {
    static let key = NamespacedName(namespace: "default", name: "r1")
    static let metric = "api_requests_per_second"
    /// Requests a second that the resource wants at each pod.
    static let targetRPS = 180

    private static let manifest = """
        apiVersion: serving.deepseek.io/v1alpha1
        kind: DeepSeekCluster
        metadata: {name: \(key.name), namespace: \(key.namespace)}
        spec:
          model:
            name: deepseek-r1-distill-qwen-7b
            source: {huggingFace: {repository: deepseek-ai/DeepSeek-R1-Distill-Qwen-7B}}
          engine: {type: vllm, image: "vllm/vllm-openai:v0.33.0"}
          pods: {preStopSeconds: 2, drainSeconds: 20}
          migration: {scaleDownDelaySeconds: 30}
          autoscaling:
            minReplicas: 1
            maxReplicas: 6
            syncPeriodSeconds: 1
            source: {externalMetrics: {}}
            metrics:
              - type: External
                external:
                  metric: {name: \(metric)}
                  target: {type: AverageValue, averageValue: "\(targetRPS)"}
            behavior: {scaleDown: {stabilizationWindowSeconds: 5}}
        """

    /// Releases another version of the model. Errors: `KubeError`.
    static func release(version: Int, with client: KubeClient) async throws {
        try await patch(["spec": ["model": ["version": .string("\(version)")]]], client)
    }

    /// Asks for the revision that was active before, as a person would who does not like the new one. Errors: `KubeError`.
    static func rollBack(to revision: String, id: String, with client: KubeClient) async throws {
        try await patch(
            [
                "spec": [
                    "operation": ["id": .string(id), "type": "Rollback", "targetRevision": .string(revision)]
                ]
            ], client)
    }

    private static func patch(_ patch: JSONValue, _ client: KubeClient) async throws {
        let api = Api<JSONValue>(client, DeepSeekCluster.resourceType, namespace: key.namespace)
        _ = try await api.patch(key.name, .merge(patch))
    }

    /// Applies it as `kubectl apply --server-side` does. Errors: `KubeError`.
    static func apply(with client: KubeClient) async throws {
        let api = Api<JSONValue>(client, DeepSeekCluster.resourceType, namespace: key.namespace)
        _ = try await api.patch(key.name, .apply(try YAML.parse(manifest), fieldManager: "kubectl"))
    }
}
