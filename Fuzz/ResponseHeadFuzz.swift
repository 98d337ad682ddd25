// Header lines from a server, as libcurl hands them over: whatever is taken is a status and headers within the bounds.
// rooms: HTTPTransport

@testable import HTTPTransport

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzResponseHead(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    var parser = ResponseHeadParser()
    var heads = 0
    do {
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            guard let head = try parser.push(line) else { continue }
            heads += 1
            precondition((200..<1000).contains(head.status), "status \(head.status)")
            for field in head.headers.fields {
                precondition(!field.name.utf8.contains(0x0A) && !field.value.utf8.contains(0x0A), "a line within one")
                precondition(head.headers[field.name] != nil, "a header is not found by its name")
            }
        }
    } catch {
        precondition(error.kind == .protocolViolation || error.kind == .tooLarge, "\(error)")
    }
    precondition(heads <= 1, "one response has \(heads) heads")
    return 0
}
