public import KubeCore

/// A pod as JSON, with names for the fields that scheduling and kubelets read. Nothing is decoded ahead.
public struct PodView: Sendable {
    public let json: JSONValue

    public init(_ json: JSONValue) { self.json = json }

    public var namespace: String { metadata?["namespace"]?.stringValue ?? "" }
    public var name: String { metadata?["name"]?.stringValue ?? "" }
    public var uid: String { metadata?["uid"]?.stringValue ?? "" }
    public var namespacedName: NamespacedName { NamespacedName(namespace: namespace, name: name) }
    public func annotation(_ key: String) -> String? { metadata?["annotations"]?[key]?.stringValue }

    public var creationTimestamp: Timestamp? { Self.time(metadata?["creationTimestamp"]) }
    /// When the grace period ends; nil while nobody has asked for deletion.
    public var deletionTimestamp: Timestamp? { Self.time(metadata?["deletionTimestamp"]) }
    public var isBeingDeleted: Bool { metadata?["deletionTimestamp"]?.stringValue != nil }
    /// When deletion was asked for: its deadline less the grace period.
    public var deletionStart: Timestamp? {
        let grace = metadata?["deletionGracePeriodSeconds"]?.intValue ?? 0
        return deletionTimestamp.map { $0 - .seconds(grace) }
    }

    public var spec: JSONValue? { json["spec"] }
    /// The node the pod is bound to; nil while it waits for the scheduler.
    public var nodeName: String? {
        guard let name = spec?["nodeName"]?.stringValue, !name.isEmpty else { return nil }
        return name
    }
    public var schedulerName: String { spec?["schedulerName"]?.stringValue ?? "default-scheduler" }
    public var restartPolicy: RestartPolicy {
        spec?["restartPolicy"]?.stringValue.flatMap(RestartPolicy.init(rawValue:)) ?? .always
    }
    public var containers: [ContainerView] { (spec?["containers"]?.arrayValue ?? []).map(ContainerView.init) }
    public var initContainers: [ContainerView] { (spec?["initContainers"]?.arrayValue ?? []).map(ContainerView.init) }

    public var status: JSONValue? { json["status"] }
    public var phase: String { status?["phase"]?.stringValue ?? "Pending" }
    /// When the kubelet took the pod on.
    public var startTime: Timestamp? { Self.time(status?["startTime"]) }
    public var podIP: String? { status?["podIP"]?.stringValue }
    /// Succeeded or Failed: its containers have ended for good and its resources are free.
    public var isTerminal: Bool { phase == "Succeeded" || phase == "Failed" }
    public var isReady: Bool { condition("Ready")?["status"]?.stringValue == "True" }

    /// The condition of a type, as JSON.
    public func condition(_ type: String) -> JSONValue? {
        status?["conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
    }

    private var metadata: JSONValue? { json["metadata"] }

    static func time(_ value: JSONValue?) -> Timestamp? { value?.stringValue.flatMap { Timestamp($0) } }
}

/// PodSpec.restartPolicy.
public enum RestartPolicy: String, Sendable {
    case always = "Always"
    case onFailure = "OnFailure"
    case never = "Never"
}
