/// A strict, incremental HTTP/1.1 request parser: bytes in, requests out, no I/O.
///
/// Guarantees: the same bytes give the same events however they are cut; at most one request is taken at a time, the
/// bytes of the next ones stay; memory is bounded by the limits and by what the caller appends; after an error every
/// further call throws the same error. Anything that two implementations could read differently is an error.
public struct RequestParser {
    /// What the bytes amount to.
    public enum Event: Sendable {
        /// A head came whose client waits for `100 Continue` before it sends the body.
        case expectsContinue
        /// A whole request.
        case request(ParsedRequest)
    }

    private enum Phase {
        case head(HeadParser)
        case body(remaining: Int)
        case chunkSize
        case chunkData(remaining: Int)
        case chunkEnd
        case trailers(HeadParser)
        case failed(RequestError)
    }

    /// A chunk-size line longer than this is refused, extensions included.
    private static let chunkLineLimit = 256

    private let limits: RequestLimits
    private var input = InputBuffer()
    private var phase = Phase.head(HeadParser())
    private var head = RequestHead()
    private var body: [UInt8] = []
    /// Bytes of head, chunk extensions and trailers of the current request.
    private var overhead = 0

    /// A parser at the start of a connection.
    public init(limits: RequestLimits = RequestLimits()) { self.limits = limits }

    /// Bytes appended and not yet part of a request.
    public var bufferedCount: Int { input.count }

    /// Where in a request the parser is; decides which time-out applies.
    public var stage: Stage {
        if case .head(let parser) = phase { return parser.hasRequestLine || input.count > 0 ? .head : .idle }
        return .body
    }

    /// The part of a request that comes next.
    public enum Stage: Sendable { case idle, head, body }

    /// Adds received bytes.
    public mutating func append(_ bytes: borrowing Span<UInt8>) { input.append(bytes) }

    /// The next event, or nil when more bytes are needed.
    public mutating func next() throws(RequestError) -> Event? {
        do throws(RequestError) {
            while true {
                switch phase {
                case .head(let parser):
                    guard let event = try advanceHead(parser) else { return nil }
                    if case .some(let event) = event { return event }
                case .body(let remaining):
                    guard takeBody(remaining) else { return nil }
                    return .request(finish())
                case .chunkSize: guard try advanceChunkSize() else { return nil }
                case .chunkData(let remaining):
                    guard takeBody(remaining) else { return nil }
                    phase = .chunkEnd
                case .chunkEnd: guard try advanceChunkEnd() else { return nil }
                case .trailers(let parser):
                    guard try advanceTrailers(parser) else { return nil }
                    return .request(finish())
                case .failed(let error): throw error
                }
            }
        } catch {
            phase = .failed(error)
            throw error
        }
    }

    /// Nil: more bytes are needed. `.some(nil)`: the body comes next.
    private mutating func advanceHead(_ unfinished: HeadParser) throws(RequestError) -> Event?? {
        var parser = unfinished
        while let line = try takeHeadLine(of: "the head") {
            overhead += line.count + 2
            if !parser.hasRequestLine {
                // One empty line in front of a request is ignored (RFC 9112 2.2).
                if line.isEmpty && overhead == 2 { continue }
                try parser.parseRequestLine(input.bytes[line])
            } else if !line.isEmpty {
                try parser.parseField(line, in: input.bytes, limit: limits.fieldCount)
            } else {
                head = parser.finish()
                return .some(try beginBody())
            }
        }
        phase = .head(parser)
        return nil
    }

    private mutating func beginBody() throws(RequestError) -> Event? {
        try head.checkHost()
        switch try head.framing() {
        case .chunked: phase = .chunkSize
        case .length(let length):
            guard length <= limits.bodyBytes else { throw bodyTooLarge }
            phase = .body(remaining: length)
            if length == 0 { return nil }
            // A promised length is no reason to allocate all of it at once.
            body.reserveCapacity(min(length, 64 << 10))
        }
        return try head.expectsContinue() && input.count == 0 ? .expectsContinue : nil
    }

    /// Moves body bytes out of the buffer; true when the last of them came.
    private mutating func takeBody(_ remaining: Int) -> Bool {
        let taken = min(remaining, input.count)
        body.append(contentsOf: input.bytes[input.start..<input.start + taken])
        input.consume(taken)
        guard taken < remaining else { return true }
        if case .body = phase {
            phase = .body(remaining: remaining - taken)
        } else {
            phase = .chunkData(remaining: remaining - taken)
        }
        return false
    }

    private mutating func advanceChunkSize() throws(RequestError) -> Bool {
        let tooLong = RequestError.malformed("a chunk's line is too long")
        guard let line = try input.takeLine(limit: Self.chunkLineLimit, otherwise: tooLong) else { return false }
        let (size, digits) = try ChunkSize.parse(input.bytes[line])
        overhead += line.count - digits
        guard overhead <= limits.headBytes else { throw headTooLarge("all chunk extensions") }
        guard size <= limits.bodyBytes - body.count else { throw bodyTooLarge }
        phase = size == 0 ? .trailers(HeadParser()) : .chunkData(remaining: size)
        return true
    }

    private mutating func advanceChunkEnd() throws(RequestError) -> Bool {
        guard try input.takeLine(limit: 0, otherwise: .malformed("a chunk is longer than its size")) != nil else {
            return false
        }
        phase = .chunkSize
        return true
    }

    /// Trailer fields must be well-formed, and are dropped: nothing here needs one.
    private mutating func advanceTrailers(_ unfinished: HeadParser) throws(RequestError) -> Bool {
        var parser = unfinished
        while let line = try takeHeadLine(of: "the trailer") {
            overhead += line.count + 2
            if line.isEmpty { return true }
            try parser.parseField(line, in: input.bytes, limit: limits.fieldCount)
        }
        phase = .trailers(parser)
        return false
    }

    private mutating func takeHeadLine(of what: String) throws(RequestError) -> Range<Int>? {
        let error = headTooLarge(what)
        return try input.takeLine(limit: limits.headBytes - overhead, otherwise: error)
    }

    private mutating func finish() -> ParsedRequest {
        defer {
            (phase, head, body, overhead) = (.head(HeadParser()), RequestHead(), [], 0)
        }
        return ParsedRequest(
            request: HTTPServer.Request(
                method: head.method, path: head.path, query: head.query, headers: head.headers, body: body),
            isHTTP10: head.isHTTP10, keepsAlive: head.keepsAlive)
    }

    private var bodyTooLarge: RequestError {
        RequestError(status: 413, reason: "the body is larger than \(limits.bodyBytes) bytes")
    }

    private func headTooLarge(_ what: String) -> RequestError {
        RequestError(status: 431, reason: "\(what) is larger than \(limits.headBytes) bytes")
    }
}

/// A request, and what its head says about the connection.
public struct ParsedRequest: Sendable {
    /// The request; its peer is filled in by the connection.
    public var request: HTTPServer.Request
    /// The client speaks HTTP/1.0: no chunks in the answer.
    public var isHTTP10: Bool
    /// The client is willing to send another request on this connection.
    public var keepsAlive: Bool
}
