extension HTTPResponse {
    /// The response with `secrets` blotted out of its body: a server, or a proxy before it, may repeat the request's
    /// credentials in what it answers, and its words go into errors, logs and statuses.
    ///
    /// A secret shorter than six bytes cannot be told from ordinary text and is left alone.
    public func redacting(_ secrets: [String]) -> HTTPResponse {
        var copy = self
        for secret in secrets where secret.utf8.count >= 6 {
            copy.body = copy.body.replacing(Array(secret.utf8), with: Array("[redacted]".utf8))
        }
        return copy
    }
}
