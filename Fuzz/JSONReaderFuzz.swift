// A Pod from a server: what the reader takes is JSON, and holds what the decoder finds in it.
// rooms: KubeCore

import FoundationEssentials
import KubeCore

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSONReader(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let pod = try? JSONReader.read(bytes, as: Pod.self) else { return 0 }
    // The UTF-8 of what is passed over is not checked, and of equal keys the decoder takes the first.
    guard let value = try? JSONValue(parsing: bytes) else { return 0 }
    do {
        let decoded = try value.decoded(as: Pod.self)
        precondition(decoded == pod, "the decoder finds another Pod")
    } catch {
        preconditionFailure("the decoder takes no such Pod: \(error)")
    }
    return 0
}
