internal import Base
public import HTTPTransport
public import KubeClient
internal import KubeCore

/// Clients of a cluster's live Service, and the part of kube-proxy that sends them to its pods: a new request goes to a
/// ready pod that the selector names, as it was up to a fifth of a second ago.
public final class ServiceClients: Sendable {
    /// What became of the requests.
    public struct Tally: Sendable, Hashable {
        public var answered = 0
        /// The first words of what went wrong.
        public var failures: [String] = []
        /// Pods that a request was sent to, by the revision in their labels.
        public var revisions: [String: Int] = [:]
    }

    private let client: KubeClient
    private let transport: any Transport
    private let namespace: String
    private let service: String
    private let model: String
    private let state = Lock((tally: Tally(), pods: [(address: String, revision: String)]()))

    public init(
        _ client: KubeClient, transport: any Transport, namespace: String, service: String = "r1",
        model: String = "deepseek-r1"
    ) {
        self.client = client
        self.transport = transport
        self.namespace = namespace
        self.service = service
        self.model = model
    }

    public var tally: Tally { state.withLock { $0.tally } }

    /// Sends requests, `width` at a time, for as long as `body` takes.
    public func whileAsking<Result: Sendable>(
        width: Int = 4, tokens: Int = 4, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await refresh()
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { [self] in
                while !Task.isCancelled {
                    try await Task.sleep(for: .milliseconds(150))
                    try? await refresh()
                }
                return nil
            }
            for _ in 0..<width {
                group.addTask { [self] in
                    while !Task.isCancelled { await ask(tokens) }
                    return nil
                }
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let result = try await group.next() { if let result { return result } }
            throw NotInTime(description: "the clients ended by themselves")
        }
    }

    /// Opens a stream of so many tokens on a pod that the Service selects now.
    public func openStream(tokens: Int) async throws -> (revision: String, stream: StreamedResponse) {
        try await refresh()
        guard let pod = state.withLock({ $0.pods.randomElement() }) else {
            throw NotInTime(description: "the Service selects no ready pod")
        }
        return (pod.revision, try await transport.stream(request(pod.address, tokens, streams: true)))
    }

    private func ask(_ tokens: Int) async {
        guard let pod = state.withLock({ $0.pods.randomElement() }) else {
            try? await Task.sleep(for: .milliseconds(20))
            return
        }
        let failure: String?
        do {
            let answer = try await transport.send(request(pod.address, tokens, streams: false))
            failure = answer.status == 200 ? nil : "status \(answer.status)"
        } catch {
            if error.kind == .cancelled { return }
            failure = "\(error)"
        }
        state.withLock { state in
            state.tally.revisions[pod.revision, default: 0] += 1
            guard let failure else {
                state.tally.answered += 1
                return
            }
            if state.tally.failures.count < 1000 {
                state.tally.failures.append("\(pod.revision) at \(pod.address): \(failure)")
            }
        }
        try? await Task.sleep(for: .milliseconds(10))
    }

    private func request(_ address: String, _ tokens: Int, streams: Bool) -> HTTPRequest {
        let body = #"{"model":"\#(model)","prompt":"hi","max_tokens":\#(tokens),"stream":\#(streams)}"#
        return HTTPRequest(
            method: "POST", url: "http://\(address):8000/v1/completions",
            headers: ["Content-Type": "application/json"], body: Array(body.utf8), timeout: .seconds(20))
    }

    private func refresh() async throws {
        let live = try await Api<Service>(client, namespace: namespace).getIfExists(service)
        let selector = live?.spec?.selector ?? [:]
        guard !selector.isEmpty else { return state.withLock { $0.pods = [] } }
        let text = selector.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        let list = try await Api<Pod>(client, namespace: namespace).list(ListOptions(labelSelector: text))
        let pods = list.items.compactMap { pod -> (address: String, revision: String)? in
            guard !pod.metadata.isBeingDeleted, pod.status?.conditions?[type: "Ready"]?.status == .true,
                let address = pod.status?.podIP
            else { return nil }
            return (address, pod.metadata.labels?["serving.deepseek.io/revision"] ?? "")
        }
        state.withLock { $0.pods = pods }
    }
}
