import KubeCore

extension JSONValue {
    /// The status of a container that waits for its image.
    static func creating(_ container: ContainerView) -> JSONValue {
        [
            "name": .string(container.name), "image": .string(container.image), "imageID": "", "restartCount": 0,
            "ready": false, "started": false, "lastState": [:],
            "state": ["waiting": ["reason": "ContainerCreating"]],
        ]
    }

    /// The status of an init container. They end well at once; a sidecar runs.
    static func finishedInit(_ container: ContainerView, now: Timestamp) -> JSONValue {
        let state: JSONValue =
            container.isSidecar
            ? ["running": ["startedAt": .string(now.description)]]
            : ["terminated": .terminated(code: 0, reason: "Completed", started: now, now: now)]
        return [
            "name": .string(container.name), "image": .string(container.image),
            "imageID": .string(container.image), "restartCount": 0, "ready": true,
            "started": .bool(container.isSidecar), "lastState": [:], "state": state,
        ]
    }

    /// A ContainerStateTerminated.
    static func terminated(code: Int64, reason: String, started: Timestamp, now: Timestamp) -> JSONValue {
        [
            "exitCode": .int(code), "reason": .string(reason), "startedAt": .string(started.description),
            "finishedAt": .string(now.description),
        ]
    }
}
