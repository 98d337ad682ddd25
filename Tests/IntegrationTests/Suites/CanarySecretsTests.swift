import Base
import DeepSeekAPI
import FoundationEssentials
import HTTPTransport
import KubeClient
import KubeCore
import Operator
import Telemetry
import TestSupport
import Testing

/// No secret that the operator holds is in what it says, whatever goes wrong.
@Suite struct CanarySecretsTests {
    private let canaries = Canaries()

    /// Without this, every other test of the suite would pass for a search that finds nothing.
    @Test func aCanaryWouldBeFound() {
        let secret = canaries.secret("x")
        #expect(canaries.isIn("Authorization: Bearer \(secret)"))
        #expect(canaries.isIn("Authorization: Basic \(Data("user:\(secret)".utf8).base64EncodedString())"))
        #expect(canaries.isIn("\(Credentials.bearer(Redacted(secret)).authorization?.exposed ?? "")"))
        #expect(!canaries.isIn("\(Credentials.bearer(Redacted(secret)))"))
    }

    // MARK: The API server

    enum Login: String, CaseIterable, Sendable { case token, tokenFile, exec }

    @Test(arguments: EchoServer.Failure.allCases, Login.allCases)
    func theAPIServersEchoIsNotTold(failure: EchoServer.Failure, login: Login) async throws {
        let folder = try TemporaryFolder()
        let (overheard, server, registry) = (Overheard(), EchoServer(failure: failure), MetricsRegistry())
        let user = try user(login, in: folder)
        try await server.withServer { url in
            let path = try folder.write("kubeconfig", Self.kubeconfig(server: "server: '\(url)'", user: user))
            let configuration = try ClientConfiguration.load(kubeconfig: path)
            overheard.add(String(reflecting: configuration))
            let transport = CurlTransport()
            defer { transport.shutDown() }
            let client = KubeClient(configuration: configuration, transport: transport, retryPolicy: .none)
            await overheard.error { _ = try await Api<Pod>(client, namespace: "default").get("x") }
            await overheard.error { _ = try await Api<DeepSeekCluster>(client).list() }
            var options = OperatorOptions()
            options.metricsAddress = nil
            options.probeAddress = nil
            options.gracePeriod = .seconds(1)
            let environment = DeepSeekOperator.Environment(
                configuration: configuration, transport: transport,
                log: Logger(level: .debug, sink: overheard), registry: registry, identity: "test")
            let program = Task { [options] in try await DeepSeekOperator(options, environment: environment).run() }
            try await eventually("the operator tried") { server.count >= 8 }
            program.cancel()
            await overheard.error { try await program.value }
        }
        overheard.add(registry.text())
        // A malformed answer is told by its field, not by its words.
        #expect(failure == .malformed || overheard.text.contains(EchoServer.marker), "\(overheard.text)")
        #expect(overheard.text.contains("starting"))
        #expect(!canaries.isIn(overheard.text), "\(failure) \(login): \(overheard.text)")
    }

    private func user(_ login: Login, in folder: TemporaryFolder) throws -> String {
        let secret = canaries.secret(login.rawValue)
        switch login {
        case .token: return "{token: \(secret)}"
        case .tokenFile: return "{tokenFile: \(try folder.write("token", secret))}"
        case .exec:
            let output =
                #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"\#(secret)"}}"#
            let script = try folder.write("login.sh", "echo '\(output)'\n")
            return "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: sh, "
                + "args: [\(script)]}}"
        }
    }

    private static func kubeconfig(server: String, user: String) -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: c
        clusters: [{name: c, cluster: {\(server)}}]
        users: [{name: c, user: \(user)}]
        contexts: [{name: c, context: {cluster: c, user: c}}]
        """
    }

    // MARK: Configurations that cannot work

    /// Each is wrong in a way that makes the error speak of the very place that holds the secret.
    @Test(arguments: [
        ("userinfo in the server's URL", "server: 'https://user:SECRET@127.0.0.1:1'", "{}"),
        ("userinfo in a URL of no scheme", "server: 'ftp://user:SECRET@127.0.0.1:1'", "{}"),
        ("proxy URL", "server: 'https://10.0.0.1', proxy-url: 'http://user:SECRET@127.0.0.1:1'", "{token: SECRET}"),
        ("proxy URL of no scheme", "server: 'https://10.0.0.1', proxy-url: 'ftp://user:SECRET@127.0.0.1'", "{}"),
        (
            "key that is no key", "server: 'https://127.0.0.1:1'",
            "{client-key-data: BASE64, client-certificate-data: BASE64}"
        ),
        (
            "key that is no base64", "server: 'https://127.0.0.1:1'",
            "{client-key-data: '*SECRET*', client-certificate-data: '*'}"
        ),
        ("token with a line end", "server: 'http://127.0.0.1:1'", "{token: \"SECRET\\nX: y\"}"),
        ("token as a list", "server: 'http://127.0.0.1:1'", "{token: [SECRET]}"),
        (
            "failing plugin", "server: 'http://127.0.0.1:1'",
            "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: sh, args: [-c, 'echo SECRET; exit 1']}}"
        ),
        (
            "plugin that prints no JSON", "server: 'http://127.0.0.1:1'",
            "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: sh, args: [-c, 'echo SECRET']}}"
        ),
        (
            "plugin of another version", "server: 'http://127.0.0.1:1'",
            "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: sh, args: [-c, 'echo {\\\"kind\\\": \\\"SECRET\\\", \\\"status\\\": {\\\"token\\\": \\\"SECRET\\\"}}']}}"
        ),
    ])
    func brokenConfigurationsDoNotTell(place: String, server: String, user: String) async throws {
        let secret = canaries.secret("config")
        let encoded = Data(secret.utf8).base64EncodedString()
        func filled(_ text: String) -> String {
            text.replacing("SECRET", with: secret).replacing("BASE64", with: encoded)
        }
        let folder = try TemporaryFolder()
        let text = Self.kubeconfig(server: filled(server), user: filled(user))
        let path = try folder.write("kubeconfig", text)
        let overheard = Overheard()
        let transport = CurlTransport()
        defer { transport.shutDown() }
        await overheard.error {
            let configuration = try ClientConfiguration.load(kubeconfig: path)
            let client = KubeClient(configuration: configuration, transport: transport, retryPolicy: .none)
            _ = try await Api<Pod>(client, namespace: "default").get("x")
        }
        #expect(canaries.isIn(text) && !overheard.text.isEmpty)
        #expect(!canaries.isIn(overheard.text), "\(place): \(overheard.text)")
    }

    /// Plain HTTP where TLS was wanted.
    @Test func aTLSFailureDoesNotTell() async throws {
        let (overheard, folder) = (Overheard(), try TemporaryFolder())
        let user = try user(.token, in: folder)
        try await EchoServer(failure: .forbidden).withServer { url in
            let server = "server: '\(url.replacing("http:", with: "https:"))'"
            let path = try folder.write("kubeconfig", Self.kubeconfig(server: server, user: user))
            let transport = CurlTransport()
            defer { transport.shutDown() }
            let client = KubeClient(
                configuration: try ClientConfiguration.load(kubeconfig: path), transport: transport, retryPolicy: .none)
            await overheard.error { _ = try await Api<Pod>(client, namespace: "default").get("x") }
        }
        #expect(overheard.text.contains("tls"), "\(overheard.text)")
        #expect(!canaries.isIn(overheard.text), "\(overheard.text)")
    }

    /// Who writes a request into a log does not write its password.
    @Test func aRequestDoesNotTellItsUserinfo() {
        let secret = canaries.secret("url")
        let request = HTTPRequest(method: "GET", url: "https://user:\(secret)@host:1/path")
        #expect(!canaries.isIn("\(request)\(String(reflecting: request))"))
        #expect("\(request)" == "GET https://[redacted]@host:1/path")
    }

    // MARK: Prometheus

    @Test(arguments: EchoServer.Failure.allCases, ["token", "password"])
    func theMetricServersEchoIsNotTold(failure: EchoServer.Failure, key: String) async throws {
        let scene = try await Scene(.simulator, "canary")
        let (overheard, server) = (Overheard(), EchoServer(failure: failure))
        try await makeSecret(key, in: scene)
        let ports = try freePorts(2)
        try await server.withServer { url in
            try await scene.withOperator(
                { options in
                    options.policy.metricCredentialHosts = ["127.0.0.1"]
                    options.metricsAddress = BindAddress(host: "127.0.0.1", port: UInt16(ports[0]))
                    options.probeAddress = BindAddress(host: "127.0.0.1", port: UInt16(ports[1]))
                }, log: Logger(level: .debug, sink: overheard)
            ) {
                try await scene.apply(Self.spec(url))
                try await scene.wait(for: "the trouble is told") {
                    $0.conditions?[type: "ScalingActive"]?.status == .false
                }
                try await eventually("the metric was asked for") { server.count >= 2 }
                try await eventually("the event is told") {
                    try await scene.kubectl("get", "events").contains("FailedGetExternalMetric")
                }
                overheard.add(try await scene.kubectl("get", "dsc,events,deploy,pods", "-o", "yaml"))
                overheard.add(try await scene.kubectl("describe", "dsc"))
                for (port, page) in [(ports[0], "metrics"), (ports[1], "healthz"), (ports[1], "readyz")] {
                    let page = try await run("curl", ["-sf", "http://127.0.0.1:\(port)/\(page)"])
                    #expect(page.isSuccess && !page.output.isEmpty)
                    overheard.add(page.output)
                }
            }
        }
        overheard.add(OperatorOptions.help)
        #expect(overheard.text.contains(EchoServer.marker), "\(overheard.text)")
        #expect(!canaries.isIn(overheard.text), "\(failure) \(key): \(overheard.text)")
    }

    private func makeSecret(_ key: String, in scene: Scene) async throws {
        let secret = canaries.secret(key)
        let data = key == "token" ? "token: \(secret)" : "username: user, password: \(secret)"
        let text = """
            {apiVersion: v1, kind: Secret, stringData: {\(data)},
             metadata: {name: login, labels: {serving.deepseek.io/operator-may-read: "true"}}}
            """
        try await scene.kubectl("apply", "--server-side", "-f", "-", input: text)
    }

    private static func spec(_ url: String) -> String {
        minimalSpec + "\n" + """
            autoscaling:
              maxReplicas: 5
              minReplicas: 1
              syncPeriodSeconds: 1
              source:
                prometheus:
                  {url: '\(url)', authSecretRef: {name: login}, queries: [{metric: rps, query: 'sum(rps)'}]}
              metrics:
              - {type: External, external: {metric: {name: rps}, target: {type: AverageValue, averageValue: "180"}}}
            """
    }
}

extension Overheard {
    /// What an error says, in both of its forms.
    func error(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            add("\(error)")
            add(String(reflecting: error))
        }
    }
}
