@testable import HTTPServer

/// All that a parser makes of some bytes, in a form that can be compared.
struct ParserOutput: Equatable, CustomStringConvertible {
    var requests: [String] = []
    var error: RequestError?

    /// Parses the bytes in parts of the given lengths (the last length repeats).
    init(_ bytes: [UInt8], limits: RequestLimits = RequestLimits(), parts: [Int] = [.max]) {
        var parser = RequestParser(limits: limits)
        var start = 0
        var index = 0
        do throws(RequestError) {
            while start < bytes.count {
                let end = start + min(bytes.count - start, parts[min(index, parts.count - 1)])
                parser.append(Array(bytes[start..<end]).span)
                (start, index) = (end, index + 1)
                while let event = try parser.next() {
                    guard case .request(let parsed) = event else { continue }
                    requests.append(Self.describe(parsed))
                }
            }
        } catch {
            self.error = error
        }
    }

    init(_ text: String, limits: RequestLimits = RequestLimits(), parts: [Int] = [.max]) {
        self.init(Array(text.utf8), limits: limits, parts: parts)
    }

    private static func describe(_ parsed: ParsedRequest) -> String {
        let request = parsed.request
        let fields = request.headers.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
        return "\(request.method) \(request.path) \(request.query ?? "-") [\(fields)] "
            + "\(String(decoding: request.body, as: UTF8.self)) \(parsed.isHTTP10) \(parsed.keepsAlive)"
    }

    var description: String { "\(requests) \(error.map(\.description) ?? "")" }
}
