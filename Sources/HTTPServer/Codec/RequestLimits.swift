/// How much of a request is accepted.
public struct RequestLimits: Sendable, Equatable {
    /// Bytes of the request line, all header fields and all trailer fields.
    public var headBytes: Int
    /// Header fields, and trailer fields, of a request.
    public var fieldCount: Int
    /// Bytes of a body, after its transfer coding is removed.
    public var bodyBytes: Int

    /// Limits; the defaults hold every Kubernetes request (an API server takes 3 MiB).
    public init(headBytes: Int = 32 << 10, fieldCount: Int = 100, bodyBytes: Int = 4 << 20) {
        self.headBytes = headBytes
        self.fieldCount = fieldCount
        self.bodyBytes = bodyBytes
    }
}
