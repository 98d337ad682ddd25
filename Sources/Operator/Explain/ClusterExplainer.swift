internal import DeepSeekAPI
internal import FoundationEssentials
internal import HTTPTransport
public import KubeClient
internal import KubeCore

/// Finds out what is known of a cluster's last decisions, with the rights of whoever asks.
///
/// The status is in the resource itself. The decisions before the last one are in the memory of the operator that leads,
/// and are read from its pod through the API server's proxy, which takes the right to list pods and `get pods/proxy` where
/// the operator runs. Without it the status has to do.
public struct ClusterExplainer: Sendable {
    /// The label of the chart's pods.
    private static let selector = "app.kubernetes.io/name=deepseek-operator,app.kubernetes.io/component=operator"

    private let client: KubeClient

    public init(client: KubeClient) { self.client = client }

    /// The text for a cluster. Errors: `KubeError` where the resource itself cannot be read.
    public func explain(namespace: String, name: String) async throws(KubeError) -> String {
        let cluster = try await Api<DeepSeekCluster>(client, namespace: namespace).get(name)
        var explanation = Explanation(cluster: cluster, decisions: [])
        if cluster.spec.autoscaling?.resolvedMode == .operator {
            do throws(KubeError) {
                (explanation.decisions, explanation.remark) = try await decisions(namespace: namespace, name: name)
            } catch {
                explanation.remark = "The operator's own records cannot be read: \(error)"
            }
        }
        return explanation.text
    }

    // MARK: The operator's pods

    private struct OperatorPod: Decodable, Sendable {
        struct Spec: Decodable, Sendable {
            struct Container: Decodable, Sendable {
                struct Port: Decodable, Sendable {
                    var name: String?
                    var containerPort: Int
                }
                var ports: [Port]?
            }
            var containers: [Container]
        }

        var metadata: ObjectMeta
        var spec: Spec

        var metricsPort: Int? {
            spec.containers.flatMap { $0.ports ?? [] }.first { $0.name == "metrics" }?.containerPort
        }
    }

    /// Those that one of the operator's pods remembers: only the one that leads decides.
    private func decisions(
        namespace: String, name: String
    ) async throws(KubeError) -> (records: [DecisionRecord], remark: String?) {
        let pods = try await Api<OperatorPod>(client, Pod.resourceType).list(
            ListOptions(labelSelector: Self.selector)
        ).items.filter { $0.metricsPort != nil }
        guard !pods.isEmpty else {
            return ([], "No pod of the operator was found (\(Self.selector)); what follows is the status.")
        }
        var failure: KubeError?
        for pod in pods.sorted(by: { $0.metadata.name < $1.metadata.name }) {
            do throws(KubeError) {
                let records = try await decisions(of: pod, namespace: namespace, name: name)
                if !records.isEmpty { return (records, nil) }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return ([], "The operator has decided nothing of this cluster since it began to lead.")
    }

    private func decisions(
        of pod: OperatorPod, namespace: String, name: String
    ) async throws(KubeError) -> [DecisionRecord] {
        let path = [
            "api", "v1", "namespaces", pod.metadata.namespace ?? "", "pods",
            "\(pod.metadata.name):\(pod.metricsPort ?? 0)", "proxy", "debug", "decisions",
        ]
        let request = KubeRequest(
            path: path, query: [.init(name: "namespace", value: namespace), .init(name: "name", value: name)],
            timeout: .seconds(5))
        let body = try await client.send(request).body
        do {
            let records = try JSONDecoder().decode(DecisionRecords.self, from: Data(body)).items
            return records.filter { $0.namespace == namespace && $0.name == name }
        } catch {
            throw .invalidRequest("pod \(pod.metadata.name) answers with something else than decisions: \(error)")
        }
    }
}
