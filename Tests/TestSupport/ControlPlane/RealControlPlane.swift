internal import Base
internal import FoundationEssentials
internal import Glibc

/// etcd, kube-apiserver and kube-controller-manager as child processes on loopback, from the folder that
/// `KUBEBUILDER_ASSETS` names, as envtest has it.
public final class RealControlPlane: Sendable {
    /// Where the programs are; nil when the variable is not set.
    public static var assets: String? { ProcessInfo.processInfo.environment["KUBEBUILDER_ASSETS"] }

    public let folder: TemporaryFolder
    public let server: String
    private let assets: String
    private let ports: Ports
    private let processes = Lock<[String: ServerProcess]>([:])

    private struct Ports {
        var etcd: Int
        var peer: Int
        var server: Int
        var manager: Int
    }

    /// Starts all three and returns once the API server is ready.
    public init(assets: String, users: [ControlPlaneUser] = []) async throws {
        self.assets = assets
        folder = try TemporaryFolder()
        let free = try freePorts(4)
        ports = Ports(etcd: free[0], peer: free[1], server: free[2], manager: free[3])
        server = "https://127.0.0.1:\(free[2])"
        try await writeCertificates()
        try writeFiles(users: users)
        try await start("etcd", etcdArguments)
        try await start("kube-apiserver", serverArguments)
        try await waitUntilReady()
        try await start("kube-controller-manager", managerArguments + (try await insecurePortArguments()))
    }

    /// A kubeconfig of the administrator.
    public var kubeconfig: String { folder.path("admin.kubeconfig") }

    public var auditLog: String { folder.path("audit.log") }

    /// Writes a kubeconfig with another token.
    public func kubeconfig(token: String, name: String) throws -> String {
        try folder.write("\(name).kubeconfig", Kubeconfig(server: server, authority: "ca.crt", token: token).text)
    }

    public func stop() async throws {
        for name in ["kube-controller-manager", "kube-apiserver", "etcd"] {
            try await processes.withLock { $0.removeValue(forKey: name) }?.kill()
        }
    }

    /// Kills the API server and starts it again on the same data.
    public func restartServer() async throws {
        try await processes.withLock { $0.removeValue(forKey: "kube-apiserver") }?.kill()
        try await start("kube-apiserver", serverArguments)
        try await waitUntilReady()
    }

    /// Forgets the history of all objects, so that old resource versions are gone.
    public func compact() async throws {
        let url = "http://127.0.0.1:\(ports.etcd)/v3/kv"
        let range = try await run("curl", ["-sf", "\(url)/range", "-d", #"{"key":"AA=="}"#])
        guard let match = range.output.firstMatch(of: /"revision":"(\d+)"/) else {
            throw ControlPlaneError("etcd did not tell its revision: \(range.output)\(range.errors)")
        }
        let body = #"{"revision":"\#(match.1)","physical":true}"#
        let compaction = try await run("curl", ["-sf", "\(url)/compaction", "-d", body])
        guard compaction.isSuccess else { throw ControlPlaneError("compaction failed: \(compaction.errors)") }
    }

    // MARK: Processes

    private func start(_ name: String, _ arguments: [String]) async throws {
        let process = try await ServerProcess.start("\(assets)/\(name)", arguments, log: folder.path("\(name).log"))
        processes.withLock { $0[name] = process }
    }

    private func waitUntilReady() async throws {
        for _ in 0..<300 {
            let answer = try await run(
                "curl", ["-s", "--cacert", folder.path("ca.crt"), "\(server)/readyz"])
            if answer.output == "ok" { return }
            guard processes.withLock({ $0["kube-apiserver"]?.isRunning ?? false }) else { break }
            try await Task.sleep(for: .milliseconds(200))
        }
        let log = try folder.read("kube-apiserver.log").suffix(4000)
        throw ControlPlaneError("kube-apiserver is not ready: \(log)")
    }

    private var etcdArguments: [String] {
        let client = "http://127.0.0.1:\(ports.etcd)"
        let peer = "http://127.0.0.1:\(ports.peer)"
        return [
            "--data-dir", folder.path("etcd"), "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "default=\(peer)",
            "--unsafe-no-fsync",
        ]
    }

    private var serverArguments: [String] {
        [
            "--etcd-servers=http://127.0.0.1:\(ports.etcd)", "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1", "--secure-port=\(ports.server)", "--endpoint-reconciler-type=none",
            "--tls-cert-file=\(folder.path("apiserver.crt"))",
            "--tls-private-key-file=\(folder.path("apiserver.key"))", "--client-ca-file=\(folder.path("ca.crt"))",
            "--token-auth-file=\(folder.path("tokens.csv"))", "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/16", "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file=\(folder.path("sa.pub"))",
            "--service-account-signing-key-file=\(folder.path("sa.key"))", "--allow-privileged=true",
            "--cert-dir=\(folder.path("run"))", "--proxy-client-cert-file=\(folder.path("proxy.crt"))",
            "--proxy-client-key-file=\(folder.path("proxy.key"))",
            "--requestheader-client-ca-file=\(folder.path("ca.crt"))", "--requestheader-allowed-names=front-proxy",
            "--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            // Has it check who may block an owner's deletion, as some distributions do.
            "--enable-admission-plugins=OwnerReferencesPermissionEnforcement",
            "--audit-policy-file=\(folder.path("audit.yaml"))", "--audit-log-path=\(auditLog)",
        ]
    }

    private var managerArguments: [String] {
        [
            "--kubeconfig=\(kubeconfig)", "--bind-address=127.0.0.1", "--secure-port=\(ports.manager)",
            "--cert-dir=\(folder.path("run"))", "--leader-elect=false", "--use-service-account-credentials=false",
            "--service-account-private-key-file=\(folder.path("sa.key"))", "--root-ca-file=\(folder.path("ca.crt"))",
            "--horizontal-pod-autoscaler-sync-period=1s", "--horizontal-pod-autoscaler-downscale-stabilization=5s",
            "--controllers=deployment,replicaset,garbagecollector,endpoint,endpointslice,disruption,namespace,"
                + "resourcequota,serviceaccount,serviceaccount-token,horizontalpodautoscaling,root-ca-cert-publisher",
        ]
    }

    /// Before 1.24 there is a second port, fixed and open to every address, unless it is told off.
    private func insecurePortArguments() async throws -> [String] {
        let help = try await run("\(assets)/kube-controller-manager", ["--help"])
        return help.output.contains("--port int") ? ["--port=0"] : []
    }

    // MARK: Files

    private func writeFiles(users: [ControlPlaneUser]) throws {
        let all = [ControlPlaneUser(name: "admin", token: "admin-token", groups: ["system:masters"])] + users
        let lines = all.map { "\($0.token),\($0.name),\($0.name),\"\($0.groups.joined(separator: ","))\"" }
        try folder.write("tokens.csv", lines.joined(separator: "\n") + "\n")
        try folder.write(
            "audit.yaml",
            """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules: [{level: Metadata}]
            """)
        try folder.write(
            "admin.kubeconfig", Kubeconfig(server: server, authority: "ca.crt", token: "admin-token").text)
    }

    private func writeCertificates() async throws {
        let script = """
            set -e; cd "$1"
            ec="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365"
            openssl req -x509 $ec -subj /CN=test-ca -keyout ca.key -out ca.crt
            openssl req -x509 $ec -subj /CN=kube-apiserver -addext basicConstraints=critical,CA:FALSE \
              -addext subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc \
              -CA ca.crt -CAkey ca.key -keyout apiserver.key -out apiserver.crt
            openssl req -x509 $ec -subj /CN=front-proxy -addext basicConstraints=critical,CA:FALSE \
              -CA ca.crt -CAkey ca.key -keyout proxy.key -out proxy.crt
            openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out sa.key
            openssl pkey -in sa.key -pubout -out sa.pub
            """
        let result = try await run("sh", ["-c", script, "sh", folder.path])
        guard result.isSuccess else { throw ControlPlaneError("openssl failed: \(result.errors)") }
    }
}

/// A user of a control plane that a test asks for.
public struct ControlPlaneUser: Sendable {
    public var name: String
    public var token: String
    public var groups: [String]

    public init(name: String, token: String, groups: [String] = []) {
        self.name = name
        self.token = token
        self.groups = groups
    }
}

public struct ControlPlaneError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// A kubeconfig with one context.
public struct Kubeconfig: Sendable {
    var server: String
    /// A path, relative to the kubeconfig's folder or absolute; nil for the system's authorities or plain HTTP.
    var authority: String?
    var token: String

    public init(server: String, authority: String?, token: String) {
        self.server = server
        self.authority = authority
        self.token = token
    }

    public var text: String {
        """
        apiVersion: v1
        kind: Config
        current-context: test
        clusters: [{name: test, cluster: {server: "\(server)"\(authority.map { ", certificate-authority: \($0)" } ?? "")}}]
        users: [{name: test, user: {token: \(token)}}]
        contexts: [{name: test, context: {cluster: test, user: test}}]
        """
    }
}

/// Where the next search for a free port begins: below the ports that the kernel gives to connections, which would take
/// one between our looking and a server's listening. Every process begins elsewhere.
private let nextPort = Lock(Int.random(in: 20_000..<31_000))

/// Ports of loopback that nobody listens on, for servers that cannot be told to choose for themselves.
public func freePorts(_ count: Int) throws -> [Int] {
    var ports: [Int] = []
    for _ in 0..<10_000 where ports.count < count {
        let port = nextPort.withLock { next in
            next = next < 32_000 ? next + 1 : 20_000
            return next
        }
        if try isFree(port) { ports.append(port) }
    }
    guard ports.count == count else { throw ControlPlaneError("no free ports from 20000 to 32000") }
    return ports
}

private func isFree(_ port: Int) throws -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw ControlPlaneError("no socket: errno \(errno)") }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    address.sin_port = UInt16(port).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
