internal import Base
internal import FoundationEssentials
internal import HTTPTransport
internal import KubeCore

/// Credentials that a program prints (client.authentication.k8s.io), kept until they expire or are refused.
///
/// The program runs on a thread of its own, with a time limit, without a terminal; what it writes to standard error
/// goes to ours. Requests that need credentials while it runs wait for the same run.
actor ExecCredentialPlugin: CredentialSource {
    private let settings: ExecSettings
    private let cluster: JSONValue
    private let timeout: Duration
    private let now: @Sendable () -> Timestamp
    private var current: (credentials: Credentials, expiry: Timestamp?)?
    private var isRunning = false
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private var lastError: KubeError?

    init(
        _ settings: ExecSettings, cluster: JSONValue, timeout: Duration = .seconds(60),
        now: @escaping @Sendable () -> Timestamp = ExecCredentialPlugin.systemTime
    ) {
        self.settings = settings
        self.cluster = cluster
        self.timeout = timeout
        self.now = now
    }

    static let systemTime: @Sendable () -> Timestamp = {
        Timestamp(seconds: Int64(Date().timeIntervalSince1970))
    }

    func credentials() async throws(KubeError) -> Credentials {
        if let current, current.expiry.map({ now() < $0 }) ?? true { return current.credentials }
        try await runOnce()
        guard let current else { throw .configuration(error("the plugin gave no credentials")) }
        return current.credentials
    }

    func refresh(rejected: Credentials) async throws(KubeError) -> Bool {
        if current?.credentials == rejected { try await runOnce() }
        return current?.credentials != rejected
    }

    /// Runs the plugin, or waits for the run under way.
    private func runOnce() async throws(KubeError) {
        if isRunning {
            await withCheckedContinuation { waiters.append($0) }
        } else {
            isRunning = true
            await run()
            isRunning = false
            for waiter in waiters { waiter.resume() }
            waiters = []
        }
        if let lastError { throw lastError }
    }

    private func run() async {
        let (settings, info, timeout) = (settings, executionInfo, timeout)
        let result = await DedicatedThread.run {
            PluginProcess(settings: settings, executionInfo: info).output(within: timeout)
        }
        do throws(ConfigurationError) {
            switch result {
            case .success(let output): current = try read(output)
            case .failure(let failure): throw error(failure.message)
            }
            lastError = nil
        } catch {
            lastError = .configuration(error)
        }
    }

    /// The value of `KUBERNETES_EXEC_INFO`.
    private var executionInfo: String {
        var info: JSONValue = ["apiVersion": .string(settings.apiVersion), "kind": "ExecCredential"]
        info[path: "spec", "interactive"] = false
        if settings.providesClusterInfo { info[path: "spec", "cluster"] = cluster }
        return String(decoding: info.serialized(), as: UTF8.self)
    }

    /// What the plugin printed. Errors name fields, never values.
    private func read(
        _ output: [UInt8]
    ) throws(ConfigurationError) -> (credentials: Credentials, expiry: Timestamp?) {
        guard let json = try? JSONValue(parsing: output) else { throw error("the plugin did not print JSON") }
        let root = ConfigurationField(source: settings.place, path: "the plugin's answer", value: json)
        guard try root["kind"].string() == "ExecCredential" else {
            throw root["kind"].error("expected ExecCredential")
        }
        guard try root["apiVersion"].string() == settings.apiVersion else {
            throw root["apiVersion"].error("expected \(settings.apiVersion), as the kubeconfig says")
        }
        let status = root["status"]
        var credentials = Credentials()
        if let token = try status["token"].string() {
            try UserSettings.checkHeaderValue(token, status["token"])
            credentials = .bearer(Redacted(token))
        }
        credentials.clientCertificate = try status["clientCertificateData"].string().map { .data(Array($0.utf8)) }
        credentials.clientKey = try status["clientKeyData"].string().map { .data(Array($0.utf8)) }
        guard (credentials.clientCertificate == nil) == (credentials.clientKey == nil) else {
            throw status.error("clientCertificateData and clientKeyData need each other")
        }
        guard credentials != Credentials() else {
            throw status.error("expected a token, or clientCertificateData and clientKeyData")
        }
        let expiry = try status["expirationTimestamp"].string()
        guard let expiry else { return (credentials, nil) }
        guard let time = Timestamp(expiry) else {
            throw status["expirationTimestamp"].error("expected a time such as 2026-01-01T00:00:00Z")
        }
        return (credentials, time)
    }

    private func error(_ message: String) -> ConfigurationError {
        ConfigurationError(source: settings.place, message)
    }
}
