internal import Base
internal import Glibc
public import KubeClient
internal import KubeCore
internal import SimulatedEngines

/// Puts a simulated engine behind the address of every running pod, as its image says: the part of a kubelet that
/// `SimulatedNodes` leaves out. It is there before the pod is ready, as long as loading takes longer than a look.
///
/// Annotations of a pod say how its engine behaves: `simulation.deepseek.io/first-token-milliseconds`,
/// `token-milliseconds` and `error-percent`.
public final class EngineFleet: Sendable {
    private struct Member {
        var engine: SimulatedEngine
        var task: Task<Void, any Error>
    }

    private let client: KubeClient
    private let members = Lock<[String: Member]>([:])

    public init(client: KubeClient) { self.client = client }

    /// Of a pod with an engine, running and waiting.
    public func requestsInFlight(ofPod uid: String) -> Int? {
        members.withLock { $0[uid]?.engine.load }.map { $0.running + $0.waiting }
    }

    /// Follows the pods until the task is cancelled.
    public func run() async throws {
        let pods = Api<JSONValue>(client, Pod.resourceType)
        while !Task.isCancelled {
            do throws(KubeError) {
                follow(try await pods.list().items)
            } catch {
                // The API server is not up yet, or restarts: the pods' engines go on meanwhile.
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func follow(_ pods: [JSONValue]) {
        let running = Dictionary(
            pods.filter { $0[path: "status", "phase"]?.stringValue == "Running" }.compactMap { pod in
                pod[path: "metadata", "uid"]?.stringValue.map { ($0, pod) }
            }
        ) { first, _ in first }
        let gone = members.withLock { members in
            let gone = members.filter { running[$0.key] == nil }
            for uid in gone.keys { members[uid] = nil }
            return gone
        }
        // The end of the grace period: whoever still streams is cut off.
        for member in gone.values { member.engine.kill() }
        for (uid, pod) in running where members.withLock({ $0[uid] }) == nil { start(uid, pod) }
    }

    private func start(_ uid: String, _ pod: JSONValue) {
        guard let address = pod[path: "status", "podIP"]?.stringValue, address.hasPrefix("127."),
            let container = pod[path: "spec", "containers"]?[0], let kind = Self.kind(container)
        else { return }
        let port = container[path: "ports"]?[0]?["containerPort"]?.intValue ?? 8000
        do {
            let engine = try SimulatedEngine(
                Self.configuration(kind, container, pod), host: address, port: UInt16(clamping: port))
            let task = Task { try await engine.run() }
            members.withLock { $0[uid] = Member(engine: engine, task: task) }
        } catch {
            print("engine of \(address): \(error)")
        }
    }

    // MARK: Reading

    private static func kind(_ container: JSONValue) -> EngineKind? {
        let image = container["image"]?.stringValue ?? ""
        let parts: [(String, EngineKind)] = [("vllm", .vllm), ("sglang", .sglang), ("tensorrt", .tensorRTLLM)]
        return parts.first { image.contains($0.0) }?.1
    }

    private static func configuration(
        _ kind: EngineKind, _ container: JSONValue, _ pod: JSONValue
    ) -> SimulatedEngine.Configuration {
        let words = ["command", "args"].flatMap { container[$0]?.arrayValue ?? [] }.compactMap(\.stringValue)
        let flag = words.firstIndex(of: "--served-model-name")
        let model = flag.flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
        func number(_ key: String) -> Int? {
            pod[path: ["metadata", "annotations", "simulation.deepseek.io/\(key)"]]?.stringValue.flatMap { Int($0) }
        }
        var configuration = SimulatedEngine.Configuration(kind, model: model ?? "")
        number("first-token-milliseconds").map { configuration.firstTokenTime = .milliseconds($0) }
        number("token-milliseconds").map { configuration.tokenTime = .milliseconds($0) }
        number("error-percent").map { configuration.errorPercent = $0 }
        return configuration
    }
}
