extension Pod: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        var metadata: ObjectMeta?
        var spec: Spec?
        var status: Status?
        try reader.object { reader, name in
            switch name {
            case "metadata": metadata = try ObjectMeta(from: &reader)
            case "spec": spec = try reader.optional()
            case "status": status = try reader.optional()
            default: try reader.skip()
            }
        }
        guard let metadata else { throw JSONReadError.missing }
        self.init(metadata: metadata, spec: spec, status: status)
    }
}

extension Pod.Spec: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        self.init()
        try reader.object { reader, name in
            switch name {
            case "nodeName": nodeName = try reader.optional()
            default: try reader.skip()
            }
        }
    }
}

extension Pod.Status: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        self.init()
        try reader.object { reader, name in
            switch name {
            case "phase": phase = try reader.optional()
            case "reason": reason = try reader.optional()
            case "message": message = try reader.optional()
            case "conditions": conditions = try reader.optional()
            case "containerStatuses": containerStatuses = try reader.optional()
            case "initContainerStatuses": initContainerStatuses = try reader.optional()
            case "podIP": podIP = try reader.optional()
            case "startTime": startTime = try reader.optional()
            default: try reader.skip()
            }
        }
    }
}

extension Pod.ContainerStatus: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        self.init(name: "")
        var isNamed = false
        try reader.object { reader, member in
            switch member {
            case "name":
                name = try reader.string()
                isNamed = true
            case "ready": ready = try reader.optional()
            case "restartCount": restartCount = try reader.optional()
            case "state": state = try reader.optional()
            case "lastState": lastState = try reader.optional()
            default: try reader.skip()
            }
        }
        guard isNamed else { throw JSONReadError.missing }
    }
}

extension Pod.ContainerState: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        self.init()
        try reader.object { reader, name in
            switch name {
            case "waiting": waiting = try reader.optional()
            case "running": running = try reader.optional()
            case "terminated": terminated = try reader.optional()
            default: try reader.skip()
            }
        }
    }
}

extension Pod.Reason: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        self.init()
        try reader.object { reader, name in
            switch name {
            case "reason": reason = try reader.optional()
            case "message": message = try reader.optional()
            case "exitCode": exitCode = try reader.optional()
            default: try reader.skip()
            }
        }
    }
}

extension Pod.Running: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        self.init()
        try reader.object { reader, name in
            switch name {
            case "startedAt": startedAt = try reader.optional()
            default: try reader.skip()
            }
        }
    }
}
