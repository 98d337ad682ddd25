internal import FoundationEssentials
internal import HTTPTransport
internal import KubeCore

extension Status {
    /// The Status in a failed response's body, or one made from the HTTP status when a proxy answered, or a server
    /// that is not Kubernetes.
    init(response: HTTPResponse) {
        let json = try? JSONValue(parsing: response.body)
        if let json, json["kind"]?.stringValue == "Status", var status: Status = try? json.decoded() {
            status.code = status.code ?? response.status
            self = status
            return
        }
        let isText = response.headers["Content-Type"]?.hasPrefix("text/plain") ?? false
        let text = isText ? String(decoding: response.body.prefix(200), as: UTF8.self).trimmedOfBlanks : ""
        let message = "the server answered \(response.status) without a Status" + (text.isEmpty ? "" : ": \(text)")
        self.init(code: response.status, reason: Self.reason(for: response.status), message: message)
    }

    /// The reasons of metav1.StatusReason.
    private static func reason(for code: Int) -> String {
        switch code {
        case 400: "BadRequest"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "NotFound"
        case 405: "MethodNotAllowed"
        case 406: "NotAcceptable"
        case 409: "Conflict"
        case 410: "Gone"
        case 413: "RequestEntityTooLarge"
        case 415: "UnsupportedMediaType"
        case 422: "Invalid"
        case 429: "TooManyRequests"
        case 500: "InternalError"
        case 503: "ServiceUnavailable"
        case 504: "Timeout"
        default: "Unknown"
        }
    }
}

extension String {
    /// Without white space at either end.
    var trimmedOfBlanks: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
