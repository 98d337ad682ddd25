import HTTPServer
import KubeCore

/// Between HTTP and the cluster: reads the request, authenticates it, lets faults happen, logs it.
struct RequestHandler: Sendable {
    let cluster: SimulatedCluster
    let log: RequestLog
    let faults: FaultInjector
    let authenticator: Authenticator

    func answer(_ http: HTTPServer.Request) async -> HTTPServer.Response {
        guard var request = Self.request(http) else {
            return Self.response(APIResponse(failure: .badRequest("the path or the query is badly encoded")))
        }
        let attributes = RequestAttributes(request)
        let agent = request.headers["user-agent"] ?? ""
        do throws(Status) {
            request.user = try authenticator.user(authorization: http.headers["authorization"], path: request.path)
        } catch {
            return finish(APIResponse(failure: error), attributes, user: "", agent, [])
        }
        let effects = faults.effects(on: attributes, userAgent: agent)
        let response = await carryOut(request, effects)
        return finish(response, attributes, user: request.user.name, agent, effects)
    }

    private func carryOut(_ request: APIRequest, _ effects: [Fault.Effect]) async -> APIResponse {
        for effect in effects {
            switch effect {
            case .failure(let status): return APIResponse(failure: status)
            case .delay(let delay):
                do {
                    try await cluster.configuration.clock.sleep(for: delay)
                } catch {
                    // The client is gone, so nobody reads this; what matters is that the request is not carried out.
                    return APIResponse(failure: Status(code: 504, reason: "Timeout", message: "cancelled"))
                }
            case .cut, .duplicateEvents, .lateEvents: break
            }
        }
        return cluster.respond(to: request)
    }

    private func finish(
        _ response: APIResponse, _ attributes: RequestAttributes, user: String, _ agent: String,
        _ effects: [Fault.Effect]
    ) -> HTTPServer.Response {
        log.append(
            RequestRecord(
                attributes: attributes, user: user, userAgent: agent, status: response.status,
                isFaulty: !effects.isEmpty))
        var response = response
        if case .stream(let stream) = response.body {
            response.body = .stream(FaultyStream.apply(effects, to: stream, clock: cluster.configuration.clock))
        }
        let http = Self.response(response)
        for case .cut(let count) in effects { return Self.cut(http, response.body, after: count) }
        return http
    }

    // MARK: Translation

    /// Nil when the encoding of the path or the query is malformed.
    private static func request(_ http: HTTPServer.Request) -> APIRequest? {
        guard let segments = http.pathSegments, let query = http.queryItems else { return nil }
        var headers: [String: String] = [:]
        for (name, value) in http.headers {
            // The token ends here.
            let name = name.lowercased()
            guard name != "authorization" else { continue }
            headers[name] = headers[name].map { $0 + ", " + value } ?? value
        }
        return APIRequest(
            method: http.method, path: "/" + segments.joined(separator: "/"), query: query, headers: headers,
            body: http.body)
    }

    private static func response(_ response: APIResponse) -> HTTPServer.Response {
        var headers = HeaderFields()
        for (name, value) in response.headers { headers.append(name, value) }
        switch response.body {
        case .bytes(let bytes):
            return HTTPServer.Response(status: response.status, headers: headers, body: .bytes(bytes))
        case .stream(let stream): return .streaming(status: response.status, headers: headers, stream)
        }
    }

    /// The answer with a body that ends after some bytes without its proper end.
    private static func cut(
        _ response: HTTPServer.Response, _ body: APIResponse.Body, after limit: Int
    ) -> HTTPServer.Response {
        var cut = response
        cut.body = .stream { writer in
            var left = limit
            switch body {
            case .bytes(let bytes): try await writer.write(Array(bytes.prefix(left)))
            case .stream(let stream):
                while left > 0, let chunk = await stream.next() {
                    try await writer.write(Array(chunk.prefix(left)))
                    left -= chunk.count
                }
            }
            throw CutConnection()
        }
        return cut
    }

    /// The reason that `cut` leaves by; only the server sees it.
    private struct CutConnection: Error {}
}
