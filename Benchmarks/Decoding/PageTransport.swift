import HTTPTransport

/// An API server without a network: hands out the pages of one list, then the lines of one watch, then is silent.
struct PageTransport: Transport {
    let pages: [[UInt8]]
    /// What a watch brings, one line each.
    let events: [[UInt8]]

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let token = request.url.split(separator: "&").lazy.flatMap { $0.split(separator: "?") }
            .first { $0.hasPrefix("continue=") }?.dropFirst("continue=".count)
        guard let page = token.map({ Int($0) }) ?? 0, pages.indices.contains(page) else {
            throw TransportError(.protocolViolation, "no page \(token ?? "")")
        }
        return HTTPResponse(status: 200, body: pages[page])
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> StreamedResponse {
        let lines = LineCursor(events)
        let body = ResponseBody {
            () async throws(TransportError) -> [UInt8]? in
            if let line = lines.next() { return line }
            do { try await Task.sleep(for: .seconds(3600)) } catch { throw TransportError(.cancelled, "cancelled") }
            return nil
        } cancel: {
        }
        return StreamedResponse(status: 200, body: body)
    }
}
