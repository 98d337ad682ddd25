import FoundationEssentials
import TestSupport

/// The operator as it was built, in a process of its own that watches one scene's namespace.
struct OperatorProcess {
    let process: ServerProcess
    private let folder: TemporaryFolder

    /// - Parameters:
    ///   - name: what its identity begins with.
    ///   - kubeconfig: who it is to the API server; the administrator when nil.
    init(_ scene: Scene, name: String, _ flags: [String] = [], kubeconfig: String? = nil) async throws {
        folder = try TemporaryFolder()
        process = try await ServerProcess.start(
            Self.program,
            [
                "run", "--kubeconfig=\(kubeconfig ?? scene.cluster.kubeconfig)", "--namespaces=\(scene.namespace)",
                "--metrics-bind-address=0", "--health-probe-bind-address=0",
            ] + flags, environment: ["POD_NAME": name], log: folder.path("log"))
    }

    /// Built next to the tests.
    static var program: String {
        get throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return tests.split(separator: "/").dropLast().reduce(into: "") { $0 += "/" + $1 } + "/deepseek-operator"
        }
    }

    /// What it logged, for a failure's message.
    var log: String {
        get throws { try folder.read("log") + folder.read("log.err") }
    }
}
