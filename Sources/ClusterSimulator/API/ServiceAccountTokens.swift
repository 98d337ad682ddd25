import Base
import KubeCore

/// The tokens that service accounts were given through the TokenRequest API.
///
/// A token is random text rather than a JWT: only this server has to understand it. It ends when it expires and with
/// its account.
final class ServiceAccountTokens: Sendable {
    struct Token: Sendable {
        var account: NamespacedName
        var accountUID: String
        var expiration: Timestamp
    }

    /// The audience of the API server itself, for which tokens are when a request names none.
    static let audience = "https://kubernetes.default.svc.cluster.local"

    private let tokens = Lock<[String: Token]>([:])

    /// A new token's text. What has expired is forgotten, and a token for others than this server not remembered.
    func issue(_ token: Token, audiences: [String], now: Timestamp) -> String {
        let text = (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined(separator: ".")
        guard audiences.contains(Self.audience) else { return text }
        tokens.withLock { tokens in
            tokens = tokens.filter { $0.value.expiration > now }
            tokens[text] = token
        }
        return text
    }

    /// The token of a text; nil for one that was never issued or has expired.
    func token(_ text: String, now: Timestamp) -> Token? {
        tokens.withLock { $0[text] }.flatMap { $0.expiration > now ? $0 : nil }
    }
}

extension SimulatedCluster {
    /// Seconds that a token may be asked for, and what it gets without asking.
    private static let tokenLifetimes: ClosedRange<Int64> = 600...1 << 32
    private static let defaultTokenLifetime: Int64 = 3600

    /// POST of a TokenRequest to a service account. Errors: 404, 422.
    func issueToken(_ request: APIRequest, _ target: RequestTarget) throws(Status) -> APIResponse {
        var answer = try request.json()
        let seconds = answer["spec"]?["expirationSeconds"]?.intValue ?? Self.defaultTokenLifetime
        guard Self.tokenLifetimes.contains(seconds) else {
            let limit = seconds < 600 ? "less than 10 minutes" : "larger than 2^32 seconds"
            let type = ResourceType(
                group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", plural: "tokenrequests",
                isNamespaced: true)
            let error = FieldError.invalid(
                "spec.expirationSeconds", .int(seconds), "may not specify a duration \(limit)")
            throw Status.invalid(type, "", [error])
        }
        let account = try withState { (state) throws(Status) in try state.object(target.definition, target.key) }
        let asked = answer["spec"]?["audiences"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let audiences = asked.isEmpty ? [ServiceAccountTokens.audience] : asked
        let token = ServiceAccountTokens.Token(
            account: target.key, accountUID: account.value.metadataText("uid"), expiration: now + .seconds(seconds))
        answer["apiVersion"] = "authentication.k8s.io/v1"
        answer["kind"] = "TokenRequest"
        answer["metadata"] = ["name": .string(target.key.name), "namespace": .string(target.key.namespace)]
        answer[path: "spec", "expirationSeconds"] = .int(seconds)
        answer[path: "spec", "audiences"] = JSONValue(audiences)
        answer["status"] = [
            "token": .string(serviceAccountTokens.issue(token, audiences: audiences, now: now)),
            "expirationTimestamp": .string(token.expiration.description),
        ]
        return APIResponse(status: 201, json: answer)
    }

    /// The service account that a token belongs to; nil when the token is not one of this server, or no longer.
    func serviceAccount(token text: String) -> UserInfo? {
        guard let token = serviceAccountTokens.token(text, now: now) else { return nil }
        let key = ResourceDefinition.StorageKey(group: "", plural: "serviceaccounts")
        let account = withState { $0.table(key)[token.account] }
        guard account?.value.metadataText("uid") == token.accountUID else { return nil }
        let (namespace, name) = (token.account.namespace, token.account.name)
        return UserInfo(
            name: "system:serviceaccount:\(namespace):\(name)",
            groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)", "system:authenticated"])
    }
}
