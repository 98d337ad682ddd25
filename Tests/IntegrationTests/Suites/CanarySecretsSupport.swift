import Base
import FoundationEssentials
import HTTPServer
import Telemetry

/// Secrets that are recognised wherever they turn up.
struct Canaries: Sendable {
    let mark = "canary\(UInt64.random(in: 0 ... .max))"

    /// A secret of its own for each place.
    func secret(_ place: String) -> String { "\(mark)-\(place)" }

    /// Whether a text holds any of them, as it is or in base64.
    func isIn(_ text: String) -> Bool {
        if text.contains(mark) { return true }
        return text.split { !($0.isLetter || $0.isNumber || "+/=".contains($0)) }.contains { word in
            guard word.count >= 8, let data = Data(base64Encoded: String(word)) else { return false }
            return String(decoding: data, as: UTF8.self).contains(mark)
        }
    }
}

/// Everything that a test hears of: log lines, errors, pages.
final class Overheard: LogSink {
    private let content = Lock("")

    var text: String { content.withLock { $0 } }

    func write(_ line: [UInt8]) { add(String(decoding: line, as: UTF8.self)) }

    func add(_ text: String) { content.withLock { $0 += text + "\n" } }
}

/// A server that answers badly and repeats the request's headers.
struct EchoServer: Sendable {
    enum Failure: String, CaseIterable, Sendable {
        case unauthorized, forbidden, internalError, malformed
    }

    /// In every answer, to see that the answer's words arrive where secrets might.
    static let marker = "the-echo-was-here"

    private let requests = Lock(0)
    let failure: Failure

    var count: Int { requests.withLock { $0 } }

    func withServer<Result: Sendable>(_ body: (String) async throws -> Result) async throws -> Result {
        try await HTTPServer.withServer(.init()) { [self] request in
            requests.withLock { $0 += 1 }
            return answer(request)
        } body: { server in
            try await body("http://127.0.0.1:\(server.port)")
        }
    }

    private func answer(_ request: HTTPServer.Request) -> HTTPServer.Response {
        if request.path == "/apis" { return json(200, #"{"kind":"APIGroupList","groups":[]}"#) }
        let echo = Self.marker + " " + request.headers.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
        let text = echo.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        func status(_ code: Int, _ reason: String) -> HTTPServer.Response {
            // Of Kubernetes and of Prometheus alike.
            json(
                code,
                #"{"kind":"Status","status":"Failure","message":"\#(text)","reason":"\#(reason)","code":\#(code),"#
                    + #""error":"\#(text)","errorType":"\#(text)"}"#)
        }
        switch failure {
        case .unauthorized: return status(401, "Unauthorized")
        case .forbidden: return status(403, "Forbidden")
        case .internalError: return status(500, "InternalError")
        case .malformed:
            // Every field that should be something else is the echo.
            let result = #"{"resultType":"vector","result":[{"metric":{},"value":[1,"\#(text)"]}]}"#
            return json(
                200,
                #"{"kind":"\#(text)","status":"success","items":"\#(text)","metadata":"\#(text)","warnings":["\#(text)"],"#
                    + #""data":\#(result)}"#)
        }
    }

    private func json(_ status: Int, _ text: String) -> HTTPServer.Response {
        HTTPServer.Response(
            status: status, headers: ["Content-Type": "application/json"], body: .bytes(Array(text.utf8)))
    }
}
