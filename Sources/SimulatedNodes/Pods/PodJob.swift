import KubeCore
import PodModel

/// One pod among all that ever had its name.
struct PodIdentity: Sendable, Hashable {
    let key: NamespacedName
    let uid: String

    init(_ pod: PodView) {
        key = pod.namespacedName
        uid = pod.uid
    }

    init(_ json: JSONValue) { self.init(PodView(json)) }
}

/// A write that is due for a pod.
struct PodJob: Sendable {
    enum Action: Sendable {
        case bind(node: String)
        /// No node takes the pod.
        case reportUnschedulable(message: String)
        /// The kubelet's next step.
        case advance(PodTransition)
    }

    let pod: PodView
    let action: Action

    var identity: PodIdentity { PodIdentity(pod) }
}

/// What became of a job.
enum PodJobOutcome: Sendable {
    /// The write changed the pod, so an event about it is on its way.
    case changed
    /// The pod is as it was; look again then, if ever.
    case unchanged(lookAt: Timestamp?)
    /// Another writer was faster, or the pod is gone: an event about that is on its way.
    case outdated
    /// The request failed and is worth another try.
    case failed
}
