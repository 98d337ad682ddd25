/// metav1.Condition.
public struct Condition: Sendable, Hashable, Codable {
    public enum Status: String, Sendable, Hashable, Codable {
        case `true` = "True"
        case `false` = "False"
        case unknown = "Unknown"
    }

    public var type: String
    public var status: Status
    public var observedGeneration: Int64?
    public var lastTransitionTime: Timestamp?
    public var reason: String
    public var message: String

    public init(
        type: String, status: Status, observedGeneration: Int64? = nil, lastTransitionTime: Timestamp? = nil,
        reason: String, message: String
    ) {
        self.type = type
        self.status = status
        self.observedGeneration = observedGeneration
        self.lastTransitionTime = lastTransitionTime
        self.reason = reason
        self.message = message
    }

    private enum CodingKeys: String, CodingKey {
        case type, status, observedGeneration, lastTransitionTime, reason, message
    }

    /// Built-in kinds (PodCondition, DeploymentCondition) may leave reason and message out.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = try container.decode(String.self, forKey: .type)
        status = try container.decode(Status.self, forKey: .status)
        observedGeneration = try container.decodeIfPresent(Int64.self, forKey: .observedGeneration)
        lastTransitionTime = try container.decodeIfPresent(Timestamp.self, forKey: .lastTransitionTime)
        reason = try container.decodeIfPresent(String.self, forKey: .reason) ?? ""
        message = try container.decodeIfPresent(String.self, forKey: .message) ?? ""
    }
}

extension [Condition] {
    public subscript(type type: String) -> Condition? { first { $0.type == type } }

    /// Sets a condition as `meta.SetStatusCondition` does: lastTransitionTime moves only when the status does.
    public mutating func set(_ condition: Condition, now: Timestamp) {
        var condition = condition
        guard let index = firstIndex(where: { $0.type == condition.type }) else {
            condition.lastTransitionTime = condition.lastTransitionTime ?? now
            append(condition)
            return
        }
        let old = self[index]
        condition.lastTransitionTime = old.status == condition.status ? old.lastTransitionTime ?? now : now
        self[index] = condition
    }
}
