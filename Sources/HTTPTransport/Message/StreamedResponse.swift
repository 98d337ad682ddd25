/// A response whose body is still arriving.
public struct StreamedResponse: Sendable {
    public let status: Int
    public let headers: HTTPHeaders
    public let body: ResponseBody

    public init(status: Int, headers: HTTPHeaders = [:], body: ResponseBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
