internal import HTTPTransport

/// A certificate or key given as data (`<key>-data`) or as a file (`<key>`). Data wins, as in client-go.
struct PEMField {
    private let entry: Kubeconfig.Entry
    private let key: String

    init(_ entry: Kubeconfig.Entry, _ key: String) {
        self.entry = entry
        self.key = key
    }

    func certificate() throws(ConfigurationError) -> TLSOptions.PEM? {
        try read(label: "CERTIFICATE-----", what: "a certificate")
    }

    func privateKey() throws(ConfigurationError) -> TLSOptions.PEM? {
        try read(label: "PRIVATE KEY-----", what: "a private key")
    }

    /// Files are looked into now, so that the error comes early and names the field; they are read again when used.
    private func read(label: String, what: String) throws(ConfigurationError) -> TLSOptions.PEM? {
        let data = entry.field["\(key)-data"]
        if let bytes = try data.base64() {
            guard Self.contains(label, bytes) else { throw data.error("the decoded data is not \(what) in PEM form") }
            return .data(bytes)
        }
        let file = entry.field[key]
        guard let name = try file.string() else { return nil }
        let path = ConfigurationFile.resolve(name, in: entry.directory)
        let content: [UInt8]?
        do throws(ConfigurationError) {
            content = try ConfigurationFile.read(path)
        } catch {
            throw file.error(error.description)
        }
        guard let content else { throw file.error("there is no file \(path)") }
        guard Self.contains(label, content) else { throw file.error("\(path) is not \(what) in PEM form") }
        return .file(path)
    }

    private static func contains(_ label: String, _ bytes: [UInt8]) -> Bool {
        String(decoding: bytes, as: UTF8.self).contains(label)
    }
}
