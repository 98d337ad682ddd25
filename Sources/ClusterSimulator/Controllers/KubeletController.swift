import KubeCore
import PodModel

/// Plays the kubelets of all nodes: bound pods live, serve, drain and go as `PodLifecycle` says.
final class KubeletController: SimulatedController {
    private let mirrors: Mirrors
    private let writer: ObjectWriter
    private let configuration: SimulatedControllers.Configuration
    private var addresses = PodAddresses()

    init(_ mirrors: Mirrors, _ writer: ObjectWriter, _ configuration: SimulatedControllers.Configuration) {
        self.mirrors = mirrors
        self.writer = writer
        self.configuration = configuration
    }

    let watches: [ResourceType] = [.pods]

    func keys(for change: ObjectChange) -> [NamespacedName] {
        guard let pod = change.new else {
            addresses.release(pod: change.old?.metaUID ?? "")
            return [change.name]
        }
        if let address = PodView(pod).podIP { addresses.keep(address, ofPod: pod.metaUID) }
        return [change.name]
    }

    func reconcile(_ key: NamespacedName, now: Timestamp) throws(Status) -> Timestamp? {
        guard let json = mirrors[.pods][key] else { return nil }
        let pod = PodView(json)
        guard let nodeName = pod.nodeName else { return nil }
        let node = mirrors[.nodes][NamespacedName(namespace: "", name: nodeName)].map(NodeView.init)
        let surroundings = PodSurroundings(
            rules: configuration.rules, hostIP: node?.internalIP ?? "192.168.0.1",
            podIP: addresses.address(ofPod: pod.uid), requestsInFlight: configuration.requestsInFlight?(pod.uid))
        let transition = PodLifecycle.next(pod, in: surroundings, now: now)
        if let status = transition.status { try writer.setStatus(.pods, json, status) }
        for event in transition.events {
            try writer.event(.pods, json, event.type, event.reason, event.message, component: "kubelet")
        }
        if transition.isFinished { try writer.delete(.pods, json, gracePeriodSeconds: 0) }
        return transition.wakeAt
    }
}
