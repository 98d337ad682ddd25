internal import COpenSSL
internal import Glibc

/// The settings that all TLS sessions of a server share. Immutable after `init`.
final class TLSContext: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Reads certificates and key.
    ///
    /// - Throws: `ServerError.tls` that says which of them is unusable.
    init(_ configuration: TLSConfiguration) throws(ServerError) {
        guard let pointer = SSL_CTX_new(TLS_server_method()) else { throw OpenSSL.error("context") }
        self.pointer = pointer
        guard openssl_min_tls12(pointer) == 1 else { throw OpenSSL.error("minimum version") }
        SSL_CTX_set_options(pointer, UInt64(openssl_no_renegotiation()))
        openssl_set_streaming_modes(pointer)
        SSL_CTX_set_alpn_select_cb(pointer, Self.selectProtocol, nil)
        try useCertificate(configuration)
        try useClientAuthority(configuration)
    }

    deinit { SSL_CTX_free(pointer) }

    private func useCertificate(_ configuration: TLSConfiguration) throws(ServerError) {
        let chain = try OpenSSL.certificates(
            Self.text(configuration.certificateChain, "the certificate"), "the certificate")
        let key = try OpenSSL.key(Self.text(configuration.privateKey, "the private key"))
        guard SSL_CTX_use_certificate(pointer, chain[0].pointer) == 1 else { throw OpenSSL.error("certificate") }
        for certificate in chain.dropFirst() {
            guard openssl_add_chain_certificate(pointer, certificate.pointer) == 1 else {
                throw OpenSSL.error("certificate chain")
            }
        }
        guard SSL_CTX_use_PrivateKey(pointer, key.pointer) == 1, SSL_CTX_check_private_key(pointer) == 1 else {
            throw OpenSSL.error("the private key does not belong to the certificate")
        }
    }

    private func useClientAuthority(_ configuration: TLSConfiguration) throws(ServerError) {
        guard let authority = configuration.clientAuthority else { return }
        let store = SSL_CTX_get_cert_store(pointer)
        for certificate in try OpenSSL.certificates(
            Self.text(authority, "the client authority"), "the client authority")
        {
            guard X509_STORE_add_cert(store, certificate.pointer) == 1,
                SSL_CTX_add_client_CA(pointer, certificate.pointer) == 1
            else { throw OpenSSL.error("client authority") }
        }
        let required = configuration.requiresClientCertificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | required, nil)
        // Sessions may be resumed only under the same settings; OpenSSL demands a name for them once clients are
        // verified.
        let name = Array("server".utf8)
        SSL_CTX_set_session_id_context(pointer, name, UInt32(name.count))
    }

    /// Chooses `http/1.1`; a client that offers protocols without it is refused, as RFC 7301 demands.
    private static let selectProtocol: SSL_CTX_alpn_select_cb_func = { _, chosen, chosenLength, offered, length, _ in
        guard let chosen, let chosenLength, let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        var index = 0
        while index < Int(length) {
            let size = Int(offered[index])
            guard index + 1 + size <= Int(length) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
            let name = UnsafeBufferPointer(start: offered + index + 1, count: size)
            if name.elementsEqual("http/1.1".utf8) {
                chosen.pointee = offered + index + 1
                chosenLength.pointee = UInt8(size)
                return SSL_TLSEXT_ERR_OK
            }
            index += 1 + size
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }

    private static func text(_ source: TLSConfiguration.Source, _ what: String) throws(ServerError) -> String {
        switch source {
        case .pem(let text): return text
        case .file(let path):
            guard let file = fopen(path, "re") else {
                throw .tls("\(what) cannot be read from \(path): \(String(cString: strerror(errno)))")
            }
            defer { fclose(file) }
            // Certificates and keys are a few KiB.
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            let count = fread(&bytes, 1, bytes.count, file)
            return String(decoding: bytes[..<count], as: UTF8.self)
        }
    }
}
