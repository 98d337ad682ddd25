// YAML of a kubeconfig or a manifest: whatever parses is written as YAML that means the same.
// rooms: KubeCore YAML

import KubeCore
import YAML

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzYAML(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    guard let value = try? YAML.parse(text) else { return 0 }
    do {
        // Compared as JSON text: 2.5e3 is read as a double, written as 2500 and read back as an integer.
        let again = try YAML.parse(YAML.write(value))
        precondition(again.serialized() == value.serialized(), "written and parsed again, the value differs")
    } catch {
        preconditionFailure("what was written does not parse: \(error)")
    }
    return 0
}
