/// Parses the lines of a head (and of trailers) one at a time, so that an error shows at its line.
struct HeadParser {
    private(set) var head = RequestHead()
    private(set) var hasRequestLine = false
    private(set) var fieldCount = 0
    private var storage: [UInt8] = []
    private var entries: [HeaderFields.Entry] = []

    /// `method SP request-target SP HTTP/1.x`, with exactly one space between.
    mutating func parseRequestLine(_ line: ArraySlice<UInt8>) throws(RequestError) {
        let parts = line.split(separator: HTTPGrammar.space, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("the request line does not have three parts") }
        guard !parts[0].isEmpty, parts[0].count <= 32, parts[0].allSatisfy(HTTPGrammar.isToken) else {
            throw .malformed("the method is no token")
        }
        head.method = String(decoding: parts[0], as: UTF8.self)
        head.isHTTP10 = try Self.parseVersion(parts[2])
        try parseTarget(parts[1])
        hasRequestLine = true
    }

    /// Whether the version is 1.0; any other than 1.0 and 1.1 is an error.
    private static func parseVersion(_ version: ArraySlice<UInt8>) throws(RequestError) -> Bool {
        if version.elementsEqual("HTTP/1.1".utf8) { return false }
        if version.elementsEqual("HTTP/1.0".utf8) { return true }
        let digits = Array(version.dropFirst(5))
        let isDigit = { (byte: UInt8) in byte >= 0x30 && byte <= 0x39 }
        guard version.starts(with: "HTTP/".utf8), digits.count == 3, isDigit(digits[0]), digits[1] == 0x2E,
            isDigit(digits[2])
        else { throw .malformed("the protocol version is malformed") }
        throw RequestError(status: 505, reason: "only HTTP/1.0 and HTTP/1.1 are spoken here")
    }

    private mutating func parseTarget(_ target: ArraySlice<UInt8>) throws(RequestError) {
        guard !target.isEmpty, target.allSatisfy(HTTPGrammar.isTarget) else {
            throw .malformed("the request target has forbidden characters")
        }
        var rest = target
        for scheme in ["http://", "https://"] where target.starts(with: scheme.utf8) {
            let authority = target.dropFirst(scheme.utf8.count).prefix { $0 != 0x2F && $0 != 0x3F }
            guard !authority.isEmpty, !authority.contains(0x40) else {
                throw .malformed("the authority of the request target is invalid")
            }
            head.authority = String(decoding: authority, as: UTF8.self)
            rest = target.dropFirst(scheme.utf8.count + authority.count)
        }
        let path = rest.prefix { $0 != 0x3F }
        head.query = path.count < rest.count ? String(decoding: rest.dropFirst(path.count + 1), as: UTF8.self) : nil
        head.path = path.isEmpty && head.authority != nil ? "/" : String(decoding: path, as: UTF8.self)
        guard head.path.utf8.first == 0x2F || (head.path == "*" && head.method == "OPTIONS" && head.query == nil) else {
            throw .malformed("the request target is neither a path nor an absolute URL")
        }
    }

    /// `field-name ":" OWS field-value OWS`. A folded line fails, because no name starts with a space.
    mutating func parseField(_ line: Range<Int>, in bytes: [UInt8], limit: Int) throws(RequestError) {
        fieldCount += 1
        guard fieldCount <= limit else { throw RequestError(status: 431, reason: "too many header fields") }
        let (name, value) = try Self.split(line, bytes: bytes.span)
        let nameStart = storage.count
        storage.append(contentsOf: bytes[name])
        let valueStart = storage.count
        storage.append(contentsOf: bytes[value])
        entries.append(HeaderFields.Entry(name: nameStart..<valueStart, value: valueStart..<storage.count))
    }

    private static func split(
        _ line: Range<Int>, bytes: borrowing Span<UInt8>
    ) throws(RequestError) -> (name: Range<Int>, value: Range<Int>) {
        var colon = line.lowerBound
        while colon < line.upperBound, HTTPGrammar.isToken(bytes[colon]) { colon += 1 }
        guard colon > line.lowerBound, colon < line.upperBound, bytes[colon] == HTTPGrammar.colon else {
            throw .malformed("a header field's name is no token followed by a colon")
        }
        var (start, end) = (colon + 1, line.upperBound)
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        for index in start..<end where !HTTPGrammar.isFieldValue(bytes[index]) {
            throw .malformed("a header field's value has control characters")
        }
        return (line.lowerBound..<colon, start..<end)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == HTTPGrammar.space || byte == HTTPGrammar.tab }

    /// The complete head.
    consuming func finish() -> RequestHead {
        head.headers = HeaderFields(storage: storage, entries: entries)
        return head
    }
}
