public import KubeCore

/// A DeepSeek model served on GPUs of one's own: which version, on which engine, how it scales and how it moves on.
public struct DeepSeekCluster: KubernetesObject, Hashable {
    public static let resourceType = ResourceType(
        group: "serving.deepseek.io", version: "v1alpha1", kind: "DeepSeekCluster", plural: "deepseekclusters")

    public var metadata: ObjectMeta
    public var spec: DeepSeekClusterSpec
    public var status: DeepSeekClusterStatus?

    public init(metadata: ObjectMeta, spec: DeepSeekClusterSpec, status: DeepSeekClusterStatus? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    private enum CodingKeys: String, CodingKey {
        case apiVersion, kind, metadata, spec, status
    }

    /// Errors: `DecodingError` where apiVersion or kind say that this is something else, or a field has no such form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try Self.check(container, .apiVersion, is: Self.resourceType.apiVersion)
        try Self.check(container, .kind, is: Self.resourceType.kind)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try container.decode(DeepSeekClusterSpec.self, forKey: .spec)
        status = try container.decodeIfPresent(DeepSeekClusterStatus.self, forKey: .status)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.resourceType.apiVersion, forKey: .apiVersion)
        try container.encode(Self.resourceType.kind, forKey: .kind)
        try container.encode(metadata, forKey: .metadata)
        try container.encode(spec, forKey: .spec)
        try container.encodeIfPresent(status, forKey: .status)
    }

    public mutating func share(_ pool: inout ValuePool) {
        metadata.share(&pool)
        pool.share(&spec.engine.image)
        status?.share(&pool)
    }

    /// The items of a list carry neither field.
    private static func check(
        _ container: KeyedDecodingContainer<CodingKeys>, _ key: CodingKeys, is expected: String
    ) throws {
        guard let found = try container.decodeIfPresent(String.self, forKey: key), found != expected else { return }
        throw DecodingError.dataCorruptedError(
            forKey: key, in: container, debugDescription: "expected \(expected), not \(found)")
    }
}
