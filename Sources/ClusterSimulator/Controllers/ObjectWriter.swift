import KubeCore

/// The controllers' writes. Each carries the resourceVersion that was read, so a write on stale data loses.
struct ObjectWriter {
    let store: any ObjectStore
    private static let options = WriteOptions(fieldManager: "kube-controller-manager")

    var now: Timestamp { store.now }

    @discardableResult
    func create(_ type: ResourceType, _ object: JSONValue) throws(Status) -> JSONValue {
        try store.create(type, object, options: Self.options)
    }

    func update(_ type: ResourceType, _ object: JSONValue) throws(Status) {
        try store.update(type, object, options: Self.options)
    }

    /// Writes a status when it differs from what the object has.
    func setStatus(_ type: ResourceType, _ object: JSONValue, _ status: JSONValue) throws(Status) {
        guard object["status"] != status else { return }
        var object = object
        object["status"] = status
        try store.updateStatus(type, object, options: Self.options)
    }

    /// Deletes an object; that it is gone already is fine.
    func delete(_ type: ResourceType, _ object: JSONValue, gracePeriodSeconds: Int64? = nil) throws(Status) {
        do throws(Status) {
            let options = DeleteOptions(uid: object.metaUID, gracePeriodSeconds: gracePeriodSeconds)
            try store.delete(type, object.metaKey, options: options)
        } catch  where error.isNotFound {}
    }

    /// Records an event about an object.
    func event(
        _ type: ResourceType, _ object: JSONValue, _ kind: String, _ reason: String, _ message: String,
        component: String
    ) throws(Status) {
        let time = JSONValue.string(now.description)
        try create(
            .events,
            [
                "apiVersion": "v1", "kind": "Event",
                "metadata": [
                    "generateName": .string(object.metaName + "."),
                    "namespace": .string(object.metaNamespace.isEmpty ? "default" : object.metaNamespace),
                ],
                "involvedObject": [
                    "apiVersion": .string(type.apiVersion), "kind": .string(type.kind),
                    "namespace": .string(object.metaNamespace), "name": .string(object.metaName),
                    "uid": .string(object.metaUID),
                ],
                "type": .string(kind), "reason": .string(reason), "message": .string(message),
                "source": ["component": .string(component)], "reportingComponent": .string(component),
                "reportingInstance": "", "count": 1, "firstTimestamp": time, "lastTimestamp": time,
            ])
    }
}

/// Conditions of built-in kinds, kept as JSON.
struct ConditionList {
    private(set) var items: [JSONValue]

    init(_ status: JSONValue?) { items = status?["conditions"]?.arrayValue ?? [] }

    subscript(type: String) -> JSONValue? { items.first { $0["type"]?.stringValue == type } }

    /// Sets a condition; `lastTransitionTime` moves only when the status does.
    mutating func set(
        _ type: String, _ isTrue: Bool, _ reason: String, _ message: String, now: Timestamp,
        hasUpdateTime: Bool = false, observedGeneration: Int64? = nil
    ) {
        var condition: JSONValue = [
            "type": .string(type), "status": isTrue ? "True" : "False", "reason": .string(reason),
            "message": .string(message),
        ]
        condition["observedGeneration"] = observedGeneration.map(JSONValue.int)
        set(condition, now: now, hasUpdateTime: hasUpdateTime)
    }

    mutating func setUnknown(_ type: String, _ reason: String, _ message: String, now: Timestamp) {
        let condition: JSONValue = [
            "type": .string(type), "status": "Unknown", "reason": .string(reason), "message": .string(message),
        ]
        set(condition, now: now, hasUpdateTime: true)
    }

    private mutating func set(_ condition: JSONValue, now: Timestamp, hasUpdateTime: Bool) {
        let index = items.firstIndex { $0["type"] == condition["type"] }
        let old = index.map { items[$0] }
        guard ["status", "reason", "message", "observedGeneration"].contains(where: { old?[$0] != condition[$0] })
        else { return }
        var condition = condition
        let time = JSONValue.string(now.description)
        condition["lastTransitionTime"] = old?["status"] == condition["status"] ? old?["lastTransitionTime"] : time
        if hasUpdateTime { condition["lastUpdateTime"] = time }
        if let index { items[index] = condition } else { items.append(condition) }
    }

    /// Sets a condition whose `lastUpdateTime` moves although nothing else changed.
    mutating func touch(_ type: String, _ reason: String, _ message: String, now: Timestamp) {
        set(type, true, reason, message, now: now, hasUpdateTime: true)
        guard let index = items.firstIndex(where: { $0["type"]?.stringValue == type }) else { return }
        items[index]["lastUpdateTime"] = .string(now.description)
    }

    mutating func remove(_ type: String) { items.removeAll { $0["type"]?.stringValue == type } }
}
