internal import Base
public import HTTPTransport

/// What a ``FakeTransport`` answers.
public struct FakeResponse: Sendable {
    public var status: Int
    public var headers: HTTPHeaders
    public var body: ResponseBody

    public init(status: Int = 200, headers: HTTPHeaders = [:], body: ResponseBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON text as the whole body.
    public static func json(_ text: String, status: Int = 200, headers: HTTPHeaders = [:]) -> FakeResponse {
        var headers = headers
        headers["Content-Type"] = headers["Content-Type"] ?? "application/json"
        return chunks([Array(text.utf8)], status: status, headers: headers)
    }

    /// A body in these pieces.
    public static func chunks(
        _ chunks: [[UInt8]], status: Int = 200, headers: HTTPHeaders = [:]
    ) -> FakeResponse {
        let pipe = BodyPipe()
        for chunk in chunks { pipe.send(chunk) }
        pipe.finish()
        return FakeResponse(status: status, headers: headers, body: pipe.body)
    }

    /// A failure with the Status that an API server sends.
    public static func failure(
        _ code: Int, reason: String, message: String = "refused", headers: HTTPHeaders = [:]
    ) -> FakeResponse {
        json(
            #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"\#(message)","reason":"\#(reason)","code":\#(code)}"#,
            status: code, headers: headers)
    }
}

/// A transport that answers in memory as a test says, and keeps the requests.
public final class FakeTransport: Transport {
    public typealias Handler = @Sendable (HTTPRequest) async throws(TransportError) -> FakeResponse

    private let handler: Handler
    private let log = Lock<[HTTPRequest]>([])

    public init(_ handler: @escaping Handler) { self.handler = handler }

    /// Answers one request after the other with these; further ones fail to connect.
    public convenience init(answers: [FakeResponse]) {
        let remaining = Lock(answers)
        self.init { _ throws(TransportError) in
            let next = remaining.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            guard let next else { throw TransportError(.connect, "no answer is left") }
            return next
        }
    }

    /// What was asked so far.
    public var requests: [HTTPRequest] { log.withLock { $0 } }

    public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let response = try await stream(request)
        let body = try await response.body.collect(maxBytes: request.maxResponseBytes)
        return HTTPResponse(status: response.status, headers: response.headers, body: body)
    }

    public func stream(_ request: HTTPRequest) async throws(TransportError) -> StreamedResponse {
        log.withLock { $0.append(request) }
        let response = try await handler(request)
        return StreamedResponse(status: response.status, headers: response.headers, body: response.body)
    }
}
