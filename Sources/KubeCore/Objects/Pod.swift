/// core/v1 Pod, as far as replicas and their health need it.
public struct Pod: KubernetesObject, Equatable {
    public static let resourceType = ResourceType(group: "", version: "v1", kind: "Pod", plural: "pods")

    public var metadata: ObjectMeta
    public var spec: Spec?
    public var status: Status?

    public init(metadata: ObjectMeta, spec: Spec? = nil, status: Status? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    public struct Spec: Codable, Sendable, Equatable {
        public var nodeName: String?

        public init(nodeName: String? = nil) { self.nodeName = nodeName }
    }

    public struct Status: Codable, Sendable, Equatable {
        public var phase: String?
        public var reason: String?
        public var message: String?
        public var conditions: [Condition]?
        public var containerStatuses: [ContainerStatus]?
        public var initContainerStatuses: [ContainerStatus]?
        public var podIP: String?
        public var startTime: Timestamp?

        public init(
            phase: String? = nil, conditions: [Condition]? = nil, containerStatuses: [ContainerStatus]? = nil,
            podIP: String? = nil
        ) {
            self.phase = phase
            self.conditions = conditions
            self.containerStatuses = containerStatuses
            self.podIP = podIP
        }
    }

    public struct ContainerStatus: Codable, Sendable, Equatable {
        public var name: String
        public var ready: Bool?
        public var restartCount: Int?
        public var state: ContainerState?
        public var lastState: ContainerState?

        public init(
            name: String, ready: Bool? = nil, restartCount: Int? = nil, state: ContainerState? = nil,
            lastState: ContainerState? = nil
        ) {
            self.name = name
            self.ready = ready
            self.restartCount = restartCount
            self.state = state
            self.lastState = lastState
        }
    }

    /// At most one of the three is set.
    public struct ContainerState: Codable, Sendable, Equatable {
        public var waiting: Reason?
        public var running: Running?
        public var terminated: Reason?

        public init(waiting: Reason? = nil, running: Running? = nil, terminated: Reason? = nil) {
            self.waiting = waiting
            self.running = running
            self.terminated = terminated
        }
    }

    public struct Reason: Codable, Sendable, Equatable {
        public var reason: String?
        public var message: String?
        public var exitCode: Int?

        public init(reason: String? = nil, message: String? = nil, exitCode: Int? = nil) {
            self.reason = reason
            self.message = message
            self.exitCode = exitCode
        }
    }

    public struct Running: Codable, Sendable, Equatable {
        public var startedAt: Timestamp?

        public init(startedAt: Timestamp? = nil) { self.startedAt = startedAt }
    }

    /// Whether the pod's Ready condition is True and it is not on its way out.
    public var isReady: Bool {
        status?.conditions?[type: "Ready"]?.status == .true && !metadata.isBeingDeleted
    }
}
