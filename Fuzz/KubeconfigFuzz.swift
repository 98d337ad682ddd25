// A kubeconfig: whatever is taken is a configuration; what is not, is an error that names the file.
// rooms: KubeClient

import KubeClient

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzKubeconfig(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    do throws(ConfigurationError) {
        let file = try Kubeconfig(parsing: text, source: "input", directory: "/nonexistent")
        for context in file.contextNames { try check(file, context) }
    } catch {
        precondition("\(error)".contains("input"), "the error does not name the file: \(error)")
    }
    return 0
}

func check(_ file: Kubeconfig, _ context: String) throws(ConfigurationError) {
    let configuration = try file.clientConfiguration(context: context)
    precondition(configuration.server.hasPrefix("http"), "the server is no URL")
    precondition(
        (configuration.tls.clientKey == nil) == (configuration.tls.clientCertificate == nil),
        "a key without certificate")
    _ = "\(configuration)"
}
