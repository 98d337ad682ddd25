import KubeCore

/// The two faces of an Event: `v1` and `events.k8s.io/v1` share their storage and name fields differently.
enum EventConversion {
    /// Names in `v1` and in `events.k8s.io/v1`.
    private static let names = [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ]

    static func toEventsGroup(_ event: JSONValue) -> JSONValue {
        var event = event
        for (core, new) in names {
            event[new] = event[core]
            event[core] = nil
        }
        event["apiVersion"] = "events.k8s.io/v1"
        return event
    }

    static func toCore(_ event: JSONValue) -> JSONValue {
        var event = event
        for (core, new) in names {
            event[core] = event[new]
            event[new] = nil
        }
        event["apiVersion"] = "v1"
        return event
    }
}
