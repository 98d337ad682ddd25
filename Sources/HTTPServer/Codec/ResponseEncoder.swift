/// Writes the head of a response, and chunks.
enum ResponseEncoder {
    /// How the client finds the end of the body.
    enum Framing: Equatable {
        case none
        case length(Int)
        case chunked
        case untilClose
    }

    static let lastChunk: [UInt8] = Array("0\r\n\r\n".utf8)
    static let continueHead: [UInt8] = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// The status line and header fields, with room for `bodyBytes` more.
    static func head(
        status: Int, headers: HeaderFields, framing: Framing, closes: Bool, date: String, bodyBytes: Int = 0
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(160 + headers.storage.count + 4 * headers.count + bodyBytes)
        bytes.append(contentsOf: "HTTP/1.1 \(status) \(StatusCode.reason(status))\r\nDate: \(date)\r\n".utf8)
        headers.forEachField { name, value in
            guard !isOwned(name) else { return }
            bytes.append(contentsOf: name)
            bytes.append(HTTPGrammar.colon)
            bytes.append(HTTPGrammar.space)
            bytes.append(contentsOf: value)
            bytes.append(contentsOf: "\r\n".utf8)
        }
        switch framing {
        case .none, .untilClose: break
        case .length(let length): bytes.append(contentsOf: "Content-Length: \(length)\r\n".utf8)
        case .chunked: bytes.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
        }
        bytes.append(contentsOf: closes ? "Connection: close\r\n\r\n".utf8 : "\r\n".utf8)
        return bytes
    }

    /// One chunk. `bytes` must not be empty: an empty chunk would end the body.
    static func chunk(_ bytes: [UInt8]) -> [UInt8] {
        var chunk: [UInt8] = []
        chunk.reserveCapacity(bytes.count + 20)
        chunk.append(contentsOf: String(bytes.count, radix: 16).utf8)
        chunk.append(contentsOf: "\r\n".utf8)
        chunk.append(contentsOf: bytes)
        chunk.append(contentsOf: "\r\n".utf8)
        return chunk
    }

    /// Fields that only the server can know; a handler's own would contradict them.
    private static func isOwned(_ name: ArraySlice<UInt8>) -> Bool {
        HTTPGrammar.equals(name, ignoringCaseOf: "content-length")
            || HTTPGrammar.equals(name, ignoringCaseOf: "transfer-encoding")
            || HTTPGrammar.equals(name, ignoringCaseOf: "connection")
            || HTTPGrammar.equals(name, ignoringCaseOf: "date")
    }
}
