public import KubeCore

/// What a kubelet would do about a pod now.
public struct PodTransition: Sendable, Hashable {
    /// The whole new status; nil when the present one stands.
    public var status: JSONValue?
    /// When something will happen without anybody writing to the pod; nil when nothing will.
    public var wakeAt: Timestamp?
    /// Every container has stopped and deletion was asked for: the pod may leave the API.
    public var isFinished = false
    public var events: [PodEvent] = []
}

/// An event that a kubelet records about a pod.
public struct PodEvent: Sendable, Hashable {
    /// `Normal` or `Warning`.
    public var type: String
    public var reason: String
    public var message: String

    public static func normal(_ reason: String, _ message: String) -> PodEvent {
        PodEvent(type: "Normal", reason: reason, message: message)
    }

    public static func warning(_ reason: String, _ message: String) -> PodEvent {
        PodEvent(type: "Warning", reason: reason, message: message)
    }
}

/// What a pod finds on its node.
public struct PodSurroundings: Sendable {
    public var rules: BehaviorRules
    /// The node's InternalIP.
    public var hostIP: String
    /// An address for the pod, used when it starts and has none.
    public var podIP: String
    /// Requests in flight, where somebody counts them; nil lets `PodBehavior.drainTime` decide.
    public var requestsInFlight: Int?

    public init(rules: BehaviorRules, hostIP: String, podIP: String, requestsInFlight: Int? = nil) {
        self.rules = rules
        self.hostIP = hostIP
        self.podIP = podIP
        self.requestsInFlight = requestsInFlight
    }
}
