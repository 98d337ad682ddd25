/// Builds a response's head from header lines as libcurl hands them over, one a call.
struct ResponseHeadParser {
    struct Head: Equatable {
        let status: Int
        let headers: HTTPHeaders
    }

    static let maxBytes = 256 << 10

    private var status: Int?
    private var headers = HTTPHeaders()
    private var bytes = 0
    private var isComplete = false

    /// Takes a line and returns the head when this line ended it. Informational responses (1xx) are skipped, and
    /// trailers after the body are ignored.
    mutating func push(_ line: some Collection<UInt8>) throws(TransportError) -> Head? {
        guard !isComplete else { return nil }
        bytes += line.count
        guard bytes <= Self.maxBytes else {
            throw TransportError(.tooLarge, "the response's headers are longer than \(Self.maxBytes) bytes")
        }
        let text = Self.trimmed(String(decoding: line, as: UTF8.self))
        if text.isEmpty { return try endOfHead() }
        if status == nil {
            status = try Self.status(of: text)
        } else if let colon = text.firstIndex(of: ":") {
            headers.add(name: String(text[..<colon]), value: Self.trimmed(String(text[text.index(after: colon)...])))
        }
        return nil
    }

    private mutating func endOfHead() throws(TransportError) -> Head? {
        guard let status else { throw TransportError(.protocolViolation, "the response has no status line") }
        if (100..<200).contains(status) {
            self.status = nil
            headers = HTTPHeaders()
            return nil
        }
        isComplete = true
        return Head(status: status, headers: headers)
    }

    /// `HTTP/1.1 200 OK` or `HTTP/2 200`.
    private static func status(of line: String) throws(TransportError) -> Int {
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), words[1].utf8.count == 3, let status = Int(words[1]),
            (100..<1000).contains(status)
        else { throw TransportError(.protocolViolation, "the response's status line is malformed") }
        return status
    }

    private static func trimmed(_ text: String) -> String {
        let blank: Set<UInt8> = [0x20, 0x09, 0x0D, 0x0A]
        let bytes = text.utf8
        guard let first = bytes.firstIndex(where: { !blank.contains($0) }),
            let last = bytes.lastIndex(where: { !blank.contains($0) })
        else { return "" }
        return String(text[first...last])
    }
}
