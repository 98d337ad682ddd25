internal import Base
internal import FoundationEssentials
internal import HTTPTransport
internal import KubeCore

/// A user of a kubeconfig: who asks, and what proves it.
struct UserSettings {
    private let user: Kubeconfig.Entry
    private let cluster: Kubeconfig.Entry
    private let server: String
    private var field: ConfigurationField { user.field }

    init(_ user: Kubeconfig.Entry, cluster: Kubeconfig.Entry, server: String) {
        self.user = user
        self.cluster = cluster
        self.server = server
    }

    func apply(to configuration: inout ClientConfiguration) throws(ConfigurationError) {
        try checkMethods()
        configuration.tls.clientCertificate = try PEMField(user, "client-certificate").certificate()
        configuration.tls.clientKey = try PEMField(user, "client-key").privateKey()
        if configuration.tls.clientCertificate != nil, configuration.tls.clientKey == nil {
            throw field["client-key"].error("a client certificate needs its private key")
        }
        if configuration.tls.clientKey != nil, configuration.tls.clientCertificate == nil {
            throw field["client-certificate"].error("a private key needs its client certificate")
        }
        configuration.credentials = try source(tls: configuration.tls)
        configuration.impersonation = try impersonation()
    }

    /// One proof at a time: which of two wins would be anybody's guess.
    private func checkMethods() throws(ConfigurationError) {
        guard !field["auth-provider"].isSet else {
            throw field["auth-provider"].error("Kubernetes 1.26 removed auth providers; use exec")
        }
        var methods: [String] = []
        if field["token"].isSet || field["tokenFile"].isSet { methods.append("token") }
        if field["username"].isSet || field["password"].isSet { methods.append("username") }
        if field["exec"].isSet { methods.append("exec") }
        guard methods.count < 2 else {
            throw field.error("only one of \(methods.joined(separator: " and ")) can be used; remove the others")
        }
    }

    private func source(tls: TLSOptions) throws(ConfigurationError) -> any CredentialSource {
        if let file = try field["tokenFile"].string() {
            return try TokenFile(path: ConfigurationFile.resolve(file, in: user.directory), field: field["tokenFile"])
        }
        if let token = try field["token"].string() {
            try Self.checkHeaderValue(token, field["token"])
            return FixedCredentials(.bearer(Redacted(token)))
        }
        if field["exec"].isSet {
            return try ExecCredentialPlugin(
                ExecSettings(field["exec"], directory: user.directory), cluster: clusterInfo(tls))
        }
        guard let name = try field["username"].string() else {
            if field["password"].isSet { throw field["username"].error("a password needs its username") }
            return FixedCredentials()
        }
        guard !name.contains(":") else { throw field["username"].error("the name must not contain a colon") }
        let password = try field["password"].string() ?? ""
        let basic = Data("\(name):\(password)".utf8).base64EncodedString()
        return FixedCredentials(Credentials(authorization: Redacted("Basic \(basic)")))
    }

    /// A token with a line break would be refused at every request instead of here.
    static func checkHeaderValue(_ token: String, _ field: ConfigurationField) throws(ConfigurationError) {
        guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw field.error("the token has a blank, control or non-ASCII character")
        }
    }

    private func impersonation() throws(ConfigurationError) -> Impersonation {
        var impersonation = Impersonation(
            user: try field["as"].string(), uid: try field["as-uid"].string(),
            groups: try field["as-groups"].strings())
        let extra = field["as-user-extra"]
        try extra.checkObject()
        for key in (extra.value.objectValue ?? [:]).keys { impersonation.extra[key] = try extra[key].strings() }
        let isWithoutUser =
            impersonation.user == nil
            && !(impersonation.uid == nil && impersonation.groups.isEmpty && impersonation.extra.isEmpty)
        if isWithoutUser { throw field["as"].error("as-uid, as-groups and as-user-extra need a user in as") }
        return impersonation
    }

    /// What a plugin that asks for it is told of the cluster.
    private func clusterInfo(_ tls: TLSOptions) throws(ConfigurationError) -> JSONValue {
        var info: JSONValue = ["server": .string(server)]
        info["tls-server-name"] = try cluster.field["tls-server-name"].string().map { .string($0) }
        info["proxy-url"] = try cluster.field["proxy-url"].string().map { .string($0) }
        if tls.insecureSkipVerify { info["insecure-skip-tls-verify"] = true }
        var authority: [UInt8]?
        switch tls.certificateAuthority {
        case .data(let bytes): authority = bytes
        case .file(let path): authority = try ConfigurationFile.read(path)
        case nil: break
        }
        info["certificate-authority-data"] = authority.map { .string(Data($0).base64EncodedString()) }
        for extension_ in try cluster.field["extensions"].list()
        where try extension_["name"].string() == "client.authentication.k8s.io/exec" {
            info["config"] = extension_["extension"].value
        }
        return info
    }
}
