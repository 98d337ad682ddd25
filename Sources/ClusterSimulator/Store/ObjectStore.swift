public import KubeCore

/// The objects of a cluster, for code in the same process: what the simulated controllers read and write.
///
/// Every call is synchronous and atomic, and follows the API's rules (defaults, validation, resource versions,
/// managed fields) as a request does. Errors: `Status`, as the API server would answer.
public protocol ObjectStore: Sendable {
    /// The wall clock of the cluster, which stamps its objects.
    var now: Timestamp { get }

    func get(_ type: ResourceType, _ name: NamespacedName) throws(Status) -> JSONValue

    /// All objects of a type, in one namespace or in all, ordered by namespace and name.
    func list(_ type: ResourceType, namespace: String?) throws(Status) -> ObjectSnapshot

    /// Creates an object. Its namespace is the one in its metadata; `generateName` is honoured.
    @discardableResult
    func create(_ type: ResourceType, _ object: JSONValue, options: WriteOptions) throws(Status) -> JSONValue

    /// Replaces all but status. Without `metadata.resourceVersion` the last write wins.
    @discardableResult
    func update(_ type: ResourceType, _ object: JSONValue, options: WriteOptions) throws(Status) -> JSONValue

    /// Replaces status, and nothing else.
    @discardableResult
    func updateStatus(_ type: ResourceType, _ object: JSONValue, options: WriteOptions) throws(Status) -> JSONValue

    func delete(_ type: ResourceType, _ name: NamespacedName, options: DeleteOptions) throws(Status)

    /// Every change of a type after `resourceVersion`. Errors: Expired (410) when history no longer reaches it.
    func watch(
        _ type: ResourceType, namespace: String?, after resourceVersion: Int64
    ) throws(Status) -> ObjectWatch
}

/// What a list saw, and when.
public struct ObjectSnapshot: Sendable {
    public var items: [JSONValue]
    /// Where a watch goes on without a gap.
    public var resourceVersion: Int64
}

/// What a write carries besides the object.
public struct WriteOptions: Sendable, Hashable {
    /// Who owns the fields that the write sets.
    public var fieldManager: String
    /// Whether to go through all checks and store nothing.
    public var dryRun: Bool
    public var fieldValidation: FieldValidation

    public init(fieldManager: String, dryRun: Bool = false, fieldValidation: FieldValidation = .ignore) {
        self.fieldManager = fieldManager
        self.dryRun = dryRun
        self.fieldValidation = fieldValidation
    }
}

/// What becomes of fields that the schema does not know.
public enum FieldValidation: String, Sendable, Hashable {
    case ignore = "Ignore"
    case warn = "Warn"
    case strict = "Strict"
}

/// metav1.DeleteOptions.
public struct DeleteOptions: Sendable, Hashable {
    public enum PropagationPolicy: String, Sendable, Hashable {
        case background = "Background"
        case foreground = "Foreground"
        case orphan = "Orphan"
    }

    public var uid: String?
    public var resourceVersion: String?
    /// Seconds; nil is the object's own default. Only pods are deleted gracefully.
    public var gracePeriodSeconds: Int64?
    public var propagationPolicy: PropagationPolicy?
    public var dryRun: Bool

    public init(
        uid: String? = nil, resourceVersion: String? = nil, gracePeriodSeconds: Int64? = nil,
        propagationPolicy: PropagationPolicy? = nil, dryRun: Bool = false
    ) {
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.gracePeriodSeconds = gracePeriodSeconds
        self.propagationPolicy = propagationPolicy
        self.dryRun = dryRun
    }
}
