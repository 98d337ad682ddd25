internal import COpenSSL

/// A certificate authority that lives in memory: for the simulator and for tests, where nobody hands out certificates.
public final class CertificateAuthority {
    /// The authority's own certificate, for clients to trust.
    public let certificatePEM: String

    /// How long certificates are valid unless it is said otherwise.
    public static let tenYears = Duration.seconds(3650 * 24 * 3600)

    private let certificate: OpenSSL.Certificate
    private let key: OpenSSL.Key

    /// A new authority with a new P-256 key, valid for ten years.
    public init(commonName: String) throws(ServerError) {
        key = try Self.generateKey()
        certificate = try Self.makeCertificate(
            commonName: commonName, key: key, issuer: nil,
            extensions: [
                (NID_basic_constraints, "critical,CA:TRUE"), (NID_key_usage, "critical,keyCertSign,cRLSign"),
                (NID_subject_key_identifier, "hash"),
            ])
        certificatePEM = try Self.pem(certificate)
    }

    /// A server's certificate for host names and numeric addresses.
    ///
    /// - Parameter lifetime: from now to its end, in whole seconds; negative, by less than a day, for one that has
    ///   expired.
    public func issueServer(
        names: [String], lifetime: Duration = tenYears
    ) throws(ServerError) -> TLSIdentity {
        var alternatives: [String] = []
        for name in names {
            // OpenSSL reads commas and colons of this text itself, so nothing but a name or an address may pass.
            guard !name.isEmpty, name.utf8.allSatisfy({ HTTPGrammar.isToken($0) || $0 == HTTPGrammar.colon }) else {
                throw .tls("\(name) is neither a host name nor an address")
            }
            let isAddress = name.contains(":") || name.utf8.allSatisfy { $0 == 0x2E || ($0 >= 0x30 && $0 <= 0x39) }
            alternatives.append((isAddress ? "IP:" : "DNS:") + name)
        }
        return try issue(
            commonName: names.first ?? "server", usage: "serverAuth",
            alternativeNames: alternatives.joined(separator: ","), lifetime: lifetime)
    }

    /// A client's certificate.
    public func issueClient(commonName: String) throws(ServerError) -> TLSIdentity {
        try issue(commonName: commonName, usage: "clientAuth", alternativeNames: nil)
    }

    private func issue(
        commonName: String, usage: String, alternativeNames: String?, lifetime: Duration = tenYears
    ) throws(ServerError) -> TLSIdentity {
        let leafKey = try Self.generateKey()
        var extensions = [
            (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
            (NID_ext_key_usage, usage), (NID_subject_key_identifier, "hash"),
            (NID_authority_key_identifier, "keyid:always"),
        ]
        if let alternativeNames { extensions.append((NID_subject_alt_name, alternativeNames)) }
        let leaf = try Self.makeCertificate(
            commonName: commonName, key: leafKey, issuer: (certificate, key), lifetime: lifetime,
            extensions: extensions)
        return TLSIdentity(certificatePEM: try Self.pem(leaf), privateKeyPEM: try Self.pem(leafKey))
    }

    private static func generateKey() throws(ServerError) -> OpenSSL.Key {
        guard let pointer = openssl_generate_p256() else { throw OpenSSL.error("key generation") }
        return OpenSSL.Key(owning: pointer)
    }

    /// A signed X.509 v3 certificate; without an issuer it signs itself.
    private static func makeCertificate(
        commonName: String, key: OpenSSL.Key, issuer: (certificate: OpenSSL.Certificate, key: OpenSSL.Key)?,
        lifetime: Duration = tenYears, extensions: [(Int32, String)]
    ) throws(ServerError) -> OpenSSL.Certificate {
        guard let pointer = X509_new() else { throw OpenSSL.error("certificate") }
        let certificate = OpenSSL.Certificate(owning: pointer)
        let issuerCertificate = issuer?.certificate.pointer ?? pointer
        var serial: UInt64 = 0
        let hasSerial = withUnsafeMutableBytes(of: &serial) {
            RAND_bytes($0.bindMemory(to: UInt8.self).baseAddress, Int32($0.count)) == 1
        }
        guard hasSerial, X509_set_version(pointer, 2) == 1,
            // A serial number is positive, and its sign bit is not set.
            ASN1_INTEGER_set_uint64(X509_get_serialNumber(pointer), serial >> 1 | 1) == 1,
            X509_gmtime_adj(X509_getm_notBefore(pointer), -24 * 3600) != nil,
            X509_gmtime_adj(X509_getm_notAfter(pointer), Int(lifetime.components.seconds)) != nil,
            openssl_add_common_name(
                X509_get_subject_name(pointer), Array(commonName.utf8), Int32(clamping: commonName.utf8.count)) == 1,
            X509_set_issuer_name(pointer, X509_get_subject_name(issuerCertificate)) == 1,
            X509_set_pubkey(pointer, key.pointer) == 1
        else { throw OpenSSL.error("certificate") }
        for (identifier, value) in extensions {
            try addExtension(identifier, value, to: pointer, issuer: issuerCertificate)
        }
        guard X509_sign(pointer, (issuer?.key ?? key).pointer, EVP_sha256()) > 0 else {
            throw OpenSSL.error("signature")
        }
        return certificate
    }

    private static func addExtension(
        _ identifier: Int32, _ value: String, to certificate: OpaquePointer, issuer: OpaquePointer
    ) throws(ServerError) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
        guard let addition = X509V3_EXT_conf_nid(nil, &context, identifier, value) else {
            throw OpenSSL.error("certificate extension")
        }
        defer { X509_EXTENSION_free(addition) }
        guard X509_add_ext(certificate, addition, -1) == 1 else { throw OpenSSL.error("certificate extension") }
    }

    private static func pem(_ certificate: OpenSSL.Certificate) throws(ServerError) -> String {
        let memory = try OpenSSL.Memory()
        guard PEM_write_bio_X509(memory.pointer, certificate.pointer) == 1 else { throw OpenSSL.error("PEM") }
        return memory.text
    }

    private static func pem(_ key: OpenSSL.Key) throws(ServerError) -> String {
        let memory = try OpenSSL.Memory()
        guard PEM_write_bio_PrivateKey(memory.pointer, key.pointer, nil, nil, 0, nil, nil) == 1 else {
            throw OpenSSL.error("PEM")
        }
        return memory.text
    }
}
