import Base
import HTTPTransport
import KubeClient
import TestSupport
import Testing

@Suite struct KubeconfigTests {
    private static let certificate = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"
    private static let key = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"
    /// The two above in base64.
    private static let certificateData =
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo="
    private static let keyData =
        "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCkFBPT0KLS0tLS1FTkQgUFJJVkFURSBLRVktLS0tLQo="

    /// A kubeconfig with one context `c` whose cluster and user have these fields, in flow style.
    private static func text(
        cluster: String = "{server: 'https://h'}", user: String = "{}", context: String = "{cluster: k, user: u}",
        current: String = "c"
    ) -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: \(current)
        clusters: [{name: k, cluster: \(cluster)}]
        users: [{name: u, user: \(user)}]
        contexts: [{name: c, context: \(context)}]
        """
    }

    private func load(_ text: String, directory: String = "/etc") throws -> ClientConfiguration {
        try Kubeconfig(parsing: text, source: "file", directory: directory).clientConfiguration()
    }

    private func authorization(_ configuration: ClientConfiguration) async throws -> String? {
        try await configuration.credentials.credentials().authorization?.exposed
    }

    @Test func readsEveryField() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("certs/client.pem", Self.certificate)
        let key = try directory.write("client.key", Self.key)
        let configuration = try load(
            Self.text(
                cluster: """
                    {server: 'https://h:6443/prefix/', certificate-authority-data: \(Self.certificateData),
                      tls-server-name: kubernetes, proxy-url: 'socks5://p:1080'}
                    """,
                user: """
                    {client-certificate: certs/client.pem, client-key: '\(key)', token: t, as: ann, as-uid: '7',
                      as-groups: [g, h], as-user-extra: {scopes: [x]}}
                    """,
                context: "{cluster: k, user: u, namespace: team}"), directory: directory.path)
        #expect(configuration.server == "https://h:6443/prefix")
        #expect(configuration.tls.certificateAuthority == .data(Array(Self.certificate.utf8)))
        #expect(configuration.tls.clientCertificate == .file("\(directory.path)/certs/client.pem"))
        #expect(configuration.tls.clientKey == .file(key))
        #expect(configuration.tls.serverName == "kubernetes")
        #expect(configuration.tls.insecureSkipVerify == false)
        #expect(configuration.proxy == .url("socks5://p:1080"))
        #expect(configuration.defaultNamespace == "team")
        #expect(
            configuration.impersonation
                == Impersonation(user: "ann", uid: "7", groups: ["g", "h"], extra: ["scopes": ["x"]]))
        #expect(try await authorization(configuration) == "Bearer t")
    }

    @Test func readsTheOtherWaysToProveOneself() async throws {
        #expect(try await authorization(load(Self.text(user: "{username: a, password: 'b:c'}"))) == "Basic YTpiOmM=")
        #expect(try await authorization(load(Self.text())) == nil)
        let directory = try TemporaryDirectory()
        try directory.write("token", "from-file\n")
        let both = Self.text(user: "{tokenFile: token, token: fixed}")
        #expect(try await authorization(load(both, directory: directory.path)) == "Bearer from-file")
        let insecure = try load(Self.text(cluster: "{server: 'https://h', insecure-skip-tls-verify: true}"))
        #expect(insecure.tls.insecureSkipVerify)
    }

    @Test func theFirstFileThatHasANameWins() async throws {
        let directory = try TemporaryDirectory()
        let first = try directory.write(
            "first",
            """
            current-context: shared
            users: [{name: u, user: {token: first}}]
            contexts: [{name: shared, context: {cluster: k, user: u}}]
            """)
        let second = try directory.write(
            "second", Self.text(cluster: "{server: 'https://second'}", user: "{token: second}"))
        let list = "\(directory.path)/missing:\(first):\(second):\(first)"
        let configuration = try ClientConfiguration.load(environment: ["KUBECONFIG": list])
        #expect(configuration.server == "https://second")
        #expect(try await authorization(configuration) == "Bearer first")
        let other = try ClientConfiguration.load(context: "c", environment: ["KUBECONFIG": list])
        #expect(other.server == "https://second")
        #expect(try Kubeconfig.load(list: list).contextNames == ["c", "shared"])
    }

    @Test func looksInTheUsualPlacesInOrder() throws {
        let home = try TemporaryDirectory()
        try home.write(".kube/config", Self.text(cluster: "{server: 'https://home'}"))
        let asked = try home.write("asked", Self.text(cluster: "{server: 'https://asked'}"))
        let listed = try home.write("listed", Self.text(cluster: "{server: 'https://listed'}"))
        var environment = ["HOME": home.path]
        #expect(try ClientConfiguration.load(environment: environment).server == "https://home")
        environment["KUBECONFIG"] = listed
        #expect(try ClientConfiguration.load(environment: environment).server == "https://listed")
        #expect(try ClientConfiguration.load(kubeconfig: asked, environment: environment).server == "https://asked")
        let none = #expect(throws: ConfigurationError.self) { try ClientConfiguration.load(environment: [:]) }
        #expect(none?.description.hasPrefix("no cluster is configured: give --kubeconfig") == true)
        let missing = #expect(throws: ConfigurationError.self) {
            try ClientConfiguration.load(kubeconfig: "/nonexistent/file", environment: environment)
        }
        #expect(missing?.description == "/nonexistent/file: no such file")
        let all = #expect(throws: ConfigurationError.self) {
            try ClientConfiguration.load(environment: ["KUBECONFIG": "/nonexistent/a:/nonexistent/b"])
        }
        #expect(all?.description == "/nonexistent/a:/nonexistent/b: none of these files exists")
    }

    @Test(arguments: [
        ("{", "file: invalid YAML at line"),
        ("[]", "file: expected an object, found a list"),
        ("kind: Pod", "file: kind: expected Config, found Pod"),
        ("apiVersion: v2", "file: apiVersion: expected v1, found v2"),
        ("clusters: {}", "file: clusters: expected a list, found an object"),
        ("clusters: [{cluster: {}}]", "file: clusters[0].name: every entry needs a name"),
        ("users: [{name: u, user: x}]", "file: users[u].user: expected an object, found a string"),
        ("", "file: current-context: no context is chosen; there is none"),
        (text(current: "''"), "file: current-context: no context is chosen; there are c"),
        (text(current: "d"), "file: contexts: no context is named d; there are c"),
        (text(context: "{user: u}"), "file: contexts[c].context.cluster: the context needs the name of a cluster"),
        (text(context: "{cluster: z}"), "file: contexts[c].context.cluster: no cluster is named z; there are k"),
        (
            text(context: "{cluster: k, user: z}"),
            "file: contexts[c].context.user: no user is named z; there are u"
        ),
        (text(cluster: "{}"), "file: clusters[k].cluster.server: the cluster needs its server's URL"),
        (text(cluster: "{server: 12}"), "file: clusters[k].cluster.server: expected a string, found a number"),
        (text(cluster: "{server: 'h:6443'}"), "file: clusters[k].cluster.server: expected an https or http URL"),
        (
            text(cluster: "{server: 'https://h', insecure-skip-tls-verify: 'yes'}"),
            "file: clusters[k].cluster.insecure-skip-tls-verify: expected true or false, found a string"
        ),
        (
            text(
                cluster:
                    "{server: 'https://h', insecure-skip-tls-verify: true, certificate-authority-data: \(certificateData)}"
            ),
            "file: clusters[k].cluster.insecure-skip-tls-verify: the server cannot both be verified"
        ),
        (
            text(cluster: "{server: 'https://h', certificate-authority-data: '*'}"),
            "file: clusters[k].cluster.certificate-authority-data: the value is not base64"
        ),
        (
            text(cluster: "{server: 'https://h', certificate-authority-data: YWJj}"),
            "file: clusters[k].cluster.certificate-authority-data: the decoded data is not a certificate in PEM form"
        ),
        (
            text(cluster: "{server: 'https://h', certificate-authority: nonexistent/ca.pem}"),
            "file: clusters[k].cluster.certificate-authority: there is no file /etc/nonexistent/ca.pem"
        ),
        (
            text(cluster: "{server: 'https://h', certificate-authority: passwd}"),
            "file: clusters[k].cluster.certificate-authority: /etc/passwd is not a certificate in PEM form"
        ),
        (
            text(cluster: "{server: 'https://h', proxy-url: 'ftp://p'}"),
            "file: clusters[k].cluster.proxy-url: the URL must begin with http://, https:// or socks5://"
        ),
        (
            text(user: "{client-certificate-data: \(certificateData)}"),
            "file: users[u].user.client-key: a client certificate needs its private key"
        ),
        (
            text(user: "{client-key-data: \(keyData)}"),
            "file: users[u].user.client-certificate: a private key needs its client certificate"
        ),
        (
            text(user: "{client-certificate-data: \(certificateData), client-key-data: \(certificateData)}"),
            "file: users[u].user.client-key-data: the decoded data is not a private key in PEM form"
        ),
        (text(user: "{token: [a]}"), "file: users[u].user.token: expected a string, found a list"),
        (text(user: "{token: \"a\\nb\"}"), "file: users[u].user.token: the token has a blank, control"),
        (text(user: "{tokenFile: nonexistent}"), "file: users[u].user.tokenFile: /etc/nonexistent: no such file"),
        (text(user: "{token: a, username: b}"), "file: users[u].user: only one of token and username can be used"),
        (text(user: "{password: b}"), "file: users[u].user.username: a password needs its username"),
        (text(user: "{username: 'a:b'}"), "file: users[u].user.username: the name must not contain a colon"),
        (text(user: "{as-groups: [g]}"), "file: users[u].user.as: as-uid, as-groups and as-user-extra need a user"),
        (text(user: "{as: a, as-groups: [1]}"), "file: users[u].user.as-groups[0]: expected a string, found a number"),
        (text(user: "{auth-provider: {name: gcp}}"), "file: users[u].user.auth-provider: Kubernetes 1.26 removed"),
        (text(user: "{exec: 1}"), "file: users[u].user.exec: expected an object, found a number"),
        (text(user: "{exec: {command: a}}"), "file: users[u].user.exec.apiVersion: expected client.authentication"),
        (
            text(user: "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}"),
            "file: users[u].user.exec.command: the plugin needs a command"
        ),
        (
            text(user: "{exec: {apiVersion: client.authentication.k8s.io/v1, command: a}}"),
            "file: users[u].user.exec.interactiveMode: expected Never, IfAvailable or Always, found \"\""
        ),
        (
            text(
                user: "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: a, interactiveMode: Always}}"),
            "file: users[u].user.exec.interactiveMode: the plugin needs a terminal"
        ),
        (
            text(user: "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: a, env: [{value: b}]}}"),
            "file: users[u].user.exec.env[0].name: the variable needs a name"
        ),
    ])
    func aMalformedFileNamesItsField(_ text: String, _ message: String) {
        let error = #expect(throws: ConfigurationError.self) { try load(text) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    /// What a broken file holds of secrets is in no error.
    @Test(arguments: [
        text(user: "{token: \"canary secret\"}"), text(user: "{password: canary}"),
        text(user: "{client-key-data: canary}"), text(user: "{client-certificate-data: Y2FuYXJ5}"),
        text(user: "{token: canary, password: canary}"),
    ])
    func errorsHoldNoSecrets(_ text: String) {
        let error = #expect(throws: ConfigurationError.self) { try load(text) }
        var dumped = ""
        dump(error, to: &dumped)
        #expect(!dumped.contains("canary") && !dumped.contains("Y2FuYXJ5"))
    }
}
