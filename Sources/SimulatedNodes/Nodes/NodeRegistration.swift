import KubeClient
import KubeCore

/// Makes a simulated node known to the API server, as a kubelet does when it starts.
struct NodeRegistration {
    let client: KubeClient
    let node: SimulatedNode
    let address: String

    /// Creates the Node object, or brings the labels of one that exists in line, and reports its status.
    func register(at now: Timestamp) async throws(KubeError) {
        let api = Api<JSONValue>(client, Node.resourceType)
        let object = node.object
        do throws(KubeError) {
            _ = try await api.create(object)
        } catch {
            guard error.isAlreadyExists else { throw error }
            _ = try await api.patch(
                node.name, .merge(["metadata": ["labels": object[path: "metadata", "labels"] ?? .null]]))
        }
        _ = try await api.patchStatus(node.name, .merge(["status": node.status(address: address, now: now)]))
    }
}
