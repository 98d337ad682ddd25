import Base
import HTTPTransport
import KubeCore
import TestSupport
import Testing

@testable import KubeClient

@Suite struct ExecCredentialTests {
    private static let version = "client.authentication.k8s.io/v1"
    private let directory: TemporaryDirectory
    private let now = Lock(Timestamp(seconds: 1000))

    init() throws { directory = try TemporaryDirectory() }

    /// A plugin that is this shell script. Run through the shell, because the kernel refuses to execute a file that
    /// another test's process still holds open for writing.
    private func plugin(
        _ script: String, arguments: [String] = [], fields: [String: JSONValue] = [:],
        timeout: Duration = .seconds(30)
    ) throws -> ExecCredentialPlugin {
        let file = try directory.write("plugin", script + "\n")
        var json: JSONValue = [
            "apiVersion": .string(Self.version), "command": "/bin/sh", "interactiveMode": "Never",
            "args": JSONValue([file] + arguments),
        ]
        for (key, value) in fields { json[key] = value }
        return ExecCredentialPlugin(
            try ExecSettings(ConfigurationField(source: "file", path: "exec", value: json), directory: "/"),
            cluster: ["server": "https://h"], timeout: timeout, now: { [now] in now.withLock { $0 } })
    }

    @Test(arguments: [
        ("./plugin", "/etc/./plugin"), ("bin/plugin", "/etc/bin/plugin"), ("/bin/plugin", "/bin/plugin"),
        ("plugin", "plugin"),
    ])
    func aRelativePathStartsAtTheFilesDirectory(_ command: String, _ expected: String) throws {
        let json: JSONValue = [
            "apiVersion": .string(Self.version), "command": .string(command), "interactiveMode": "Never",
        ]
        let settings = try ExecSettings(
            ConfigurationField(source: "file", path: "exec", value: json), directory: "/etc")
        #expect(settings.command == expected)
    }

    private static func answer(_ status: String, version: String = version) -> String {
        #"{"apiVersion":"\#(version)","kind":"ExecCredential","status":\#(status)}"#
    }

    private func runs() throws -> Int {
        try ConfigurationFile.read("\(directory.path)/runs")?.count ?? 0
    }

    /// A script that counts its runs and prints its number as token.
    private func counting(_ expiry: String) -> String {
        """
        printf x >> '\(directory.path)/runs'
        n=$(wc -c < '\(directory.path)/runs')
        printf '%s' '{"apiVersion":"\(Self.version)","kind":"ExecCredential","status":{"token":"t'$((n))'"\(expiry)}}'
        """
    }

    @Test func givesArgumentsEnvironmentAndClusterInfo() async throws {
        let fields: [String: JSONValue] = [
            "env": [["name": "WHO", "value": "w"]], "provideClusterInfo": true,
        ]
        let script = """
            printf '%s' "$KUBERNETES_EXEC_INFO" > '\(directory.path)/info'
            printf '%s' '{"apiVersion":"\(Self.version)","kind":"ExecCredential","status":{"token":"'"$1-$2-$WHO" | tr ' ' _
            printf '%s' '"}}'
            """
        let credentials = try await plugin(script, arguments: ["a b", "c"], fields: fields).credentials()
        #expect(credentials == .bearer(Redacted("a_b-c-w")))
        let info = try JSONValue(parsing: try #require(try ConfigurationFile.read("\(directory.path)/info")))
        #expect(
            info == [
                "apiVersion": .string(Self.version), "kind": "ExecCredential",
                "spec": ["interactive": false, "cluster": ["server": "https://h"]],
            ])
    }

    @Test func runsAgainOnlyWhenItsAnswerExpires() async throws {
        let plugin = try plugin(counting(#","expirationTimestamp":"1970-01-01T00:20:00Z""#))
        for _ in 0..<3 { #expect(try await plugin.credentials() == .bearer(Redacted("t1"))) }
        now.withLock { $0 = Timestamp(seconds: 1199) }
        #expect(try await plugin.credentials() == .bearer(Redacted("t1")))
        now.withLock { $0 = Timestamp(seconds: 1200) }
        #expect(try await plugin.credentials() == .bearer(Redacted("t2")))
    }

    @Test func runsAgainWhenItsAnswerIsRefused() async throws {
        let plugin = try plugin(counting(""))
        let first = try await plugin.credentials()
        #expect(try await plugin.refresh(rejected: first))
        #expect(try await plugin.credentials() == .bearer(Redacted("t2")))
        // Another request that was refused with the first token finds the second one already there.
        #expect(try await plugin.refresh(rejected: first))
        #expect(try runs() == 2)
    }

    @Test func oneRunServesAllWhoWait() async throws {
        let plugin = try plugin("sleep 0.1\n" + counting(""))
        try await withThrowingTaskGroup(of: Credentials.self) { group in
            for _ in 0..<10 { group.addTask { try await plugin.credentials() } }
            for try await credentials in group { #expect(credentials == .bearer(Redacted("t1"))) }
        }
        #expect(try runs() == 1)
    }

    @Test func takesClientCertificates() async throws {
        let plugin = try plugin("printf '%s' '\(Self.answer(#"{"clientCertificateData":"C","clientKeyData":"K"}"#))'")
        let credentials = try await plugin.credentials()
        #expect(credentials == Credentials(clientCertificate: .data([0x43]), clientKey: .data([0x4B])))
        let request = KubeRequest(path: []).http(
            configuration: ClientConfiguration(server: "https://h"), credentials: credentials)
        #expect(request.tls.clientCertificate == .data([0x43]))
    }

    @Test(arguments: [
        ("exit 3", "/bin/sh failed with exit status 3"),
        ("kill -9 $$", "/bin/sh was killed by signal 9"),
        ("echo canary", "the plugin did not print JSON"),
        ("echo '{}'", "kind: expected ExecCredential"),
        (
            "echo '\(answer("{}", version: "client.authentication.k8s.io/v1beta1"))'",
            "apiVersion: expected client.authentication.k8s.io/v1, as the kubeconfig says"
        ),
        ("echo '\(answer("{}"))'", "status: expected a token, or clientCertificateData and clientKeyData"),
        (
            "echo '\(answer(#"{"clientKeyData":"canary"}"#))'",
            "status: clientCertificateData and clientKeyData need each other"
        ),
        ("echo '\(answer(#"{"token":"canary 1"}"#))'", "status.token: the token has a blank"),
        (
            "echo '\(answer(#"{"token":"canary","expirationTimestamp":"soon"}"#))'",
            "status.expirationTimestamp: expected a time such as 2026-01-01T00:00:00Z"
        ),
    ])
    func aFailedRunSaysWhy(_ script: String, _ message: String) async throws {
        let plugin = try plugin(script)
        let error = await #expect(throws: KubeError.self) { try await plugin.credentials() }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("file: exec: "))
        #expect(text.contains(message), "\(text)")
        #expect(!text.contains("canary"))
    }

    @Test func aPluginThatIsMissingComesWithItsHint() async throws {
        let json = """
            {"apiVersion":"\(Self.version)","command":"no-such-plugin-anywhere","interactiveMode":"Never",
             "installHint":"get it there"}
            """
        let field = ConfigurationField(source: "file", path: "exec", value: try JSONValue(parsing: json))
        let plugin = ExecCredentialPlugin(try ExecSettings(field, directory: "/"), cluster: .null)
        let error = await #expect(throws: KubeError.self) { try await plugin.credentials() }
        #expect(
            error?.description
                == "file: exec: the plugin no-such-plugin-anywhere cannot be started: "
                + "No such file or directory; get it there")
    }

    @Test func aPluginThatHangsIsKilledWithItsChildren() async throws {
        let plugin = try plugin("sleep 600 & sleep 600", timeout: .milliseconds(100))
        let error = await #expect(throws: KubeError.self) { try await plugin.credentials() }
        #expect(error?.description.contains("did not end within 0.1 seconds") == true)
    }
}
