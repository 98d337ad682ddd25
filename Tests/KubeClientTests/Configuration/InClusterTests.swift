import Base
import HTTPTransport
import KubeClient
import TestSupport
import Testing

@Suite struct InClusterTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("ca.crt", "-----BEGIN CERTIFICATE-----\n")
        try directory.write("token", "t1\n")
        try directory.write("namespace", "team\n")
    }

    private func load(_ host: String?, _ port: String?) throws -> ClientConfiguration {
        var environment: [String: String] = [:]
        environment["KUBERNETES_SERVICE_HOST"] = host
        environment["KUBERNETES_SERVICE_PORT"] = port
        return try .inCluster(environment: environment, directory: directory.path)
    }

    @Test func readsThePodsServiceAccount() async throws {
        let configuration = try load("10.0.0.1", "443")
        #expect(configuration.server == "https://10.0.0.1:443")
        #expect(configuration.tls.certificateAuthority == .file("\(directory.path)/ca.crt"))
        #expect(configuration.defaultNamespace == "team")
        #expect(try await configuration.credentials.credentials() == .bearer(Redacted("t1")))
        #expect(try load("fd00::1", "6443").server == "https://[fd00::1]:6443")
    }

    @Test(
        arguments: [
            (nil, "443", "KUBERNETES_SERVICE_HOST: is not set"), ("h", nil, "KUBERNETES_SERVICE_PORT: is \"\""),
            ("h", "0", "KUBERNETES_SERVICE_PORT: is \"0\""), ("h", "x", "KUBERNETES_SERVICE_PORT: is \"x\""),
        ] as [(String?, String?, String)])
    func aBadEnvironmentIsNamed(_ host: String?, _ port: String?, _ message: String) {
        let error = #expect(throws: ConfigurationError.self) { try load(host, port) }
        #expect(error?.description.hasPrefix(message) == true)
    }

    @Test func missingFilesAreNamed() throws {
        let empty = try TemporaryDirectory()
        let environment = ["KUBERNETES_SERVICE_HOST": "h", "KUBERNETES_SERVICE_PORT": "1"]
        let authority = #expect(throws: ConfigurationError.self) {
            try ClientConfiguration.inCluster(environment: environment, directory: empty.path)
        }
        #expect(authority?.description == "\(empty.path)/ca.crt: no such file; the pod needs a service account")
        try empty.write("ca.crt", "x")
        let token = #expect(throws: ConfigurationError.self) {
            try ClientConfiguration.inCluster(environment: environment, directory: empty.path)
        }
        #expect(token?.description == "\(empty.path)/token: no such file")
        try empty.write("token", " \n")
        let blank = #expect(throws: ConfigurationError.self) {
            try ClientConfiguration.inCluster(environment: environment, directory: empty.path)
        }
        #expect(blank?.description == "\(empty.path)/token: the file holds no token")
    }
}
