internal import Base
internal import DeepSeekAPI
internal import FoundationEssentials
internal import HTTPTransport
internal import KubeClient
internal import KubeCore
internal import MetricSources

/// Reads the Secrets that a metric source names.
///
/// A resource's author must not borrow the operator's rights: a Secret is read only in the resource's own namespace,
/// only with the opt-in label, and its credentials go only to hosts that the administrator allows.
actor MetricCredentials {
    /// A Secret that the operator may read carries this label with the value `true`.
    static let optInLabel = "serving.deepseek.io/operator-may-read"

    private struct Cached {
        var result: Result<Secret, MetricSourceError>
        var readAt: ContinuousClock.Instant
    }

    private let client: KubeClient
    private let allowedHosts: [String]
    private let lifetime = Duration.seconds(60)
    private var cache: [NamespacedName: Cached] = [:]

    init(client: KubeClient, allowedHosts: [String]) {
        self.client = client
        self.allowedHosts = allowedHosts
    }

    /// The endpoint of a Prometheus source with its credentials. Errors name the field and what would be right.
    func endpoint(_ spec: PrometheusSpec, namespace: String) async throws(MetricSourceError) -> PrometheusEndpoint {
        var endpoint = PrometheusEndpoint(url: spec.url)
        endpoint.tls.serverName = spec.tls?.serverName
        endpoint.tls.insecureSkipVerify = spec.tls?.insecureSkipVerify ?? false
        if let reference = spec.tls?.caSecretRef {
            let secret = try await secret(reference.name, namespace)
            let bytes = try Self.bytes(secret, reference.key ?? "ca.crt")
            endpoint.tls.certificateAuthority = .data(bytes)
        }
        if let reference = spec.tls?.clientCertificateSecretRef {
            try checkHost(spec.url)
            let secret = try await secret(reference.name, namespace)
            endpoint.tls.clientCertificate = .data(try Self.bytes(secret, "tls.crt"))
            endpoint.tls.clientKey = .data(try Self.bytes(secret, "tls.key"))
        }
        if let reference = spec.authSecretRef {
            try checkHost(spec.url)
            endpoint.authorization = try Self.authorization(try await secret(reference.name, namespace))
        }
        return endpoint
    }

    private func checkHost(_ url: String) throws(MetricSourceError) {
        let authority = url.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" }
        let host = Self.host(of: authority)
        guard allowedHosts.contains(where: { $0 == host || $0 == authority }) else {
            throw .invalidConfiguration(
                "prometheus.url: the administrator does not allow credentials to be sent to \(host); "
                    + "--allow-metric-credentials-to lists the hosts")
        }
    }

    /// The host of `host:port` or `[address]:port`.
    private static func host(of authority: Substring) -> String {
        if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
        return String(authority.prefix { $0 != ":" })
    }

    private static func authorization(_ secret: Secret) throws(MetricSourceError) -> PrometheusEndpoint.Authorization {
        if secret.data?["token"] != nil { return .bearer(Redacted(try text(secret, "token"))) }
        guard secret.data?["username"] != nil else {
            throw .invalidConfiguration(
                "prometheus.authSecretRef: Secret \(secret.metadata.name) has neither token nor username and password")
        }
        return .basic(username: try text(secret, "username"), password: Redacted(try text(secret, "password")))
    }

    // MARK: Secrets

    private func secret(_ name: String, _ namespace: String) async throws(MetricSourceError) -> Secret {
        let key = NamespacedName(namespace: namespace, name: name)
        let now = ContinuousClock.now
        if let cached = cache[key], cached.readAt.duration(to: now) < lifetime { return try cached.result.get() }
        let result = await read(key)
        cache = cache.filter { $0.value.readAt.duration(to: now) < lifetime }
        cache[key] = Cached(result: result, readAt: now)
        return try result.get()
    }

    private func read(_ key: NamespacedName) async -> Result<Secret, MetricSourceError> {
        do throws(KubeError) {
            let secret = try await Api<Secret>(client, namespace: key.namespace).get(key.name)
            guard secret.metadata.labels?[Self.optInLabel] == "true" else {
                return .failure(
                    .invalidConfiguration(
                        "Secret \(key.name) must carry the label \(Self.optInLabel)=true for the operator to read it"))
            }
            return .success(secret)
        } catch {
            return .failure(.invalidConfiguration("Secret \(key.name) cannot be read: \(error)"))
        }
    }

    private static func bytes(_ secret: Secret, _ key: String) throws(MetricSourceError) -> [UInt8] {
        guard let data = secret.data?[key] else {
            throw .invalidConfiguration("Secret \(secret.metadata.name) has no key \(key)")
        }
        return Array(data)
    }

    private static func text(_ secret: Secret, _ key: String) throws(MetricSourceError) -> String {
        guard let text = String(validating: try bytes(secret, key), as: UTF8.self) else {
            throw .invalidConfiguration("key \(key) of Secret \(secret.metadata.name) is not UTF-8")
        }
        return text.trimmed
    }
}

extension String {
    /// Without white space and line ends on either side, which files and editors add.
    fileprivate var trimmed: String {
        let isBlank = { (character: Character) in character.isWhitespace }
        let tail = self.reversed().drop(while: isBlank).reversed()
        return String(tail.drop(while: isBlank))
    }
}
