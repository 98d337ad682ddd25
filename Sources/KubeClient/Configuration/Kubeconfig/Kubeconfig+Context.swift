internal import HTTPTransport

extension Kubeconfig {
    /// What a context says: where the server is, and who asks.
    ///
    /// - Parameter context: `nil` for the current one.
    public func clientConfiguration(context: String? = nil) throws(ConfigurationError) -> ClientConfiguration {
        let source = sources.joined(separator: ":")
        guard let name = context ?? currentContext else {
            throw ConfigurationError(
                source: source, field: "current-context", "no context is chosen; \(Self.choice(contextNames))")
        }
        guard let entry = contexts[name] else {
            throw ConfigurationError(
                source: source, field: "contexts", "no context is named \(name); \(Self.choice(contextNames))")
        }
        let cluster = try referenced("cluster", by: entry, among: clusters)
        guard let cluster else { throw entry.field["cluster"].error("the context needs the name of a cluster") }
        var configuration = try Self.connection(cluster)
        if let namespace = try entry.field["namespace"].string() { configuration.defaultNamespace = namespace }
        if let user = try referenced("user", by: entry, among: users) {
            try UserSettings(user, cluster: cluster, server: configuration.server).apply(to: &configuration)
        }
        return configuration
    }

    private func referenced(
        _ key: String, by context: Entry, among entries: [String: Entry]
    ) throws(ConfigurationError) -> Entry? {
        guard let name = try context.field[key].string() else { return nil }
        guard let entry = entries[name] else {
            throw context.field[key].error("no \(key) is named \(name); \(Self.choice(entries.keys.sorted()))")
        }
        return entry
    }

    private static func choice(_ names: [String]) -> String {
        names.isEmpty ? "there is none" : "there are \(names.joined(separator: ", "))"
    }

    private static func connection(_ cluster: Entry) throws(ConfigurationError) -> ClientConfiguration {
        let field = cluster.field
        guard let server = try field["server"].string() else {
            throw field["server"].error("the cluster needs its server's URL, such as https://10.0.0.1:6443")
        }
        guard server.hasPrefix("https://") || server.hasPrefix("http://") else {
            throw field["server"].error("expected an https or http URL")
        }
        // The value stays out of the message: it holds a password.
        guard !server.contains("@") else {
            throw field["server"].error("credentials do not belong into the URL; give them in the user's entry")
        }
        var configuration = ClientConfiguration(server: server)
        configuration.tls.certificateAuthority = try PEMField(cluster, "certificate-authority").certificate()
        configuration.tls.insecureSkipVerify = try field["insecure-skip-tls-verify"].bool()
        if configuration.tls.insecureSkipVerify, configuration.tls.certificateAuthority != nil {
            throw field["insecure-skip-tls-verify"].error(
                "the server cannot both be verified by certificate-authority and not be verified; remove one")
        }
        configuration.tls.serverName = try field["tls-server-name"].string()
        if let proxy = try field["proxy-url"].string() {
            guard ["http://", "https://", "socks5://"].contains(where: proxy.hasPrefix) else {
                throw field["proxy-url"].error("the URL must begin with http://, https:// or socks5://")
            }
            configuration.proxy = .url(proxy)
        }
        return configuration
    }
}
