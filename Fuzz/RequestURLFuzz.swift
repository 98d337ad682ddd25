// A URL from a configuration file: whatever is taken has a host and a port, and puts another host in its own's place.
// rooms: HTTPTransport

@testable import HTTPTransport

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRequestURL(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    guard let url = try? RequestURL(text) else { return 0 }
    precondition(!url.host.isEmpty && url.port > 0, "no host or port")
    do {
        let other = try RequestURL(url.replacingHost(with: "other.test"))
        precondition(
            other.host == "other.test" && other.port == url.port && other.rest == url.rest, "\(text): \(other)")
    } catch {
        preconditionFailure("\(text): \(error)")
    }
    return 0
}
