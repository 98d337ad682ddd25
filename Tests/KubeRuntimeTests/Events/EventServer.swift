import Base
import HTTPTransport
import KubeClient
import KubeCore
import TestSupport

/// An API server that takes events and answers as a test says.
final class EventServer: Sendable {
    struct Write: Sendable {
        var method: String
        var path: String
        var body: JSONValue
    }

    typealias Answer = @Sendable (_ number: Int, Write) async throws(TransportError) -> FakeResponse

    /// Everything but discovery, whether answered yet or not.
    let writes = Recorder<Write>()
    private let hasNewAPI: Bool
    private let answer: Answer

    /// - Parameter answer: to the write of this number, counted from 0.
    init(hasNewAPI: Bool = true, answer: @escaping Answer = { _, _ in .json("{}") }) {
        self.hasNewAPI = hasNewAPI
        self.answer = answer
    }

    /// A client that repeats nothing by itself.
    var client: KubeClient {
        let transport = FakeTransport { [self] request throws(TransportError) in try await respond(request) }
        return KubeClient(
            configuration: ClientConfiguration(server: "http://h"), transport: transport, retryPolicy: .none)
    }

    private func respond(_ request: HTTPRequest) async throws(TransportError) -> FakeResponse {
        let path = request.url.replacing("http://h", with: "")
        if path == "/apis" {
            let group =
                #"{"name":"events.k8s.io","versions":[{"groupVersion":"events.k8s.io/v1","version":"v1"}]}"#
            return .json(#"{"groups":[\#(hasNewAPI ? group : "")]}"#)
        }
        let body = (try? JSONValue(parsing: request.body ?? [])) ?? .null
        let write = Write(method: request.method, path: path, body: body)
        let number = numbers.withLock { number in
            defer { number += 1 }
            return number
        }
        writes.record(write)
        return try await answer(number, write)
    }

    private let numbers = Lock(0)
}
