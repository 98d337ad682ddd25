// A watch's bytes: however they are cut, the same lines come out, and none is longer than the limit.
// rooms: HTTPTransport

import HTTPTransport

/// The lines and what is left, when the bytes come in parts of the given length; nil when a line is too long.
func lines(_ bytes: ArraySlice<UInt8>, part: Int, limit: Int) -> [[UInt8]]? {
    var splitter = LineSplitter(maxLineBytes: limit)
    var found: [[UInt8]] = []
    var rest = bytes
    while !rest.isEmpty {
        guard let complete = try? splitter.push(Array(rest.prefix(part))) else { return nil }
        found += complete.map(Array.init)
        rest = rest.dropFirst(part)
    }
    return found + [splitter.finish() ?? []]
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzLines(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    // The first byte says how the rest is cut, the second how long a line may be.
    guard bytes.count >= 2 else { return 0 }
    let limit = Int(bytes[1])
    let rest = bytes.dropFirst(2)
    let split = rest.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    let expected = split.allSatisfy { $0.count <= limit } ? split : nil
    precondition(lines(rest, part: max(1, rest.count), limit: limit) == expected, "a line is lost or too long")
    precondition(lines(rest, part: Int(bytes[0] % 16) + 1, limit: limit) == expected, "the cut changes the lines")
    return 0
}
