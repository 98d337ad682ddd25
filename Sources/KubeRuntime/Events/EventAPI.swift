import KubeCore

/// In which of its two forms an event is written.
enum EventAPI: Sendable {
    /// events.k8s.io/v1.
    case events
    /// The older v1, for servers without the other.
    case core

    var resourceType: ResourceType {
        ResourceType(group: self == .events ? "events.k8s.io" : "", version: "v1", kind: "Event", plural: "events")
    }

    /// The whole event, for creating it.
    func object(
        _ occurrence: EventOccurrence, _ series: EventSeries, component: String, instance: String
    ) -> JSONValue {
        let subject = reference(occurrence.regarding)
        var object: JSONValue = [
            "metadata": ["name": .string(series.name), "namespace": .string(occurrence.regarding.eventNamespace)],
            "type": .string(occurrence.type.rawValue), "reason": .string(occurrence.reason),
            "action": .string(occurrence.action), "reportingInstance": .string(instance),
        ]
        switch self {
        case .events:
            object["regarding"] = subject
            object["note"] = .string(occurrence.note)
            object["eventTime"] = .string(series.firstObserved.microTime)
            object["reportingController"] = .string(component)
            // The API takes no series of one.
            if series.count > 1 { object["series"] = update(series)["series"] }
        case .core:
            object["involvedObject"] = subject
            object["message"] = .string(occurrence.note)
            object["source"] = ["component": .string(component), "host": .string(instance)]
            object["reportingComponent"] = .string(component)
            object["firstTimestamp"] = .string(series.firstObserved.description)
            object["lastTimestamp"] = .string(series.lastObserved.description)
            object["count"] = JSONValue(series.count)
        }
        return object
    }

    /// The merge patch that tells of repeats. Everything else in an event is immutable.
    func update(_ series: EventSeries) -> JSONValue {
        let count = JSONValue(series.count)
        return switch self {
        case .events: ["series": ["count": count, "lastObservedTime": .string(series.lastObserved.microTime)]]
        case .core: ["count": count, "lastTimestamp": .string(series.lastObserved.description)]
        }
    }

    private func reference(_ subject: EventSubject) -> JSONValue {
        var reference: JSONValue = [
            "apiVersion": .string(subject.apiVersion), "kind": .string(subject.kind), "name": .string(subject.name),
        ]
        reference["namespace"] = subject.namespace.map(JSONValue.string)
        reference["uid"] = subject.uid.map(JSONValue.string)
        return reference
    }
}
