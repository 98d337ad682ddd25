public import FoundationEssentials

/// core/v1 Secret. Its description never shows a value.
public struct Secret: KubernetesObject, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public static let resourceType = ResourceType(group: "", version: "v1", kind: "Secret", plural: "secrets")

    public var metadata: ObjectMeta
    /// Decoded from base64.
    public var data: [String: Data]?

    public init(metadata: ObjectMeta, data: [String: Data]? = nil) {
        self.metadata = metadata
        self.data = data
    }

    public var description: String { "Secret \(namespacedName) with keys \((data ?? [:]).keys.sorted())" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["keys": (data ?? [:]).keys.sorted()]) }
}
