internal import KubeCore

/// Why a pod does not serve, in a word for a condition's reason and a sentence for its message.
struct PodTrouble: Hashable {
    enum Kind: String {
        case imagePull = "ImagePullFailed"
        case outOfMemory = "OutOfMemory"
        case crashLoop = "CrashLoopBackOff"
        case configuration = "ContainerConfigurationError"
        case evicted = "PodFailed"
        case unschedulable = "Unschedulable"
        /// A ResourceQuota leaves no room for the pod.
        case quota = "QuotaExceeded"
        /// The server refuses to create the pod for another reason: admission, security, a terminating namespace.
        case refused = "PodCreationRefused"

        /// Whether there is want of room only, so that waiting may mend it.
        var isCapacity: Bool { self == .unschedulable || self == .quota }
    }

    var kind: Kind
    var message: String

    /// Nil for a pod that serves, loads or ends in the normal course.
    init?(_ pod: Pod) {
        guard !pod.metadata.isBeingDeleted, let status = pod.status else { return nil }
        if status.phase == "Failed" {
            self.init(.evicted, pod, status.message ?? status.reason ?? "the pod failed")
            return
        }
        if let scheduled = status.conditions?[type: "PodScheduled"], scheduled.status == .false {
            self.init(.unschedulable, pod, scheduled.message)
            return
        }
        for container in (status.initContainerStatuses ?? []) + (status.containerStatuses ?? []) {
            if let (kind, message) = Self.trouble(of: container) {
                self.init(kind, pod, "container \(container.name): \(message)")
                return
            }
        }
        return nil
    }

    /// Nil for a Deployment whose pods can be created.
    init?(_ deployment: Deployment) {
        guard let failure = deployment.status?.conditions?[type: "ReplicaFailure"], failure.status == .true else {
            return nil
        }
        kind = failure.message.contains("exceeded quota") ? .quota : .refused
        message = "Deployment \(deployment.metadata.name): \(failure.message.prefix(512))"
    }

    private init(_ kind: Kind, _ pod: Pod, _ message: String) {
        self.kind = kind
        self.message = "pod \(pod.metadata.name): \(message.prefix(512))"
    }

    private static func trouble(of container: Pod.ContainerStatus) -> (Kind, String)? {
        let ended = container.state?.terminated ?? container.lastState?.terminated
        let waiting = container.state?.waiting
        switch waiting?.reason {
        case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull":
            return (.imagePull, waiting?.message ?? "the image cannot be pulled")
        case "CreateContainerConfigError", "CreateContainerError", "RunContainerError":
            return (.configuration, waiting?.message ?? "the container cannot be made")
        default: break
        }
        if ended?.reason == "OOMKilled", container.ready != true {
            return (.outOfMemory, "killed for want of memory, \(container.restartCount ?? 0) restarts")
        }
        if waiting?.reason == "CrashLoopBackOff" {
            let code = ended?.exitCode.map { " with exit code \($0)" } ?? ""
            return (.crashLoop, "ends\(code) again and again, \(container.restartCount ?? 0) restarts")
        }
        return nil
    }

    /// What most hinders the pods of a revision: trouble that waiting does not end comes first.
    static func worst(of pods: [Pod]) -> PodTrouble? {
        let order: [Kind] = [.imagePull, .configuration, .outOfMemory, .crashLoop, .evicted, .unschedulable]
        let troubles = pods.sorted { $0.metadata.name < $1.metadata.name }.compactMap(PodTrouble.init)
        return order.lazy.compactMap { kind in troubles.first { $0.kind == kind } }.first
    }
}
