/// core/v1 ResourceQuota.
public struct ResourceQuota: KubernetesObject, Equatable {
    public static let resourceType = ResourceType(
        group: "", version: "v1", kind: "ResourceQuota", plural: "resourcequotas")

    public var metadata: ObjectMeta
    public var spec: Spec?
    public var status: Status?

    public init(metadata: ObjectMeta, spec: Spec? = nil, status: Status? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    public struct Spec: Codable, Sendable, Equatable {
        public var hard: [String: Quantity]?
        public var scopes: [String]?
        public var scopeSelector: ScopeSelector?

        public init(
            hard: [String: Quantity]? = nil, scopes: [String]? = nil, scopeSelector: ScopeSelector? = nil
        ) {
            self.hard = hard
            self.scopes = scopes
            self.scopeSelector = scopeSelector
        }
    }

    public struct ScopeSelector: Codable, Sendable, Equatable {
        public struct Requirement: Codable, Sendable, Equatable {
            public var scopeName: String
            public var `operator`: String
            public var values: [String]?

            public init(scopeName: String, operator: String, values: [String]? = nil) {
                self.scopeName = scopeName
                self.operator = `operator`
                self.values = values
            }
        }

        public var matchExpressions: [Requirement]?

        public init(matchExpressions: [Requirement]? = nil) { self.matchExpressions = matchExpressions }
    }

    public struct Status: Codable, Sendable, Equatable {
        public var hard: [String: Quantity]?
        public var used: [String: Quantity]?

        public init(hard: [String: Quantity]? = nil, used: [String: Quantity]? = nil) {
            self.hard = hard
            self.used = used
        }
    }
}
