extension ObjectMeta: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        self.init()
        try reader.object { reader, name in
            switch name {
            case "name": self.name = try reader.optional() ?? ""
            case "generateName": generateName = try reader.optional()
            case "namespace": namespace = try reader.optional()
            case "uid": uid = try reader.optional()
            case "resourceVersion": resourceVersion = try reader.optional()
            case "generation": generation = try reader.optional()
            case "creationTimestamp": creationTimestamp = try reader.optional()
            case "deletionTimestamp": deletionTimestamp = try reader.optional()
            case "deletionGracePeriodSeconds": deletionGracePeriodSeconds = try reader.optional()
            case "labels": labels = try reader.optional()
            case "annotations": annotations = try reader.optional()
            case "ownerReferences": ownerReferences = try reader.optional()
            case "finalizers": finalizers = try reader.optional()
            default: try reader.skip()
            }
        }
    }
}

extension OwnerReference: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        var apiVersion: String?
        var kind: String?
        var name: String?
        var uid: String?
        var controller: Bool?
        var blockOwnerDeletion: Bool?
        try reader.object { reader, member in
            switch member {
            case "apiVersion": apiVersion = try reader.string()
            case "kind": kind = try reader.string()
            case "name": name = try reader.string()
            case "uid": uid = try reader.string()
            case "controller": controller = try reader.optional()
            case "blockOwnerDeletion": blockOwnerDeletion = try reader.optional()
            default: try reader.skip()
            }
        }
        guard let apiVersion, let kind, let name, let uid else { throw JSONReadError.missing }
        self.init(
            apiVersion: apiVersion, kind: kind, name: name, uid: uid, controller: controller,
            blockOwnerDeletion: blockOwnerDeletion)
    }
}

extension Condition: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        var type: String?
        var status: Status?
        var observedGeneration: Int64?
        var lastTransitionTime: Timestamp?
        var reason = ""
        var message = ""
        try reader.object { reader, name in
            switch name {
            case "type": type = try reader.string()
            case "status":
                guard let value = Status(rawValue: try reader.string()) else { throw JSONReadError.mismatch }
                status = value
            case "observedGeneration": observedGeneration = try reader.optional()
            case "lastTransitionTime": lastTransitionTime = try reader.optional()
            case "reason": reason = try reader.optional() ?? ""
            case "message": message = try reader.optional() ?? ""
            default: try reader.skip()
            }
        }
        guard let type, let status else { throw JSONReadError.missing }
        self.init(
            type: type, status: status, observedGeneration: observedGeneration,
            lastTransitionTime: lastTransitionTime, reason: reason, message: message)
    }
}

extension ListMeta: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        self.init()
        try reader.object { reader, name in
            switch name {
            case "resourceVersion": resourceVersion = try reader.optional()
            case "continue": self.continue = try reader.optional()
            case "remainingItemCount": remainingItemCount = try reader.optional()
            default: try reader.skip()
            }
        }
    }
}

extension ObjectList: JSONReadable where Object: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        self.init(items: [])
        try reader.object { reader, name in
            switch name {
            case "metadata": metadata = try reader.optional() ?? ListMeta()
            case "items": items = try reader.optional() ?? []
            default: try reader.skip()
            }
        }
    }
}
