public import FoundationEssentials
internal import HTTPTransport

extension ClientConfiguration {
    /// Finds the configuration where the ecosystem puts it, in controller-runtime's order: the file that is asked
    /// for, `$KUBECONFIG`, the pod's service account, `~/.kube/config`.
    ///
    /// - Parameters:
    ///   - kubeconfig: a file that must exist, as from `--kubeconfig`.
    ///   - context: in place of the file's current one.
    public static func load(
        kubeconfig: String? = nil, context: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationError) -> ClientConfiguration {
        if let kubeconfig, !kubeconfig.isEmpty {
            return try Kubeconfig.load(path: kubeconfig).clientConfiguration(context: context)
        }
        if let list = environment["KUBECONFIG"], !list.isEmpty {
            return try Kubeconfig.load(list: list).clientConfiguration(context: context)
        }
        if environment["KUBERNETES_SERVICE_HOST"] != nil, context == nil {
            return try inCluster(environment: environment)
        }
        let home = environment["HOME"] ?? ""
        guard !home.isEmpty, let config = try Kubeconfig.loadIfExists("\(home)/.kube/config") else {
            throw ConfigurationError(
                "no cluster is configured: give --kubeconfig, set KUBECONFIG, or run in a pod with a service account")
        }
        return try config.clientConfiguration(context: context)
    }

    /// The directory where a pod finds its service account.
    public static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// The service account of the pod that this runs in. Its token rotates and is read again as it does.
    public static func inCluster(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        directory: String = serviceAccountDirectory
    ) throws(ConfigurationError) -> ClientConfiguration {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty else {
            throw ConfigurationError(source: "KUBERNETES_SERVICE_HOST", "is not set, so this is not a pod")
        }
        let port = environment["KUBERNETES_SERVICE_PORT"] ?? ""
        guard let number = UInt16(port), number > 0 else {
            throw ConfigurationError(
                source: "KUBERNETES_SERVICE_PORT", "is \"\(port)\"; it must be a port from 1 to 65535")
        }
        let authority = "\(directory)/ca.crt"
        guard try ConfigurationFile.read(authority) != nil else {
            throw ConfigurationError(source: authority, "no such file; the pod needs a service account")
        }
        var configuration = ClientConfiguration(
            server: "https://\(host.contains(":") ? "[\(host)]" : host):\(number)",
            tls: TLSOptions(certificateAuthority: .file(authority)),
            credentials: try TokenFile(path: "\(directory)/token", field: nil), proxy: .environment)
        if let bytes = try ConfigurationFile.read("\(directory)/namespace") {
            let namespace = String(decoding: bytes, as: UTF8.self).trimmedOfBlanks
            if !namespace.isEmpty { configuration.defaultNamespace = namespace }
        }
        return configuration
    }
}
