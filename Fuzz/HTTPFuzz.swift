// Bytes from a client: however they are cut, the parser makes the same requests and the same error of them.
// rooms: HTTPServer

import HTTPServer

/// The requests as text, and the error, when the bytes come in parts of the given length.
func outcome(_ bytes: ArraySlice<UInt8>, part: Int) -> String {
    var parser = RequestParser(limits: RequestLimits(headBytes: 4096, fieldCount: 20, bodyBytes: 4096))
    var text = ""
    var rest = bytes
    do {
        while !rest.isEmpty {
            parser.append(Array(rest.prefix(part)).span)
            rest = rest.dropFirst(part)
            while let event = try parser.next() {
                guard case .request(let parsed) = event else { continue }
                let request = parsed.request
                precondition(request.body.count <= 4096 && request.headers.count <= 20, "a limit was passed")
                text += "\(request.method) \(request.path) \(request.query ?? "") \(Array(request.headers)) "
                text += "\(request.body) \(parsed.isHTTP10) \(parsed.keepsAlive)\n"
                _ = (request.pathSegments, request.queryItems)
            }
        }
    } catch {
        text += "\(error)"
    }
    return text
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTP(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    // The first byte says how the rest is cut.
    guard let first = bytes.first else { return 0 }
    let rest = bytes.dropFirst()
    let whole = outcome(rest, part: max(1, rest.count))
    precondition(outcome(rest, part: Int(first % 16) + 1) == whole, "the cut changes the outcome")
    return 0
}
