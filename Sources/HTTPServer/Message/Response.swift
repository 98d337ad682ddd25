extension HTTPServer {
    /// An answer. `Content-Length`, `Transfer-Encoding`, `Connection` and `Date` belong to the server: set nothing of
    /// them in `headers`.
    public struct Response: Sendable {
        /// The status code, 200...599.
        public var status: Int
        /// Header fields beside those that the server adds.
        public var headers: HeaderFields
        /// What follows the head.
        public var body: Body

        /// The two forms of a body.
        public enum Body: Sendable {
            /// A complete body, sent with its length.
            case bytes([UInt8])
            /// A body of unknown length, sent in chunks (to an HTTP/1.0 client until the connection closes).
            ///
            /// The closure's end ends the body. An error it throws cuts the connection, so that the client sees an
            /// incomplete body. When the client goes away, the task is cancelled and `write` throws.
            case stream(@Sendable (ResponseBodyWriter) async throws -> Void)
        }

        /// An answer with the given parts.
        public init(status: Int, headers: HeaderFields = HeaderFields(), body: Body = .bytes([])) {
            self.status = status
            self.headers = headers
            self.body = body
        }

        /// A plain-text answer; a line feed is added.
        public static func text(_ text: String, status: Int = 200) -> Response {
            Response(
                status: status, headers: ["Content-Type": "text/plain; charset=utf-8"],
                body: .bytes(Array((text + "\n").utf8)))
        }

        /// A body that follows a sequence of chunks, with back-pressure.
        public static func streaming<Chunks: AsyncSequence & Sendable>(
            status: Int = 200, headers: HeaderFields = HeaderFields(), _ chunks: Chunks
        ) -> Response where Chunks.Element == [UInt8] {
            Response(
                status: status, headers: headers,
                body: .stream { writer in for try await chunk in chunks { try await writer.write(chunk) } })
        }
    }
}

extension HeaderFields: ExpressibleByDictionaryLiteral {
    /// The fields in the order written. One that `append` refuses is a programming error: an assertion, and left out.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements {
            let appended = append(name, value)
            assert(appended, "invalid header field \(name)")
        }
    }
}
