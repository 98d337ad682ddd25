public import KubeCore

/// The answer to an `APIRequest`.
public struct APIResponse: Sendable {
    public enum Body: Sendable {
        case bytes([UInt8])
        /// A watch: chunks until the stream ends, sent with chunked transfer coding.
        case stream(ByteStream)
    }

    public var status: Int
    /// Header fields in order; `Content-Type` is always among them.
    public var headers: [(name: String, value: String)]
    public var body: Body

    public init(status: Int, headers: [(name: String, value: String)], body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public init(status: Int = 200, json: JSONValue, headers: [(name: String, value: String)] = []) {
        self.init(status: status, bytes: json.serialized(), headers: headers)
    }

    /// A body that is JSON already.
    init(status: Int = 200, bytes: [UInt8], headers: [(name: String, value: String)] = []) {
        self.init(
            status: status, headers: [(name: "Content-Type", value: "application/json")] + headers, body: .bytes(bytes))
    }

    /// A failure as the API server sends it; `Retry-After` is set where the Status has seconds.
    public init(failure: Status) {
        let retry = failure.details?.retryAfterSeconds.map { [(name: "Retry-After", value: String($0))] } ?? []
        self.init(status: failure.code ?? 500, json: failure.json, headers: retry)
    }
}
