/// Why bytes are no acceptable request. The connection answers with `status` and closes: after an error nobody can
/// know where the next request would start.
public struct RequestError: Error, Equatable, CustomStringConvertible {
    /// The status of the answer: 400 for anything malformed or ambiguous, 413, 417, 431, 501 or 505.
    public var status: Int
    /// What was wrong, without any of the client's bytes.
    public var reason: String

    static func malformed(_ reason: String) -> RequestError { RequestError(status: 400, reason: reason) }

    public var description: String { "\(status): \(reason)" }
}
