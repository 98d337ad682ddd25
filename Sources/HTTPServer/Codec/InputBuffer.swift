import Glibc

/// Bytes received and not parsed yet. Bytes enter and leave in bulk; nothing here walks them one by one.
struct InputBuffer {
    private(set) var bytes: [UInt8] = []
    private(set) var start = 0
    /// Up to here no line feed was found, so that a line which comes byte by byte is searched once.
    private var searched = 0

    var count: Int { bytes.count - start }

    mutating func append(_ span: borrowing Span<UInt8>) {
        if start == bytes.count {
            // What one large body left behind is not kept for the connection's life.
            bytes.removeAll(keepingCapacity: bytes.capacity <= 16 << 10)
            (start, searched) = (0, 0)
        } else if start > bytes.count / 2 {
            bytes.removeSubrange(0..<start)
            (start, searched) = (0, searched - start)
        }
        span.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    mutating func consume(_ count: Int) {
        start += count
        searched = max(searched, start)
    }

    /// Takes the next line, and returns where its content is, without CRLF; nil when it is not complete.
    ///
    /// - Throws: `tooLong` for more than `limit` bytes of content, complete or not; another error for a line feed
    ///   without a carriage return in front of it. The length is judged first: a line that comes in pieces is found
    ///   too long before its end is seen, and one that comes at once must fail in the same way.
    mutating func takeLine(
        limit: Int, otherwise tooLong: @autoclosure () -> RequestError
    ) throws(RequestError) -> Range<Int>? {
        let lineFeed = bytes.withUnsafeBufferPointer { buffer -> Int? in
            guard searched < buffer.count, let base = buffer.baseAddress else { return nil }
            guard let found = memchr(base + searched, 0x0A, buffer.count - searched) else { return nil }
            return UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
        // One more byte than the limit may be there: the carriage return.
        guard (lineFeed ?? bytes.count) - start - 1 <= limit else { throw tooLong() }
        guard let lineFeed else {
            searched = bytes.count
            return nil
        }
        guard lineFeed > start, bytes[lineFeed - 1] == HTTPGrammar.carriageReturn else {
            throw .malformed("a line ends in a bare line feed")
        }
        let line = start..<(lineFeed - 1)
        consume(lineFeed + 1 - start)
        return line
    }
}
