/// metav1.Status: what the API server answers when a request fails.
public struct Status: Sendable, Hashable, Codable, Error, CustomStringConvertible {
    public var status: String?
    public var message: String?
    /// A machine-readable word such as `NotFound`, `Conflict` or `Expired`.
    public var reason: String?
    /// The HTTP status code.
    public var code: Int?
    public var details: Details?

    public struct Details: Sendable, Hashable, Codable {
        public var name: String?
        public var group: String?
        public var kind: String?
        public var causes: [Cause]?
        public var retryAfterSeconds: Int?

        public init(
            name: String? = nil, group: String? = nil, kind: String? = nil, causes: [Cause]? = nil,
            retryAfterSeconds: Int? = nil
        ) {
            self.name = name
            self.group = group
            self.kind = kind
            self.causes = causes
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    public struct Cause: Sendable, Hashable, Codable {
        public var reason: String?
        public var message: String?
        public var field: String?

        public init(reason: String? = nil, message: String? = nil, field: String? = nil) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    public init(code: Int, reason: String, message: String, details: Details? = nil) {
        self.status = "Failure"
        self.message = message
        self.reason = reason
        self.code = code
        self.details = details
    }

    public var description: String { "\(reason ?? "Unknown") (\(code ?? 0)): \(message ?? "no message")" }

    public var isNotFound: Bool { code == 404 }
    /// An update or precondition lost against another writer. `AlreadyExists` shares the code and is not this.
    public var isConflict: Bool { reason == "Conflict" || (code == 409 && reason != "AlreadyExists") }
    public var isAlreadyExists: Bool { reason == "AlreadyExists" }
    /// The resourceVersion or continue token is too old: list again.
    public var isExpired: Bool { code == 410 || reason == "Expired" || reason == "Gone" }
    public var isForbidden: Bool { code == 403 }
    public var isInvalid: Bool { code == 422 || reason == "Invalid" }
    public var isTooManyRequests: Bool { code == 429 }
}
