// JSON text from a server: whatever parses is written as text that parses, and is then written the same again.
// rooms: KubeCore

import KubeCore

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let value = try? JSONValue(parsing: bytes) else { return 0 }
    let text = value.serialized()
    do {
        // Compared as text: 2.5e3 is read as a double, written as 2500 and read back as an integer.
        let again = try JSONValue(parsing: text).serialized()
        precondition(again == text, "written again, the text differs")
    } catch {
        preconditionFailure("what was written does not parse: \(error)")
    }
    return 0
}
