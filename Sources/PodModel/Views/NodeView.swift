public import KubeCore

/// A node as JSON, with names for the fields that scheduling and kubelets read.
public struct NodeView: Sendable {
    public let json: JSONValue

    public init(_ json: JSONValue) { self.json = json }

    public var name: String { json[path: "metadata", "name"]?.stringValue ?? "" }
    public var labels: [String: String] {
        (json[path: "metadata", "labels"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
    }
    public var isUnschedulable: Bool { json[path: "spec", "unschedulable"]?.boolValue ?? false }
    public var taints: [Taint] { (json[path: "spec", "taints"]?.arrayValue ?? []).map(Taint.init) }
    public var allocatable: ResourceAmounts {
        ResourceAmounts(json[path: "status", "allocatable"] ?? json[path: "status", "capacity"])
    }
    /// The node's InternalIP.
    public var internalIP: String? {
        let addresses = json[path: "status", "addresses"]?.arrayValue ?? []
        return addresses.first { $0["type"]?.stringValue == "InternalIP" }?["address"]?.stringValue
    }
}

/// A taint of a node.
public struct Taint: Sendable, Hashable {
    public var key: String
    public var value: String
    public var effect: String

    init(_ json: JSONValue) {
        key = json["key"]?.stringValue ?? ""
        value = json["value"]?.stringValue ?? ""
        effect = json["effect"]?.stringValue ?? ""
    }

    /// Whether a toleration of a pod accepts this taint (core/v1 `Toleration.ToleratesTaint`).
    func isTolerated(by toleration: JSONValue) -> Bool {
        let effect = toleration["effect"]?.stringValue ?? ""
        guard effect.isEmpty || effect == self.effect else { return false }
        let key = toleration["key"]?.stringValue ?? ""
        guard key.isEmpty || key == self.key else { return false }
        switch toleration["operator"]?.stringValue ?? "" {
        case "", "Equal": return (toleration["value"]?.stringValue ?? "") == value
        case "Exists": return true
        default: return false
        }
    }
}
