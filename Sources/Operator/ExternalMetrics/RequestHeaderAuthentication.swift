internal import HTTPServer
internal import KubeCore

/// Tells the API server's aggregator from anybody else.
///
/// The aggregator authenticates and authorizes every request of a client before it passes it on, over a connection
/// with a certificate of its own, and names the client in a header. An adapter built on Kubernetes' generic API server
/// also takes requests from others, and therefore asks back who they are and what they may (TokenReview,
/// SubjectAccessReview). This one takes none: it needs no right to ask, and an impostor who held such a certificate
/// could name any user, so that asking would not stop him.
///
/// The settings are those of the ConfigMap kube-system/extension-apiserver-authentication, which the API server writes:
/// https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/
struct RequestHeaderAuthentication: Sendable, Equatable {
    /// A setting that is missing or no list of texts.
    struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    /// The authorities that sign the aggregator's certificate, in PEM.
    let clientAuthorities: String
    /// The common names of that certificate; empty for any name that those authorities signed.
    let allowedNames: [String]
    /// The headers that may name the client, in lower case, the first one present wins.
    let usernameHeaders: [String]

    init(configMap: JSONValue) throws(Unusable) {
        let data = configMap["data"]
        guard let authorities = data?["requestheader-client-ca-file"]?.stringValue, !authorities.isEmpty else {
            throw Unusable(
                description: "the API server is not set up to pass requests on: ConfigMap "
                    + "kube-system/extension-apiserver-authentication has no requestheader-client-ca-file")
        }
        clientAuthorities = authorities
        allowedNames = try Self.list("requestheader-allowed-names", data)
        usernameHeaders = try Self.list("requestheader-username-headers", data).map { $0.lowercased() }
        if usernameHeaders.isEmpty {
            throw Unusable(description: "requestheader-username-headers names no header")
        }
    }

    private static func list(_ key: String, _ data: JSONValue?) throws(Unusable) -> [String] {
        guard let text = data?[key]?.stringValue, !text.isEmpty else { return [] }
        guard let list = (try? JSONValue(parsing: Array(text.utf8)))?.arrayValue else {
            throw Unusable(description: "\(key) is no list in JSON")
        }
        let names = list.compactMap(\.stringValue)
        guard names.count == list.count else { throw Unusable(description: "\(key) holds something else than texts") }
        return names
    }

    /// The client of whom the aggregator speaks; nil for a request that is not the aggregator's. The certificate was
    /// verified against `clientAuthorities` when the connection was made.
    func user(_ request: HTTPServer.Request) -> String? {
        guard let name = request.peer.certificateCommonName, allowedNames.isEmpty || allowedNames.contains(name) else {
            return nil
        }
        for header in usernameHeaders {
            let user = request.headers.first { $0.name.lowercased() == header }?.value
            if let user, !user.isEmpty { return user }
        }
        return nil
    }
}
