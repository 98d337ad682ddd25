internal import KubeCore

/// A decision in the making.
struct DecisionDraft {
    let current: Int32
    var conditions: [Condition] = []
    var events: [AutoscalerEvent] = []
    var trace: DecisionTrace

    init(current: Int32) {
        self.current = current
        trace = DecisionTrace(final: current)
    }

    mutating func set(_ type: String, _ status: Condition.Status, _ reason: String, _ message: String) {
        let condition = Condition(type: type, status: status, reason: reason, message: message)
        if let index = conditions.firstIndex(where: { $0.type == type }) {
            conditions[index] = condition
        } else {
            conditions.append(condition)
        }
    }

    /// The decision, with condition and event of a rescale where there is one.
    ///
    /// - Parameter rescaleReason: what HPA says in the event, where that differs.
    mutating func finish(_ replicas: Int32, _ reason: String, rescaleReason: String? = nil) -> Decision {
        if replicas != current {
            set(
                AutoscalerCondition.ableToScale, .true, "SucceededRescale",
                "the HPA controller was able to update the target scale to \(replicas)")
            events.append(
                AutoscalerEvent(
                    type: .normal, reason: "SuccessfulRescale",
                    message: "New size: \(replicas); reason: \(rescaleReason ?? reason)"))
        }
        trace.final = replicas
        trace.reason = reason
        return Decision(
            replicas: replicas, currentReplicas: current, conditions: conditions, events: events, trace: trace)
    }
}
